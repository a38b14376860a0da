/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See describe_fault.h. Knows the architecture's registers as a stop carries them, and the memory
 * map by whose_memory.h.
 *
 * References are to the ARM Architecture Reference Manual, ARMv7-A edition (DDI 0406C).
 */
#include "describe_fault.h"

#include <stdbool.h>

#include "ampgdb/armv7.h"
#include "fault.h"
#include "instruction.h"
#include "whose_memory.h"

#define CPACR_CP10(cpacr) ((cpacr) >> 20 & 3u) /* B4.1.40; CP11 must be the same */
#define CP10_PL1          1u
#define CP10_ALL          3u

/* Programs made to run alone copy their vectors here. */
#define LOW_VECTORS_SIZE 0x40u

static bool is_thumb(const struct ampgdb_stop *stop)
{
    return (stop->regs[AMPGDB_REG_CPSR] & PSR_T) != 0;
}

static bool has_mmu(const struct core3_info *info)
{
    return (info->program_flags & AMPGDB_PROGRAM_MMU) != 0;
}

/* --- instructions --- */

/* What an UNDEFINED carries: FPEXC and CPACR. */
static const char *missing_for_fpu(const struct ampgdb_stop *stop)
{
    const uint32_t granted = CPACR_CP10(stop->syndrome);
    const bool is_user = (stop->regs[AMPGDB_REG_CPSR] & PSR_MODE) == MODE_USR;
    const bool is_denied = granted != CP10_ALL && (granted != CP10_PL1 || is_user);
    const bool is_off = !(stop->address & FPEXC_EN);

    if (is_denied && is_off)
        return "CPACR and FPEXC";
    if (is_denied)
        return "CPACR";
    return is_off ? "FPEXC" : NULL;
}

void describe_undefined(struct sentence *text, const struct core3_info *info,
                        const struct ampgdb_stop *stop)
{
    const bool thumb = is_thumb(stop);
    const char *missing =
        instruction_is_fpu(stop->instruction, thumb) ? missing_for_fpu(stop) : NULL;
    int digits;
    const uint32_t bits = instruction_bits(stop->instruction, thumb, &digits);

    (void)info;
    sentence_add(text, "undefined instruction");
    if (stop->instruction)
        sentence_add(text, " 0x%0*x", digits, bits);
    if (missing)
        sentence_add(text, ": the FPU is not enabled: set %s first", missing);
    else if (instruction_is_udf(stop->instruction, thumb))
        sentence_add(text, ": UDF, a trap on purpose");
}

/* Semihosting for AArch32 and AArch64 (ARM IHI 0080), "The semihosting interface". */
#define SEMIHOSTING_ARM_SVC    0x123456u
#define SEMIHOSTING_NUMBER     0xABu /* of SVC in Thumb state, of BKPT in both */
#define SEMIHOSTING_ARM_BKPT   0xE1200A7Bu
#define SEMIHOSTING_THUMB_BKPT 0xBEABu

static void add_semihosting(struct sentence *text, const char *instruction)
{
    sentence_add(text,
                 "%s, a semihosting call, which ampgdb does not serve; link the program without "
                 "semihosting (not with --specs=rdimon.specs)",
                 instruction);
}

void describe_bkpt(struct sentence *text, const struct core3_info *info,
                   const struct ampgdb_stop *stop)
{
    (void)info;
    if (AMPGDB_IS_PLANTED(stop->instruction))
        sentence_add(text, "a breakpoint of the debugger's in code that the program has copied or "
                           "mapped to here; delete it, use \"hbreak\", and let the program copy "
                           "its code again");
    else if (is_thumb(stop) ? (stop->instruction & 0xFFFFu) == SEMIHOSTING_THUMB_BKPT
                            : stop->instruction == SEMIHOSTING_ARM_BKPT)
        add_semihosting(text, "BKPT 0xAB");
    else
        sentence_add(text, "BKPT instruction of the program");
}

void describe_svc(struct sentence *text, const struct core3_info *info,
                  const struct ampgdb_stop *stop)
{
    uint32_t number;

    (void)info;
    if (!instruction_is_svc(stop->instruction, is_thumb(stop), &number)) {
        sentence_add(text, "SVC instruction");
    } else if (!stop->caught &&
               number == (is_thumb(stop) ? SEMIHOSTING_NUMBER : SEMIHOSTING_ARM_SVC)) {
        add_semihosting(text, is_thumb(stop) ? "SVC 0xAB" : "SVC 0x123456");
        return;
    } else {
        sentence_add(text, "SVC #%u", number);
    }
    if (!stop->caught)
        sentence_add(text, ", but the program has no vectors; set VBAR (LR of its mode is lost)");
}

/* --- accesses --- */

/* By the program's own tables, by alignment, or by the bus. A virtual address says nothing about
 * whose memory it is, and what its tables refuse has no physical one. */
static void add_own_fault(struct sentence *text, const struct core3_info *info,
                          const struct ampgdb_stop *stop)
{
    const struct fault fault = fault_of_stop(stop);

    if (has_mmu(info))
        sentence_add(text, "0x%08x, virtual by the program's own MMU tables (", stop->address);
    else
        sentence_add(text, "0x%08x, which %s (", stop->address, whose_memory(info, stop->address));
    sentence_add(text, "%s", fault_name(fault.kind));
    if (fault.kind == FAULT_UNKNOWN)
        sentence_add(text, " 0x%02x", fault.status);
    if (fault.level)
        sentence_add(text, ", level %u", fault.level);
    sentence_add(text, ")");
}

static uint32_t physical_of(const struct core3_info *info, const struct ampgdb_stop *stop)
{
    return has_mmu(info) ? stop->physical : stop->address;
}

/* At the wall around the program: its own tables were passed. */
static void add_place(struct sentence *text, const struct core3_info *info,
                      const struct ampgdb_stop *stop)
{
    const uint32_t physical = physical_of(info, stop);

    sentence_add(text, "0x%08x", stop->address);
    if (physical != stop->address)
        sentence_add(text, " (physical 0x%08x)", physical);
    sentence_add(text, ", which %s", whose_memory(info, physical));
}

/*
 * Is it the stack that left the program's RAM? PUSH counts down from SP, code in a function up from
 * an SP that has moved already. Compilers also use other registers as base, so near counts as by
 * SP: what is near is a guess at a big frame.
 */
#define PUSH_MAX  256u
#define FRAME_MAX 0x10000u

static bool is_near(uint32_t addr, uint32_t sp)
{
    return addr - (sp - PUSH_MAX) < PUSH_MAX + FRAME_MAX;
}

static bool is_just_below(uint32_t sp, uint32_t start)
{
    return sp - (start - FRAME_MAX) < FRAME_MAX + PUSH_MAX;
}

/* physical: of the access; SP lies in the same piece of memory, if it has to do with it at all. */
static void add_stack(struct sentence *text, const struct core3_info *info,
                      const struct ampgdb_stop *stop, uint32_t physical)
{
    const uint32_t sp = stop->regs[AMPGDB_REG_SP] + (physical - stop->address);
    const bool is_by_sp = instruction_is_by_sp(stop->instruction, is_thumb(stop));

    if (core3_is_program_ram(info, physical, 1) || !is_near(physical, sp))
        return;
    if (is_just_below(sp, info->program_base) || is_just_below(sp, info->upper_base))
        sentence_add(text, "; the stack has run out: SP is 0x%08x", stop->regs[AMPGDB_REG_SP]);
    else if (is_by_sp && (sp == info->window || sp == info->ram_end))
        sentence_add(text, "; the stack is empty already: SP is 0x%08x", stop->regs[AMPGDB_REG_SP]);
    else if (is_by_sp && !core3_is_program_ram(info, sp, 1))
        sentence_add(text, "; SP is 0x%08x: it has to be set in each mode that uses a stack",
                     stop->regs[AMPGDB_REG_SP]);
}

void describe_prefetch(struct sentence *text, const struct core3_info *info,
                       const struct ampgdb_stop *stop)
{
    sentence_add(text, "prefetch abort: jump to ");
    add_own_fault(text, info, stop);
}

void describe_s2_fetch(struct sentence *text, const struct core3_info *info,
                       const struct ampgdb_stop *stop)
{
    if (stop->syndrome & HSR_S1PTW) {
        sentence_add(text,
                     "prefetch abort: the program's MMU tables for 0x%08x are not in its own RAM",
                     stop->address);
        return;
    }
    sentence_add(text, "prefetch abort: jump to ");
    add_place(text, info, stop);
}

static const char *direction(const struct ampgdb_stop *stop)
{
    return fault_is_write(stop) ? "write to" : "read of";
}

void describe_data(struct sentence *text, const struct core3_info *info,
                   const struct ampgdb_stop *stop)
{
    sentence_add(text, "data abort: %s ", direction(stop));
    add_own_fault(text, info, stop);
    if (!has_mmu(info))
        add_stack(text, info, stop, stop->address);
}

void describe_s2_data(struct sentence *text, const struct core3_info *info,
                      const struct ampgdb_stop *stop)
{
    const uint32_t physical = physical_of(info, stop);

    if (stop->syndrome & HSR_S1PTW) {
        sentence_add(text, "data abort: the program's MMU tables for 0x%08x are not in its own RAM",
                     stop->address);
        return;
    }
    sentence_add(text, "data abort: %s ", direction(stop));
    add_place(text, info, stop);
    if (fault_is_write(stop) && physical < LOW_VECTORS_SIZE)
        sentence_add(text, "; if these are exception vectors, keep them in the program's RAM and "
                           "set VBAR");
    else
        add_stack(text, info, stop, physical);
}

/* --- what the debugger set --- */

void describe_watch(struct sentence *text, const struct core3_info *info,
                    const struct ampgdb_stop *stop)
{
    const uint32_t physical = physical_of(info, stop);

    sentence_add(text, "watchpoint: about to %s 0x%08x", fault_is_write(stop) ? "write" : "read",
                 stop->address);
    if (physical != stop->address)
        sentence_add(text, " (physical 0x%08x)", physical);
}

void describe_agent(struct sentence *text, const struct core3_info *info,
                    const struct ampgdb_stop *stop)
{
    sentence_add(text, "the condition or command of the breakpoint here cannot be evaluated: ");
    if (stop->syndrome != AMPGDB_EFAULT)
        sentence_add(text, "it divides by zero, takes too long or makes no sense");
    else if (has_mmu(info))
        sentence_add(text, "it reads 0x%08x, where the program has no memory", stop->address);
    else
        sentence_add(text, "it reads 0x%08x, which %s", stop->address,
                     whose_memory(info, stop->address));
}
