/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Why the program stopped, as GDB wants to hear it.
 *
 *      T AA thread:1;core:3; [swbreak:; | hwbreak:;] n:r; ...
 *
 * AA is a signal, n a register number, r its value in target byte order. All 17 core registers come
 * along, so that a step needs no other packet. GDB manual, "Stop Reply Packets".
 */
#include <stdio.h>

#include "rsp.h"
#include "target_xml.h"

/* GDB's numbers (include/gdb/signals.def), which happen to be the traditional ones. */
#define SIGNAL_INT  0x02
#define SIGNAL_ILL  0x04
#define SIGNAL_TRAP 0x05
#define SIGNAL_ABRT 0x06
#define SIGNAL_BUS  0x0a
#define SIGNAL_SEGV 0x0b

/* DFSR: alignment fault, in both formats (ARM DDI 0406C, B3.13.3, tables B3-23 and B3-24). */
#define DFSR_LPAE            (1u << 9)
#define DFSR_STATUS_SHORT    0x40fu /* FS[4] and FS[3:0] */
#define DFSR_STATUS_LONG     0x3fu
#define DFSR_ALIGNMENT_SHORT 0x01u
#define DFSR_ALIGNMENT_LONG  0x21u

static bool is_alignment_fault(uint32_t dfsr)
{
    if (dfsr & DFSR_LPAE)
        return (dfsr & DFSR_STATUS_LONG) == DFSR_ALIGNMENT_LONG;
    return (dfsr & DFSR_STATUS_SHORT) == DFSR_ALIGNMENT_SHORT;
}

int rsp_stop_signal(const struct session *session)
{
    const struct ampgdb_stop *stop = &session->stop;

    if (session->post_mortem)
        return SIGNAL_ABRT;
    switch (stop->reason) {
    case AMPGDB_STOP_HALT:
        return SIGNAL_INT;
    case AMPGDB_STOP_UNDEFINED:
    case AMPGDB_STOP_SMC:
    case AMPGDB_STOP_HVC:
    case AMPGDB_STOP_SYSREG:
        return SIGNAL_ILL;
    case AMPGDB_STOP_DATA:
        return is_alignment_fault(stop->syndrome) ? SIGNAL_BUS : SIGNAL_SEGV;
    case AMPGDB_STOP_PREFETCH:
    case AMPGDB_STOP_S2_FETCH:
    case AMPGDB_STOP_S2_DATA:
    case AMPGDB_STOP_LOCAL:
    case AMPGDB_STOP_ABORT:
    case AMPGDB_STOP_VECTORS:
        return SIGNAL_SEGV;
    default:
        return SIGNAL_TRAP;
    }
}

/* A BKPT of the program itself is not called swbreak: GDB would take it for a breakpoint that it
 * has removed meanwhile, and run into it again, for ever. */
static const char *break_reason(const struct session *session)
{
    if (session->post_mortem)
        return "";
    if (session->stop.reason == AMPGDB_STOP_SW_BREAK && session->swbreak)
        return "swbreak:;";
    if (session->stop.reason == AMPGDB_STOP_HW_BREAK && session->hwbreak)
        return "hwbreak:;";
    return "";
}

void rsp_reply_stop(struct session *session, int signal)
{
    char text[48];

    rsp_reply_clear(&session->reply);
    snprintf(text, sizeof text, "T%02xthread:1;core:3;%s", (unsigned)signal, break_reason(session));
    rsp_reply_text(&session->reply, text);
    for (unsigned i = 0; i < AMPGDB_CORE_REGS; i++) {
        const unsigned number = i == AMPGDB_REG_CPSR ? TARGET_REG_CPSR : i;

        rsp_reply_byte(&session->reply, (uint8_t)number);
        rsp_reply_text(&session->reply, ":");
        rsp_reply_word32(&session->reply, session->stop.regs[i]);
        rsp_reply_text(&session->reply, ";");
    }
}

/* Is there more to say than a signal can? From here on reasons are nothing a debugger asked for. */
static bool is_unusual(const struct ampgdb_stop *stop)
{
    return stop->reason >= AMPGDB_STOP_BKPT;
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
    rsp_reply_stop(session, rsp_stop_signal(session));
    session_send_reply(session);
}
