/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/run.h over a machine of a few lines: its instructions are "go on" and "branch", it takes
 * debug events and interrupts as a core does. What is executed is counted: stepping over something
 * that does not count must neither lose an instruction nor execute one twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ampgdb/message.h"
#include "breakpoints.h"
#include "code.h"
#include "cp.h"
#include "debug_unit.h"
#include "guest.h"
#include "memory.h"
#include "patches.h"
#include "prints.h"
#include "regs.h"
#include "run.h"
#include "watchpoints.h"

#define BASE    0x20000000u
#define WORDS   256u
#define AT(n)   (BASE + 4 * (n))
#define COUNTER AT(200) /* a variable of the program's, incremented at COUNTING */
#define HANDLER AT(100)
#define VECTOR  AT(120)
#define STACK   0x20008000u

/* The machine's instructions. */
#define GO_ON            0x00000000u
#define RETURN           0x00000001u /* from the interrupt handler */
#define ODD              0x00000002u /* cannot be decoded */
#define COUNTING         0x00000003u
#define RETURN_IF_CALLED 0x00000004u /* to the handler, whose last word is 101; else go on */
#define OWN_BKPT         0xE1200070u
#define BRANCH(n)        AT(n)
#define IS_BKPT(word)    (((word)&0xFFF000F0u) == 0xE1200070u)

#define HSR_WATCH  0x90000062u
#define HSR_FETCH  0x80000022u
#define MOE(entry) ((entry) << 2)

static uint32_t ram[WORDS];
static unsigned executed[WORDS];
static struct frame frame, interrupted;
static struct ampgdb_stop stop;
static struct {
    bool armed;
    uint32_t addr;
} unit[DEBUG_UNIT_BREAKPOINTS_MAX];

static uint32_t interrupt_before; /* an address: an interrupt comes there, once */
static bool interrupt_pending;
static uint32_t spsr;
static uint32_t handler_mode, handler_sp;
static struct step_keeps keeps;
static uint32_t accessing, accessing_too; /* instructions that meet a watchpoint register */
static bool access_counts, watch_lifted;
static unsigned prints, delivered, events;
static uint32_t caught_at;
static bool has_vectors;

/* --- the rest of the stub --- */

int memory_read(uint32_t addr, void *bytes, uint32_t len)
{
    if (addr < BASE || addr - BASE + len > sizeof ram)
        return -AMPGDB_EFAULT;
    memcpy(bytes, (uint8_t *)ram + (addr - BASE), len);
    return (int)len;
}

int memory_write(uint32_t addr, const void *bytes, uint32_t len)
{
    if (addr < BASE || addr - BASE + len > sizeof ram)
        return -AMPGDB_EFAULT;
    memcpy((uint8_t *)ram + (addr - BASE), bytes, len);
    return (int)len;
}

uint32_t debug_unit_breakpoints(void)
{
    return DEBUG_UNIT_BREAKPOINTS_MAX;
}

void debug_unit_arm(uint32_t index, uint32_t addr, bool thumb)
{
    assert_false(thumb);
    unit[index].armed = true;
    unit[index].addr = addr;
}

void debug_unit_disarm(uint32_t index)
{
    unit[index].armed = false;
}

/* Its abort stops the program, as guest_explain() would say. */
static bool is_unreachable(uint32_t addr)
{
    return addr < BASE || addr >= BASE + sizeof ram;
}

static uint32_t word_at(uint32_t addr)
{
    assert_in_range(addr, BASE, BASE + sizeof ram - 4);
    return ram[(addr - BASE) / 4];
}

static uint32_t next_of(uint32_t word, uint32_t addr)
{
    if (word == RETURN)
        return interrupted.pc;
    if (word == RETURN_IF_CALLED && (frame.cpsr & PSR_I))
        return AT(101);
    return word >= BASE && word < BASE + sizeof ram ? word : addr + 4;
}

uint32_t code_at(const struct frame *of)
{
    uint32_t word = 0;

    patches_read_memory(of->pc, &word, 4);
    return word;
}

int code_successor(const struct frame *of, struct code_successor *next)
{
    const uint32_t word = code_at(of);

    *next = (struct code_successor){.pc = VECTOR};
    if (is_unreachable(of->pc))
        return -AMPGDB_EFAULT;
    if (word == ODD)
        return -AMPGDB_EDECODE;
    *next = (struct code_successor){next_of(word, of->pc), false, keeps};
    if (word == RETURN)
        next->keeps.mode = false;
    return 0;
}

uint32_t regs_read(const struct frame *of, uint32_t number)
{
    switch (number) {
    case AMPGDB_REG_PC:
        return of->pc;
    case AMPGDB_REG_CPSR:
        return of->cpsr;
    case AMPGDB_REG_SP:
        return of->sp_usr;
    case AMPGDB_REG_SPSR_ABT:
    case AMPGDB_REG_SPSR_UND:
        assert_int_equal(of->cpsr & PSR_MODE, number == AMPGDB_REG_SPSR_ABT ? MODE_ABT : MODE_UND);
        return spsr;
    default:
        return of->r[number];
    }
}

int regs_write(struct frame *of, uint32_t number, uint32_t value)
{
    if (number == AMPGDB_REG_CPSR)
        of->cpsr = value;
    else
        spsr = value;
    return 0;
}

uint32_t regs_spsr(const struct frame *of)
{
    (void)of;
    return spsr;
}

void regs_skip(struct frame *of, uint32_t len)
{
    of->pc += len;
}

void guest_caught(struct frame *of, struct ampgdb_stop *fill)
{
    caught_at = of->pc;
    of->pc = AT(50);
    fill->reason = AMPGDB_STOP_SVC;
    fill->caught = 1;
}

bool guest_has_vectors(void)
{
    return has_vectors;
}

void guest_deliver(struct frame *of)
{
    delivered++;
    of->pc = VECTOR;
}

uint32_t guest_physical(uint32_t addr)
{
    return addr + 0x1000;
}

bool watchpoints_hit(const struct frame *of, uint32_t code, uint32_t *addr)
{
    assert_int_equal(code, GO_ON);
    assert_int_equal(of->hsr, HSR_WATCH);
    *addr = COUNTER;
    return access_counts || of->pc == accessing_too;
}

void watchpoints_lift(void)
{
    watch_lifted = true;
}

void watchpoints_replant(void)
{
    watch_lifted = false;
}

void prints_send(uint32_t id, uint32_t strings, const uint64_t *values, uint32_t count)
{
    (void)id;
    (void)strings;
    (void)values;
    (void)count;
    prints++;
}

/* --- the machine --- */

static void take_interrupt(void)
{
    interrupted = frame;
    interrupt_pending = false;
    frame.pc = HANDLER;
    frame.cpsr = handler_mode | PSR_I;
    frame.sp_usr = handler_sp;
}

static void execute(uint32_t word)
{
    const uint32_t next = next_of(word, frame.pc);

    executed[(frame.pc - BASE) / 4]++;
    if (word == COUNTING)
        ram[(COUNTER - BASE) / 4]++;
    if (word == RETURN) {
        frame.cpsr = interrupted.cpsr;
        frame.sp_usr = interrupted.sp_usr;
    }
    frame.pc = next;
}

static bool is_armed(uint32_t addr)
{
    for (unsigned i = 0; i < DEBUG_UNIT_BREAKPOINTS_MAX; i++)
        if (unit[i].armed && unit[i].addr == addr)
            return true;
    return false;
}

/* The event that the core meets at PC, or none. */
static bool meets_event(void)
{
    frame.hsr = HSR_FETCH;
    if (is_armed(frame.pc)) {
        frame.dbgdscr = MOE(MOE_BREAKPOINT);
        return true;
    }
    if (IS_BKPT(word_at(frame.pc))) {
        frame.dbgdscr = MOE(MOE_BKPT);
        return true;
    }
    frame.hsr = HSR_WATCH;
    return (accessing == frame.pc || accessing_too == frame.pc) && !watch_lifted;
}

/* Until it stops. */
static void run(void)
{
    for (unsigned i = 0; i < 10000; i++) {
        if (frame.pc == interrupt_before) {
            interrupt_before = 0;
            interrupt_pending = true;
        }
        if (interrupt_pending && !(frame.cpsr & PSR_I))
            take_interrupt();
        if (is_unreachable(frame.pc) && has_vectors) {
            frame.pc = VECTOR;
        } else if (is_unreachable(frame.pc)) {
            run_cancel();
            stop.reason = AMPGDB_STOP_S2_FETCH;
            return;
        }
        if (!meets_event())
            execute(word_at(frame.pc));
        else if (events++, run_debug_event(&frame, &stop) == RUN_STOP)
            return;
    }
    fail_msg("the program does not stop; it is at word %u", (frame.pc - BASE) / 4);
}

static void resume_as(uint32_t how, uint32_t start, uint32_t end)
{
    const struct ampgdb_resume resume = {how, start, end};
    const int outcome = run_resume(&frame, &resume, &stop);

    assert_in_range(outcome, RUN_GO, RUN_STOP);
    if (outcome == RUN_GO)
        run();
    stop.regs[AMPGDB_REG_PC] = frame.pc;
    assert_false(watch_lifted);
}

static void go(void)
{
    resume_as(AMPGDB_RESUME_CONTINUE, 0, 0);
}

static void step(void)
{
    resume_as(AMPGDB_RESUME_STEP, 0, 0);
}

static void range(uint32_t first, uint32_t behind)
{
    resume_as(AMPGDB_RESUME_RANGE, AT(first), AT(behind));
}

static void assert_stop(uint32_t reason, uint32_t word)
{
    if (stop.reason != reason || frame.pc != AT(word))
        fail_msg("stopped for %u at word %u instead of %u at %u", stop.reason,
                 (frame.pc - BASE) / 4, reason, word);
}

static void assert_executed(uint32_t word, unsigned times)
{
    if (executed[word] != times)
        fail_msg("word %u was executed %u times instead of %u", word, executed[word], times);
}

/* --- breakpoints --- */

static void set(uint32_t type, uint32_t word)
{
    const struct ampgdb_break new = {type, AT(word), AMPGDB_BREAK_KIND_ARM, 0, 0};

    assert_int_equal(breakpoints_set(&new, NULL, 0), 0);
}

static void set_with(uint32_t word, uint32_t conditions, uint32_t commands, const uint8_t *bytes,
                     uint32_t len)
{
    const struct ampgdb_break new = {AMPGDB_BREAK_SOFTWARE, AT(word), AMPGDB_BREAK_KIND_ARM,
                                     conditions, commands};
    uint32_t code[8] = {len};

    memcpy(code + 1, bytes, len);
    assert_int_equal(breakpoints_set(&new, code, 1 + (len + 3) / 4), 0);
}

#define BIG_ENDIAN(word)                                                                           \
    (uint8_t)((word) >> 24), (uint8_t)((word) >> 16), (uint8_t)((word) >> 8), (uint8_t)(word)

/* COUNTER == n */
static void set_if_counter(uint32_t word, uint8_t n)
{
    const uint8_t code[] = {0x24, BIG_ENDIAN(COUNTER), 0x19, 0x22, n, 0x13, 0x27};

    set_with(word, 1, 0, code, sizeof code);
}

static void set_false(uint32_t word)
{
    set_with(word, 1, 0, (const uint8_t[]){0x22, 0, 0x27}, 3);
}

static void set_true(uint32_t word)
{
    set_with(word, 1, 0, (const uint8_t[]){0x22, 1, 0x27}, 3);
}

static void set_print(uint32_t word)
{
    set_with(word, 0, 1, (const uint8_t[]){0x22, 0, 0x22, 0, 0x34, 0, 1, 0, 0, 0, 0x27}, 11);
}

/* Whatever is set from now on is a patch. */
static void use_up_registers(void)
{
    for (uint32_t i = 0; i < breakpoints_hardware(); i++)
        set(AMPGDB_BREAK_HARDWARE, 240 + i);
}

static int fresh(void **state)
{
    (void)state;
    run_cancel();
    memset(ram, 0, sizeof ram);
    breakpoints_init();
    breakpoints_clear_all();
    breakpoints_uncatch();
    memset(executed, 0, sizeof executed);
    memset(&frame, 0, sizeof frame);
    memset(&stop, 0, sizeof stop);
    memset(unit, 0, sizeof unit);
    frame.pc = stop.regs[AMPGDB_REG_PC] = BASE;
    frame.cpsr = MODE_SVC;
    frame.sp_usr = STACK;
    interrupt_before = accessing = accessing_too = caught_at = spsr = 0;
    interrupt_pending = false;
    handler_mode = MODE_IRQ;
    handler_sp = STACK;
    keeps = (struct step_keeps){true, true, true};
    access_counts = watch_lifted = has_vectors = false;
    prints = delivered = events = 0;
    ram[101] = RETURN;
    return 0;
}

/* Words 0 to 4: a loop that counts. */
static void make_loop(void)
{
    ram[2] = COUNTING;
    ram[4] = BRANCH(0);
}

/* --- tests: steps --- */

static void a_step_is_one_instruction(void **state)
{
    (void)state;
    ram[1] = BRANCH(7);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    step();
    assert_stop(AMPGDB_STOP_STEP, 7);
    assert_executed(0, 1);
    assert_executed(1, 1);
}

static void a_step_from_a_breakpoint_executes_what_is_there(void **state)
{
    (void)state;
    set(AMPGDB_BREAK_SOFTWARE, 0);
    set(AMPGDB_BREAK_HARDWARE, 0);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    assert_executed(0, 1);
    assert_true(IS_BKPT(ram[0]) && is_armed(AT(0)));
}

static void a_step_onto_a_false_condition_is_a_step(void **state)
{
    (void)state;
    set_false(1);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    set_true(2);
    step();
    assert_stop(AMPGDB_STOP_SW_BREAK, 2);
}

static void a_step_onto_commands_runs_them_once(void **state)
{
    (void)state;
    set_print(1);
    set(AMPGDB_BREAK_HARDWARE, 3);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    assert_int_equal(prints, 1);
    go();
    assert_stop(AMPGDB_STOP_HW_BREAK, 3);
    assert_int_equal(prints, 1);
}

static void what_cannot_be_decoded_is_refused_and_changes_nothing(void **state)
{
    const struct ampgdb_resume resume = {AMPGDB_RESUME_STEP, 0, 0};
    struct frame before;

    (void)state;
    ram[0] = ODD;
    before = frame;
    stop.reason = AMPGDB_STOP_HALT;
    assert_int_equal(run_resume(&frame, &resume, &stop), -AMPGDB_EDECODE);
    assert_memory_equal(&frame, &before, sizeof frame);
    assert_int_equal(stop.reason, AMPGDB_STOP_HALT);
}

static void what_cannot_be_fetched_aborts_again(void **state)
{
    (void)state;
    for (uint32_t how = AMPGDB_RESUME_CONTINUE; how <= AMPGDB_RESUME_RANGE; how++) {
        frame.pc = stop.regs[AMPGDB_REG_PC] = BASE - 16;
        stop.reason = AMPGDB_STOP_STEP;
        resume_as(how, 0, 0);
        assert_int_equal(stop.reason, AMPGDB_STOP_S2_FETCH);
        assert_int_equal(frame.pc, BASE - 16);
    }
}

/* A step there once ended nowhere: the program ran on, in its handler and behind it. */
static void what_cannot_be_fetched_leads_to_the_programs_handler(void **state)
{
    (void)state;
    has_vectors = true;
    for (uint32_t how = AMPGDB_RESUME_STEP; how <= AMPGDB_RESUME_RANGE; how++) {
        frame.pc = stop.regs[AMPGDB_REG_PC] = BASE - 16;
        stop.reason = AMPGDB_STOP_STEP;
        resume_as(how, BASE - 16, BASE);
        assert_stop(AMPGDB_STOP_STEP, 120);
    }
    set(AMPGDB_BREAK_HARDWARE, 130);
    frame.pc = stop.regs[AMPGDB_REG_PC] = BASE - 16;
    go();
    assert_stop(AMPGDB_STOP_HW_BREAK, 130);
}

static void a_pc_moved_onto_a_breakpoint_meets_it(void **state)
{
    (void)state;
    set(AMPGDB_BREAK_SOFTWARE, 7);
    set_false(17);
    set_print(27);
    set(AMPGDB_BREAK_HARDWARE, 30);
    frame.pc = AT(7);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 7);
    step(); /* it has been met */
    assert_stop(AMPGDB_STOP_STEP, 8);
    frame.pc = AT(17);
    step();
    assert_stop(AMPGDB_STOP_STEP, 18);
    frame.pc = AT(27);
    go();
    assert_stop(AMPGDB_STOP_HW_BREAK, 30);
    assert_int_equal(prints, 1);
    assert_executed(27, 1);
}

static void a_branch_to_itself_ends_a_step(void **state)
{
    (void)state;
    ram[0] = BRANCH(0);
    step();
    assert_stop(AMPGDB_STOP_STEP, 0);
}

/* --- tests: conditions and commands --- */

static void breakpoints_stop_by_their_type(void **state)
{
    (void)state;
    set(AMPGDB_BREAK_SOFTWARE, 3);
    set(AMPGDB_BREAK_HARDWARE, 5);
    set_true(7); /* in a register */
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 3);
    go();
    assert_stop(AMPGDB_STOP_HW_BREAK, 5);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 7);
    assert_executed(3, 1);
    assert_executed(7, 0);
}

static void assert_counts_to_20(uint32_t word)
{
    make_loop();
    set_if_counter(word, 20);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, word);
    assert_int_equal(ram[200], 20);
    assert_executed(2, 20);
    assert_executed(3, word == 3 ? 19 : 20);
    assert_executed(0, word == 3 ? 20 : 20 + (word < 1));
}

static void a_condition_in_a_register_stops_when_it_is_true(void **state)
{
    (void)state;
    assert_counts_to_20(3);
}

static void a_condition_in_memory_stops_when_it_is_true(void **state)
{
    (void)state;
    use_up_registers();
    assert_counts_to_20(3);
    assert_true(IS_BKPT(ram[3]));
}

static void a_hit_that_does_not_count_leaves_nothing(void **state)
{
    (void)state;
    set_false(1);
    set(AMPGDB_BREAK_HARDWARE, 5);
    go();
    assert_stop(AMPGDB_STOP_HW_BREAK, 5);
    assert_int_equal(events, 3); /* the hit, the step off it, and the stop */
    assert_true(is_armed(AT(1)));
}

static void conditions_next_to_each_other_are_all_met(void **state)
{
    (void)state;
    make_loop();
    set_print(0);
    set_print(1);
    set_false(2);
    set_if_counter(3, 10);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 3);
    assert_int_equal(prints, 19); /* not the one where it is resumed */
    assert_executed(2, 10);
}

static void commands_at_the_resume_address_do_not_run_again(void **state)
{
    (void)state;
    set_print(0);
    set_print(1);
    set(AMPGDB_BREAK_SOFTWARE, 2);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 2);
    assert_int_equal(prints, 1);
}

static void what_cannot_be_evaluated_stops(void **state)
{
    const uint8_t unreadable[] = {0x22, 8, 0x19, 0x27}, wrong[] = {0x02, 0x27};

    (void)state;
    stop.physical = stop.caught = 1;
    set_with(1, 1, 0, unreadable, sizeof unreadable);
    set_with(2, 1, 0, wrong, sizeof wrong);
    go();
    assert_stop(AMPGDB_STOP_AGENT, 1);
    assert_int_equal(stop.address, 8);
    assert_int_equal(stop.syndrome, AMPGDB_EFAULT);
    assert_int_equal(stop.physical | stop.caught, 0);
    go();
    assert_stop(AMPGDB_STOP_AGENT, 2);
    assert_int_equal(stop.address, 0);
    assert_int_equal(stop.syndrome, AMPGDB_EAGENT);
    frame.pc = AT(1);
    step();
    assert_stop(AMPGDB_STOP_AGENT, 1);
    step();
    assert_stop(AMPGDB_STOP_AGENT, 2);
}

static void a_false_condition_that_cannot_be_stepped_off_stops(void **state)
{
    (void)state;
    ram[2] = ODD;
    set_false(2);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 2);
}

/* --- tests: ranges --- */

static void a_range_ends_outside(void **state)
{
    (void)state;
    ram[2] = BRANCH(5);
    range(0, 5);
    assert_stop(AMPGDB_STOP_STEP, 5);
    assert_executed(2, 1);
    range(5, 6); /* the end is outside */
    assert_stop(AMPGDB_STOP_STEP, 6);
}

static void a_range_is_at_least_one_step(void **state)
{
    (void)state;
    range(0, 0);
    assert_stop(AMPGDB_STOP_STEP, 1);
    range(20, 30);
    assert_stop(AMPGDB_STOP_STEP, 2);
}

static void hits_in_a_range_count(void **state)
{
    (void)state;
    make_loop();
    set_print(1);
    set_false(2);
    set_if_counter(3, 7);
    range(0, 5);
    assert_stop(AMPGDB_STOP_SW_BREAK, 3);
    assert_int_equal(ram[200], 7);
    assert_int_equal(prints, 7);
    assert_executed(2, 7);
    assert_executed(1, 7);
}

static void a_hit_at_the_end_of_a_range_is_a_hit(void **state)
{
    (void)state;
    set(AMPGDB_BREAK_HARDWARE, 2);
    range(0, 2);
    assert_stop(AMPGDB_STOP_HW_BREAK, 2);
    set_false(4);
    range(2, 4);
    assert_stop(AMPGDB_STOP_STEP, 4);
}

static void a_range_ends_where_nothing_can_be_decoded(void **state)
{
    (void)state;
    ram[3] = ODD;
    range(0, 9);
    assert_stop(AMPGDB_STOP_STEP, 3);
}

/* --- tests: interrupts --- */

static void a_handler_that_passes_the_end_of_a_step_is_not_the_end(void **state)
{
    (void)state;
    ram[100] = BRANCH(1); /* the handler calls what is stepped into */
    ram[2] = RETURN_IF_CALLED;
    interrupt_before = AT(0);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    assert_int_equal(frame.cpsr, MODE_SVC);
    assert_executed(0, 1);
    assert_executed(1, 1);
}

static void a_handler_on_the_same_stack_is_not_the_end(void **state)
{
    (void)state;
    handler_mode = MODE_SVC;
    handler_sp = STACK - 32;
    a_handler_that_passes_the_end_of_a_step_is_not_the_end(state);
    assert_int_equal(frame.sp_usr, STACK);
}

static void a_breakpoint_in_a_handler_stops_a_step(void **state)
{
    (void)state;
    interrupt_before = AT(0);
    set(AMPGDB_BREAK_SOFTWARE, 100);
    step();
    assert_stop(AMPGDB_STOP_SW_BREAK, 100);
    assert_int_equal(frame.cpsr & PSR_MODE, MODE_IRQ);
    assert_false(is_armed(AT(1)));
}

static void where_a_handler_passes_the_end_of_a_step_its_breakpoint_counts(void **state)
{
    (void)state;
    ram[100] = BRANCH(1);
    interrupt_before = AT(0);
    set(AMPGDB_BREAK_SOFTWARE, 1);
    step();
    assert_stop(AMPGDB_STOP_SW_BREAK, 1);
    assert_int_equal(frame.cpsr & PSR_MODE, MODE_IRQ);
}

static void hits_in_a_handler_do_not_disturb_a_step(void **state)
{
    (void)state;
    set_print(0);
    set_print(100);
    keeps.interrupts = false; /* else none would come here */
    interrupt_before = AT(0);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    assert_int_equal(prints, 1); /* not again for the one that is stepped off */
    assert_executed(0, 1);
    assert_executed(100, 1);
    assert_true(is_armed(AT(0)) && is_armed(AT(100)));
}

/* The handler calls a function that the program comes to, too, with a breakpoint in it. */
static void every_hit_counts_once_whenever_an_interrupt_comes(void **state)
{
    for (uint32_t when = 0; when < 5; when++) {
        fresh(state);
        ram[100] = BRANCH(2);
        ram[3] = RETURN_IF_CALLED;
        set_print(1);
        set_print(2);
        set(AMPGDB_BREAK_HARDWARE, 5);
        interrupt_before = AT(when);
        go();
        assert_stop(AMPGDB_STOP_HW_BREAK, 5);
        assert_int_equal(interrupt_before, 0);
        assert_int_equal(prints, 3);
        assert_executed(1, 1);
        assert_executed(2, 2);
        assert_executed(3, 2);
    }
}

/* GDB takes a breakpoint out to step over it. The handler once ran then, and all that it led to. */
static void no_interrupt_comes_before_what_is_stepped_off(void **state)
{
    static const uint32_t met[] = {AMPGDB_STOP_SW_BREAK, AMPGDB_STOP_HW_BREAK, AMPGDB_STOP_WATCH};

    for (uint32_t i = 0; i < 3; i++) {
        fresh(state);
        stop.reason = met[i];
        interrupt_before = AT(0);
        step();
        assert_stop(AMPGDB_STOP_STEP, 1);
        assert_int_equal(frame.cpsr, MODE_SVC);
        assert_executed(0, 1);
        assert_executed(100, 0);
        step();
        assert_stop(AMPGDB_STOP_STEP, 2);
        assert_int_equal(frame.cpsr, MODE_SVC);
        assert_executed(100, 1);
    }
}

static void nor_before_an_access_beside_what_is_watched(void **state)
{
    (void)state;
    set(AMPGDB_BREAK_SOFTWARE, 3);
    accessing = interrupt_before = AT(1);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 3);
    assert_executed(100, 1);
    assert_executed(1, 1);
    assert_int_equal(frame.cpsr, MODE_SVC);
}

static void an_instruction_that_minds_interrupts_is_left_to_them(void **state)
{
    (void)state;
    stop.reason = AMPGDB_STOP_SW_BREAK;
    keeps.interrupts = false;
    interrupt_before = AT(0);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    assert_executed(100, 1);
}

static void interrupts_that_were_masked_stay_so(void **state)
{
    (void)state;
    stop.reason = AMPGDB_STOP_SW_BREAK;
    frame.cpsr |= PSR_I;
    step();
    assert_int_equal(frame.cpsr, MODE_SVC | PSR_I);
}

/* What was stepped off has faulted, and its handler meets a breakpoint. */
static void stop_in_handler(uint32_t mode)
{
    const struct ampgdb_resume resume = {AMPGDB_RESUME_STEP, 0, 0};

    stop.reason = AMPGDB_STOP_SW_BREAK;
    assert_int_equal(run_resume(&frame, &resume, &stop), RUN_GO);
    assert_int_equal(frame.cpsr, MODE_SVC | PSR_I);
    spsr = frame.cpsr;
    frame.cpsr = mode | PSR_I;
    frame.pc = VECTOR;
    run_cancel();
    assert_int_equal(frame.cpsr, mode | PSR_I);
}

static void a_stop_in_a_handler_gives_the_program_its_interrupts_back(void **state)
{
    static const uint32_t modes[] = {MODE_ABT, MODE_UND};

    for (uint32_t i = 0; i < 2; i++) {
        fresh(state);
        stop_in_handler(modes[i]);
        assert_int_equal(spsr, MODE_SVC);
    }
}

/* It has saved SPSR, perhaps, and switched: what is in CPSR and SPSR now is its own. */
static void a_handler_that_has_switched_modes_keeps_what_it_has(void **state)
{
    static const uint32_t modes[] = {MODE_SVC, MODE_SYS, MODE_IRQ};

    for (uint32_t i = 0; i < 3; i++) {
        fresh(state);
        stop_in_handler(modes[i]);
        assert_int_equal(spsr, MODE_SVC | PSR_I);
    }
}

static void without_interrupts_mode_and_stack_do_not_matter(void **state)
{
    const struct ampgdb_resume resume = {AMPGDB_RESUME_STEP, 0, 0};

    (void)state;
    frame.cpsr = MODE_SVC | PSR_I;
    assert_int_equal(run_resume(&frame, &resume, &stop), RUN_GO);
    frame.sp_usr -= 16;
    run();
    assert_stop(AMPGDB_STOP_STEP, 1);
}

static void an_instruction_may_change_mode_or_stack(void **state)
{
    const struct ampgdb_resume resume = {AMPGDB_RESUME_STEP, 0, 0};

    (void)state;
    keeps = (struct step_keeps){true, false, true};
    assert_int_equal(run_resume(&frame, &resume, &stop), RUN_GO);
    frame.sp_usr -= 16;
    run();
    assert_stop(AMPGDB_STOP_STEP, 1);
    keeps = (struct step_keeps){false, true, false};
    assert_int_equal(run_resume(&frame, &resume, &stop), RUN_GO);
    frame.cpsr = MODE_SYS;
    run();
    assert_stop(AMPGDB_STOP_STEP, 2);
}

/* --- tests: watchpoints --- */

static void a_watched_access_stops_before_it_happens(void **state)
{
    (void)state;
    accessing = AT(3);
    access_counts = true;
    go();
    assert_stop(AMPGDB_STOP_WATCH, 3);
    assert_int_equal(stop.address, COUNTER);
    assert_int_equal(stop.syndrome, HSR_WATCH);
    assert_int_equal(stop.physical, COUNTER + 0x1000);
    assert_executed(3, 0);
    set(AMPGDB_BREAK_SOFTWARE, 5);
    go(); /* the access happens, once */
    assert_stop(AMPGDB_STOP_SW_BREAK, 5);
    assert_executed(3, 1);
}

static void a_watched_access_ends_a_step_and_a_range(void **state)
{
    (void)state;
    accessing = AT(2);
    access_counts = true;
    range(0, 9);
    assert_stop(AMPGDB_STOP_WATCH, 2);
    assert_false(is_armed(AT(3)));
    step();
    assert_stop(AMPGDB_STOP_STEP, 3);
    assert_executed(2, 1);
    frame.pc = AT(2);
    step();
    assert_stop(AMPGDB_STOP_WATCH, 2);
}

static void a_moved_pc_is_watched_again(void **state)
{
    (void)state;
    accessing = AT(2);
    access_counts = true;
    go();
    assert_stop(AMPGDB_STOP_WATCH, 2);
    frame.pc = accessing = AT(1);
    go();
    assert_stop(AMPGDB_STOP_WATCH, 1);
    assert_executed(1, 1); /* on the way to the first stop, when nobody watched */
}

static void an_access_beside_goes_on(void **state)
{
    (void)state;
    accessing = AT(3);
    set(AMPGDB_BREAK_SOFTWARE, 5);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 5);
    assert_executed(3, 1);
    frame.pc = AT(2);
    range(2, 5);
    assert_stop(AMPGDB_STOP_SW_BREAK, 5);
    assert_executed(3, 2);
}

static void an_access_beside_in_a_handler_does_not_disturb_a_step(void **state)
{
    (void)state;
    accessing = AT(100);
    interrupt_before = AT(0);
    step();
    assert_stop(AMPGDB_STOP_STEP, 1);
    assert_executed(100, 1);
    assert_executed(0, 1);
}

static void a_watched_access_in_a_handler_stops_a_step(void **state)
{
    (void)state;
    ram[101] = GO_ON;
    accessing = AT(100);
    accessing_too = AT(101);
    interrupt_before = AT(0);
    step();
    assert_stop(AMPGDB_STOP_WATCH, 101);
}

/* --- tests: BKPTs of the program, exceptions that are caught --- */

static void a_bkpt_of_the_program_is_gone_behind(void **state)
{
    (void)state;
    ram[2] = OWN_BKPT;
    set(AMPGDB_BREAK_SOFTWARE, 5);
    go();
    assert_stop(AMPGDB_STOP_BKPT, 2);
    step();
    assert_stop(AMPGDB_STOP_STEP, 3);
    frame.pc = AT(2);
    go();
    assert_stop(AMPGDB_STOP_BKPT, 2);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 5);
    assert_executed(3, 1);
}

static void a_moved_pc_is_not_taken_for_a_bkpt(void **state)
{
    (void)state;
    ram[2] = OWN_BKPT;
    go();
    assert_stop(AMPGDB_STOP_BKPT, 2);
    frame.pc = AT(1);
    go();
    assert_stop(AMPGDB_STOP_BKPT, 2);
    assert_executed(1, 2);
}

static void a_breakpoint_on_a_bkpt_is_gone_behind_too(void **state)
{
    (void)state;
    ram[2] = OWN_BKPT;
    set(AMPGDB_BREAK_SOFTWARE, 2);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 2);
    go();
    assert_stop(AMPGDB_STOP_BKPT, 2);
    step();
    assert_stop(AMPGDB_STOP_STEP, 3);
}

/* The program has copied code with a breakpoint in it. What belongs there was once skipped. */
static void a_bkpt_of_ours_elsewhere_is_not_gone_behind(void **state)
{
    static const uint32_t ours[] = {AMPGDB_BKPT_ARM, 0x00010000 | AMPGDB_BKPT_THUMB};

    for (uint32_t i = 0; i < 2; i++) {
        fresh(state);
        ram[2] = AMPGDB_BKPT_ARM;
        go();
        assert_stop(AMPGDB_STOP_BKPT, 2);
        stop.instruction = ours[i];
        go();
        assert_stop(AMPGDB_STOP_BKPT, 2);
        ram[2] = GO_ON; /* the breakpoint is deleted */
        step();
        assert_stop(AMPGDB_STOP_STEP, 3);
        assert_executed(2, 1);
    }
}

static void a_breakpoint_behind_a_bkpt_is_met(void **state)
{
    (void)state;
    ram[2] = OWN_BKPT;
    set(AMPGDB_BREAK_SOFTWARE, 3);
    go();
    assert_stop(AMPGDB_STOP_BKPT, 2);
    go();
    assert_stop(AMPGDB_STOP_SW_BREAK, 3);
    frame.pc = AT(2);
    go();
    range(0, 9);
    assert_stop(AMPGDB_STOP_SW_BREAK, 3);
    assert_executed(3, 0);
}

static void a_range_goes_on_behind_a_bkpt(void **state)
{
    (void)state;
    ram[2] = OWN_BKPT;
    go();
    range(0, 5);
    assert_stop(AMPGDB_STOP_STEP, 5);
    assert_executed(4, 1);
}

static void an_exception_is_caught(void **state)
{
    (void)state;
    ram[1] = BRANCH(120);
    assert_int_equal(breakpoints_catch(VECTOR, false), 0);
    go();
    assert_stop(AMPGDB_STOP_SVC, 50);
    assert_int_equal(caught_at, VECTOR);
    frame.pc = AT(1);
    step(); /* an SVC leads there, too */
    assert_stop(AMPGDB_STOP_SVC, 50);
    assert_executed(120, 0);
}

static void a_caught_exception_is_delivered(void **state)
{
    (void)state;
    assert_int_equal(breakpoints_catch(VECTOR, false), 0);
    set(AMPGDB_BREAK_HARDWARE, 122);
    resume_as(AMPGDB_RESUME_CONTINUE | AMPGDB_RESUME_DELIVER, 0, 0);
    assert_stop(AMPGDB_STOP_HW_BREAK, 122);
    assert_int_equal(delivered, 1);
    assert_executed(120, 1);
    assert_true(IS_BKPT(ram[120]));
    resume_as(AMPGDB_RESUME_STEP | AMPGDB_RESUME_DELIVER, 0, 0);
    assert_stop(AMPGDB_STOP_STEP, 121);
}

static void a_handler_that_cannot_be_decoded_is_not_delivered(void **state)
{
    const struct ampgdb_resume resume = {AMPGDB_RESUME_STEP | AMPGDB_RESUME_DELIVER, 0, 0};

    (void)state;
    ram[120] = ODD;
    assert_int_equal(run_resume(&frame, &resume, &stop), -AMPGDB_EDECODE);
    assert_int_equal(frame.pc, AT(0));
}

static void a_breakpoint_at_the_vector_is_met_when_delivered(void **state)
{
    (void)state;
    assert_int_equal(breakpoints_catch(VECTOR, false), 0);
    set(AMPGDB_BREAK_SOFTWARE, 120);
    resume_as(AMPGDB_RESUME_CONTINUE | AMPGDB_RESUME_DELIVER, 0, 0);
    assert_stop(AMPGDB_STOP_SW_BREAK, 120);
    assert_executed(120, 0);
}

/* --- tests: the rest --- */

static void a_cancelled_step_leaves_nothing(void **state)
{
    const struct ampgdb_resume resume = {AMPGDB_RESUME_STEP, 0, 0};

    (void)state;
    set(AMPGDB_BREAK_SOFTWARE, 0);
    assert_int_equal(run_resume(&frame, &resume, &stop), RUN_GO);
    assert_false(IS_BKPT(ram[0]));
    assert_true(is_armed(AT(1)));
    run_cancel();
    assert_true(IS_BKPT(ram[0]));
    assert_false(is_armed(AT(1)));
}

static void an_event_that_nobody_knows_is_told(void **state)
{
    (void)state;
    frame.hsr = HSR_FETCH;
    frame.dbgdscr = MOE(5u);
    assert_int_equal(run_debug_event(&frame, &stop), RUN_STOP);
    assert_stop(AMPGDB_STOP_UNKNOWN, 0);
    assert_int_equal(stop.syndrome, HSR_FETCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_step_is_one_instruction, fresh),
        cmocka_unit_test_setup(a_step_from_a_breakpoint_executes_what_is_there, fresh),
        cmocka_unit_test_setup(a_step_onto_a_false_condition_is_a_step, fresh),
        cmocka_unit_test_setup(a_step_onto_commands_runs_them_once, fresh),
        cmocka_unit_test_setup(what_cannot_be_decoded_is_refused_and_changes_nothing, fresh),
        cmocka_unit_test_setup(what_cannot_be_fetched_aborts_again, fresh),
        cmocka_unit_test_setup(what_cannot_be_fetched_leads_to_the_programs_handler, fresh),
        cmocka_unit_test_setup(a_pc_moved_onto_a_breakpoint_meets_it, fresh),
        cmocka_unit_test_setup(a_branch_to_itself_ends_a_step, fresh),
        cmocka_unit_test_setup(breakpoints_stop_by_their_type, fresh),
        cmocka_unit_test_setup(a_condition_in_a_register_stops_when_it_is_true, fresh),
        cmocka_unit_test_setup(a_condition_in_memory_stops_when_it_is_true, fresh),
        cmocka_unit_test_setup(a_hit_that_does_not_count_leaves_nothing, fresh),
        cmocka_unit_test_setup(conditions_next_to_each_other_are_all_met, fresh),
        cmocka_unit_test_setup(commands_at_the_resume_address_do_not_run_again, fresh),
        cmocka_unit_test_setup(what_cannot_be_evaluated_stops, fresh),
        cmocka_unit_test_setup(a_false_condition_that_cannot_be_stepped_off_stops, fresh),
        cmocka_unit_test_setup(a_range_ends_outside, fresh),
        cmocka_unit_test_setup(a_range_is_at_least_one_step, fresh),
        cmocka_unit_test_setup(hits_in_a_range_count, fresh),
        cmocka_unit_test_setup(a_hit_at_the_end_of_a_range_is_a_hit, fresh),
        cmocka_unit_test_setup(a_range_ends_where_nothing_can_be_decoded, fresh),
        cmocka_unit_test_setup(a_handler_that_passes_the_end_of_a_step_is_not_the_end, fresh),
        cmocka_unit_test_setup(a_handler_on_the_same_stack_is_not_the_end, fresh),
        cmocka_unit_test_setup(a_breakpoint_in_a_handler_stops_a_step, fresh),
        cmocka_unit_test_setup(where_a_handler_passes_the_end_of_a_step_its_breakpoint_counts,
                               fresh),
        cmocka_unit_test_setup(hits_in_a_handler_do_not_disturb_a_step, fresh),
        cmocka_unit_test_setup(every_hit_counts_once_whenever_an_interrupt_comes, fresh),
        cmocka_unit_test_setup(no_interrupt_comes_before_what_is_stepped_off, fresh),
        cmocka_unit_test_setup(nor_before_an_access_beside_what_is_watched, fresh),
        cmocka_unit_test_setup(an_instruction_that_minds_interrupts_is_left_to_them, fresh),
        cmocka_unit_test_setup(interrupts_that_were_masked_stay_so, fresh),
        cmocka_unit_test_setup(a_stop_in_a_handler_gives_the_program_its_interrupts_back, fresh),
        cmocka_unit_test_setup(a_handler_that_has_switched_modes_keeps_what_it_has, fresh),
        cmocka_unit_test_setup(without_interrupts_mode_and_stack_do_not_matter, fresh),
        cmocka_unit_test_setup(an_instruction_may_change_mode_or_stack, fresh),
        cmocka_unit_test_setup(a_watched_access_stops_before_it_happens, fresh),
        cmocka_unit_test_setup(a_watched_access_ends_a_step_and_a_range, fresh),
        cmocka_unit_test_setup(a_moved_pc_is_watched_again, fresh),
        cmocka_unit_test_setup(an_access_beside_goes_on, fresh),
        cmocka_unit_test_setup(an_access_beside_in_a_handler_does_not_disturb_a_step, fresh),
        cmocka_unit_test_setup(a_watched_access_in_a_handler_stops_a_step, fresh),
        cmocka_unit_test_setup(a_bkpt_of_the_program_is_gone_behind, fresh),
        cmocka_unit_test_setup(a_moved_pc_is_not_taken_for_a_bkpt, fresh),
        cmocka_unit_test_setup(a_breakpoint_on_a_bkpt_is_gone_behind_too, fresh),
        cmocka_unit_test_setup(a_bkpt_of_ours_elsewhere_is_not_gone_behind, fresh),
        cmocka_unit_test_setup(a_breakpoint_behind_a_bkpt_is_met, fresh),
        cmocka_unit_test_setup(a_range_goes_on_behind_a_bkpt, fresh),
        cmocka_unit_test_setup(an_exception_is_caught, fresh),
        cmocka_unit_test_setup(a_caught_exception_is_delivered, fresh),
        cmocka_unit_test_setup(a_handler_that_cannot_be_decoded_is_not_delivered, fresh),
        cmocka_unit_test_setup(a_breakpoint_at_the_vector_is_met_when_delivered, fresh),
        cmocka_unit_test_setup(a_cancelled_step_leaves_nothing, fresh),
        cmocka_unit_test_setup(an_event_that_nobody_knows_is_told, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
