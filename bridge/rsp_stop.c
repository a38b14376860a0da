/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Why the program stopped, as GDB wants to hear it.
 *
 *      T AA thread:1;core:3; [swbreak:; | hwbreak:; | watch:a; | rwatch:a; | awatch:a;] n:r; ...
 *
 * AA is a signal, a an address, n a register number, r its value in target byte order. All 17 core
 * registers come along, so that a step needs no other packet. GDB manual, "Stop Reply Packets".
 */
#include <stdio.h>

#include "backoff.h"
#include "fault.h"
#include "registers.h"
#include "rsp.h"

int rsp_stop_signal(const struct session *session)
{
    const struct ampgdb_stop *stop = &session->stop;

    if (session->post_mortem)
        return RSP_SIGNAL_ABRT;
    switch (stop->reason) {
    case AMPGDB_STOP_HALT:
        return RSP_SIGNAL_INT;
    case AMPGDB_STOP_UNDEFINED:
    case AMPGDB_STOP_SMC:
    case AMPGDB_STOP_HVC:
    case AMPGDB_STOP_SYSREG:
        return RSP_SIGNAL_ILL;
    case AMPGDB_STOP_SVC:
        return RSP_SIGNAL_SYS;
    case AMPGDB_STOP_PREFETCH:
    case AMPGDB_STOP_DATA:
    case AMPGDB_STOP_S2_FETCH:
    case AMPGDB_STOP_S2_DATA:
    case AMPGDB_STOP_LOCAL:
    case AMPGDB_STOP_ABORT:
    case AMPGDB_STOP_VECTORS:
        return fault_of_stop(stop).kind == FAULT_ALIGNMENT ? RSP_SIGNAL_BUS : RSP_SIGNAL_SEGV;
    default:
        return RSP_SIGNAL_TRAP;
    }
}

/* As the client set it: exactly this direction, else both. */
static const char *watch_name(const struct session *session)
{
    const uint32_t types = rsp_watch_types(session, session->stop.address);
    const bool is_write = fault_is_write(&session->stop);

    if (types & 1u << (is_write ? AMPGDB_WATCH_WRITE : AMPGDB_WATCH_READ))
        return is_write ? "watch" : "rwatch";
    return "awatch";
}

/* A BKPT of the program itself is not called swbreak: GDB would take it for a breakpoint that it
 * has removed meanwhile, and run into it again, for ever. */
static void reply_break_reason(struct session *session)
{
    const uint32_t reason = session->stop.reason;
    char text[32];

    if (!session->owns)
        return;
    if (reason == AMPGDB_STOP_SW_BREAK && session->swbreak)
        rsp_reply_text(&session->reply, "swbreak:;");
    if (reason == AMPGDB_STOP_HW_BREAK && session->hwbreak)
        rsp_reply_text(&session->reply, "hwbreak:;");
    if (reason == AMPGDB_STOP_WATCH) {
        snprintf(text, sizeof text, "%s:%08x;", watch_name(session), session->stop.address);
        rsp_reply_text(&session->reply, text);
    }
}

void rsp_reply_stop(struct session *session, int signal)
{
    session->load.told_cpsr = session->stop.regs[AMPGDB_REG_CPSR];
    rsp_reply_clear(&session->reply);
    rsp_reply_text(&session->reply, "T");
    rsp_reply_byte(&session->reply, (uint8_t)signal);
    rsp_reply_text(&session->reply, "thread:1;core:3;");
    reply_break_reason(session);
    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++) {
        rsp_reply_byte(&session->reply, (uint8_t)registers_core_number(i));
        rsp_reply_text(&session->reply, ":");
        rsp_reply_word32(&session->reply, session->stop.regs[i]);
        rsp_reply_text(&session->reply, ";");
    }
}

/* Is there more to say than a signal can? From BKPT on reasons are nothing a debugger asked for. */
static bool is_unusual(const struct ampgdb_stop *stop)
{
    return stop->reason >= AMPGDB_STOP_BKPT && stop->reason != AMPGDB_STOP_WATCH;
}

/* The client waits, and the program has stopped. */
void rsp_report_stop(struct session *session)
{
    char text[512];

    if (is_unusual(&session->stop)) {
        core3_describe_stop(&session->info, &session->stop, text, sizeof text);
        session_console(session, text);
        session_console(session, "\n");
    }
    session->waiting = false;
    session->told_at = clock_now();
    if (session->stop.reason == AMPGDB_STOP_HALT)
        session->interrupted = false;
    rsp_reply_stop(session, rsp_stop_signal(session));
    session_send_reply(session);
}
