/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See core3_explain.h.
 */
#include "core3_explain.h"

#include "ampgdb/armv7.h"
#include "ampgdb/ring.h"
#include "core3.h"

/* clang-format off */
static const char *const request_names[] = {
    [AMPGDB_MSG_PING] = "a ping",
    [AMPGDB_MSG_READ_REGS] = "a register read",
    [AMPGDB_MSG_WRITE_REGS] = "a register write",
    [AMPGDB_MSG_READ_MEM] = "a memory read",
    [AMPGDB_MSG_WRITE_MEM] = "a memory write",
    [AMPGDB_MSG_SET_BREAK] = "setting a breakpoint",
    [AMPGDB_MSG_CLEAR_BREAK] = "clearing a breakpoint",
    [AMPGDB_MSG_CLEAR_BREAKS] = "clearing all breakpoints",
    [AMPGDB_MSG_RESUME] = "a resume",
    [AMPGDB_MSG_HALT] = "a halt",
    [AMPGDB_MSG_RESET] = "a reset",
    [AMPGDB_MSG_ALLOW] = "a permission",
    [AMPGDB_MSG_CATCH] = "catching exceptions",
};

static const char *const progress_names[] = {
    [AMPGDB_PROGRESS_NONE] = "before its first instruction",
    [AMPGDB_PROGRESS_ENTERED] = "after its first instruction, while checking the mode and relocating itself",
    [AMPGDB_PROGRESS_RELOCATED] = "after relocating itself, while turning its MMU on",
    [AMPGDB_PROGRESS_MMU] = "after turning its MMU on, while setting up debugging and stage 2",
    [AMPGDB_PROGRESS_DEBUG] = "after setting up debugging, just before serving requests",
    [AMPGDB_PROGRESS_READY] = "while serving requests",
};

static const char *const state_names[] = {
    [AMPGDB_STATE_NONE] = "none",
    [AMPGDB_STATE_HALTED] = "halted",
    [AMPGDB_STATE_RUNNING] = "running",
    [AMPGDB_STATE_PANIC] = "panic",
    [AMPGDB_STATE_REFUSED] = "refused",
};

static const char *const panic_names[] = {
    [AMPGDB_PANIC_NONE] = "no reason given",
    [AMPGDB_PANIC_TRAP] = "an exception of its own",
    [AMPGDB_PANIC_BOOT] = "boot words that make no sense",
    [AMPGDB_PANIC_DEBUG] = "a debug unit that stays off (DBGEN): update the Pi's firmware",
};

/* ARM DDI 0406C, B1.3.1, "ARM processor modes". */
static const char *const mode_names[] = {
    [MODE_USR] = "User", [MODE_FIQ] = "FIQ", [MODE_IRQ] = "IRQ", [MODE_SVC] = "Supervisor",
    [MODE_MON] = "Monitor", [MODE_ABT] = "Abort", [MODE_HYP] = "HYP", [MODE_UND] = "Undefined",
    [MODE_SYS] = "System",
};

/* ARM DDI 0406C, B3.13.6, "Use of the HSR", table of EC encodings. */
static const char *const class_names[] = {
    [0x00] = "unknown reason", [0x01] = "WFI or WFE", [0x03] = "CP15 access",
    [0x04] = "64-bit CP15 access", [0x05] = "CP14 access", [0x06] = "LDC or STC to CP14",
    [0x07] = "coprocessor or VFP access", [0x08] = "VMRS access", [0x09] = "Jazelle",
    [0x0A] = "BXJ", [0x0C] = "64-bit CP14 access", [0x0E] = "illegal execution state",
    [0x11] = "SVC", [0x12] = "HVC", [0x13] = "SMC",
    [0x20] = "prefetch abort of the program", [0x21] = "prefetch abort of the stub",
    [0x22] = "PC alignment fault", [0x24] = "data abort of the program",
    [0x25] = "data abort of the stub",
};
/* clang-format on */

#define NAME_OF(names, index)                                                                      \
    ((index) < sizeof(names) / sizeof((names)[0]) && (names)[index] ? (names)[index] : "unknown")

const char *explain_request(uint32_t type)
{
    return NAME_OF(request_names, type);
}

const char *explain_exception_class(uint32_t hsr)
{
    const uint32_t class = HSR_EC(hsr);

    return NAME_OF(class_names, class);
}

const char *explain_state(uint32_t state)
{
    return NAME_OF(state_names, state);
}

static void explain_panic(const volatile struct ampgdb_header *header, struct error *cause)
{
    const volatile struct ampgdb_panic *panic = &header->panic;
    const uint32_t code = panic->code;
    const uint32_t hsr = panic->hsr;

    error_set(
        cause, 0,
        "the stub on Core 3 failed: %s (code %u) at stub+0x%x, LR 0x%08x, CPSR 0x%08x, vector %u, "
        "HSR 0x%08x (%s), HDFAR 0x%08x, HIFAR 0x%08x; please report this",
        NAME_OF(panic_names, code), code, panic->pc, panic->lr, panic->cpsr, panic->vector, hsr,
        explain_exception_class(hsr), panic->hdfar, panic->hifar);
}

static void explain_refusal(const volatile struct ampgdb_header *header, struct error *cause)
{
    const uint32_t mode = header->entry_cpsr & PSR_MODE;

    error_set(
        cause, 0,
        "Core 3 arrived in %s mode (CPSR 0x%08x), but the stub needs HYP mode: use the Pi's own "
        "current firmware with a 32-bit kernel (arm_64bit=0, and no kernel_old=1 or armstub= in "
        "config.txt), then reboot",
        NAME_OF(mode_names, mode), header->entry_cpsr);
}

int explain_record(const volatile struct ampgdb_header *header, struct error *cause)
{
    const uint32_t state = header->state;
    const uint32_t progress = header->progress;

    ring_barrier(); /* what the stub wrote before it said so is read after */
    if (state == AMPGDB_STATE_PANIC)
        explain_panic(header, cause);
    else if (state == AMPGDB_STATE_REFUSED)
        explain_refusal(header, cause);
    else if (progress > AMPGDB_PROGRESS_NONE && progress < AMPGDB_PROGRESS_READY)
        error_set(cause, 0,
                  "the stub got stuck on Core 3 %s (progress %u of %u): please report this",
                  NAME_OF(progress_names, progress), progress, AMPGDB_PROGRESS_READY);
    else
        return 0;
    return 1;
}

int explain_restart(const struct link *link, struct error *why)
{
    const uint32_t epoch = link->header->epoch;

    if (epoch == link->epoch)
        return 0;
    error_set(why, 0,
              "the stub on Core 3 was started again by another process (epoch 0x%08x, was "
              "0x%08x): attach again",
              epoch, link->epoch);
    return 1;
}

static void explain_silence(const struct link *link, struct error *cause)
{
    const volatile struct ampgdb_header *header = link->header;

    error_set(
        cause, 0,
        "Core 3 did not answer within %d ms (state %s, asleep %u, to_stub %u words waiting, "
        "to_host %u, %u stray messages): its stub hangs, perhaps in an access to a device that "
        "never finished",
        CORE3_REPLY_TIMEOUT_MS, explain_state(header->state), header->asleep,
        header->to_stub_head - header->to_stub_tail, header->to_host_head - header->to_host_tail,
        link->strays);
}

void explain_loss(const struct link *link, struct error *cause)
{
    if (!explain_record(link->header, cause))
        explain_silence(link, cause);
}

const char *explain_code(int error)
{
    switch (-error) {
    case AMPGDB_EFAULT:
        return "there is no such memory for the program";
    case AMPGDB_EINVAL:
        return "the stub called a request malformed: please report this";
    case AMPGDB_EBUSY:
        return "the program is running: halt it first";
    case AMPGDB_ENOSPC:
        return "no breakpoint or watchpoint register is left for this: clear one first";
    case AMPGDB_EDECODE:
        return "the instruction at PC cannot be stepped: set a breakpoint behind it and continue";
    case AMPGDB_EAGENT:
        return "the condition or command of the breakpoint is none that Core 3 can evaluate";
    default:
        return "unknown error";
    }
}
