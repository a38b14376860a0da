/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The stepping oracle: asks step_next() where an instruction goes, then lets the processor execute
 * that instruction one level below HYP, and compares. The stub's own object code is what is asked.
 *
 * One instruction is executed by leaving nowhere to go: stage 2 makes all memory of the program
 * readable and not executable, except for a few read-only pages that are full of trapping
 * instructions and hold the one on trial. Wherever it goes, the next fetch traps to HYP, and ELR
 * says where that was. All other addresses are one and the same 2 MiB of random data.
 *
 * Knows QEMU's "virt" machine, prints on its UART. Lines are for run_step.py to read.
 */
#include <stdbool.h>
#include <stdint.h>

#include "ampgdb/message.h"
#include "step.h"

#define UART_DATA (*(volatile uint32_t *)0x09000000)
#define GICD(reg) (*(volatile uint32_t *)(0x08000000 + (reg)))
#define GICC(reg) (*(volatile uint32_t *)(0x08010000 + (reg)))

#define READ_CP(o1, n, m, o2)                                                                      \
    ({                                                                                             \
        uint32_t value_;                                                                           \
        __asm__ volatile("mrc p15, " #o1 ", %0, " #n ", " #m ", " #o2 : "=r"(value_));             \
        value_;                                                                                    \
    })
/* No ISB: the ERET into the program is one. */
#define WRITE_CP(o1, n, m, o2, value)                                                              \
    __asm__ volatile("mcr p15, " #o1 ", %0, " #n ", " #m ", " #o2 : : "r"(value) : "memory")

#define NZCV     0xF0000000u
#define T        (1u << 5)
#define MODE(p)  ((p)&0x1Fu)
#define MODE_USR 0x10u
#define MODE_SVC 0x13u
#define MODE_ABT 0x17u
#define MODE_UND 0x1Bu
#define MODE_SYS 0x1Fu

#define SCTLR_V  (1u << 13)
#define SCTLR_TE (1u << 30)

/* HSR.EC (DDI 0406C B3.13.6) */
#define EC_FETCH 0x20u
#define EC_STORE 0x24u

#define TICKS_TO_HANG 3u
#define DIFFERENCES   200u /* printed in full */

/* The assembly knows the order. */
struct trial {
    uint32_t r[15], pc, cpsr, spsr;                   /* before */
    uint32_t vector, elr, psr, hsr, lr_und, spsr_und; /* what trapped */
    uint32_t stack;
};

enum what { LANDED, TRAPPED, FAULTED, HUNG, WHAT_COUNT };

struct landing {
    enum what what;
    uint32_t pc;
    bool thumb;
};

struct count {
    uint32_t trials, same, refused, untried, differ;
    uint32_t seen[WHAT_COUNT];
};

void run_trial(struct trial *trial);
void oracle_main(void);
/* The compiler calls them; there is no libc here. */
void *memset(void *to, int value, __SIZE_TYPE__ count);
void *memcpy(void *to, const void *from, __SIZE_TYPE__ count);

/* --- Memory of the program -------------------------------------------------------------------- */

#define DATA_BYTES 0x200000u
#define PAGE       0x1000u

static uint8_t data[DATA_BYTES] __attribute__((aligned(0x200000)));
static uint64_t level1[4] __attribute__((aligned(32)));
static uint64_t level2[3][512] __attribute__((aligned(4096)));
static uint64_t level3[2][512] __attribute__((aligned(4096)));

/* The pages with something to execute. The filler is UNDEFINED in ARM state (A5.7); in Thumb state
 * its first halfword is BKPT and its second makes an UNDEFINED load (A6.3, op2 = 0b00xx111) of
 * whatever follows. In an IT block only BKPT is sure to be executed. */
enum { PAGE_BOTTOM, PAGE_MIDDLE, PAGE_TOP, PAGE_IT, PAGES };
static uint32_t code[PAGES][PAGE / 4] __attribute__((aligned(4096)));
static const uint32_t code_at[PAGES] = {0x1000, 0x45000, 0xFFFFF000, 0x47000};

#define FILLER    0xF870BE00u
#define FILLER_IT 0xBE00BE00u

/* Stage 2 descriptors (DDI 0406C B3.6): normal memory, access flag, shareable, read-only. A store
 * traps, so data stays what it was: no PSR in it comes to have IT bits. */
#define S2_BLOCK_DATA 0x004000000000077Dull
#define S2_PAGE_DATA  0x004000000000077Full
#define S2_PAGE_CODE  0x000000000000077Full
#define S2_TABLE      3ull

static uint32_t filler_of(unsigned page)
{
    return page == PAGE_IT ? FILLER_IT : FILLER;
}

static void map_memory(void)
{
    uint32_t block = (uint32_t)data;

    for (unsigned i = 0; i < 512; i++) {
        for (unsigned k = 0; k < 3; k++)
            level2[k][i] = block | S2_BLOCK_DATA;
        for (unsigned k = 0; k < 2; k++)
            level3[k][i] = (block + i * PAGE) | S2_PAGE_DATA;
    }
    for (unsigned page = 0; page < PAGES; page++) {
        level3[page == PAGE_TOP][code_at[page] >> 12 & 511] = (uint32_t)code[page] | S2_PAGE_CODE;
        for (unsigned i = 0; i < PAGE / 4; i++)
            code[page][i] = filler_of(page);
    }
    level2[0][0] = (uint32_t)level3[0] | S2_TABLE;
    level2[2][511] = (uint32_t)level3[1] | S2_TABLE;
    level1[0] = (uint32_t)level2[0] | S2_TABLE;
    level1[1] = level1[2] = (uint32_t)level2[1] | S2_TABLE;
    level1[3] = (uint32_t)level2[2] | S2_TABLE;
}

static uint8_t *program_byte(uint32_t addr)
{
    for (unsigned page = 0; page < PAGES; page++)
        if (addr - code_at[page] < PAGE)
            return (uint8_t *)code[page] + (addr - code_at[page]);
    return data + addr % DATA_BYTES;
}

static int read_program(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    uint8_t *out = bytes;

    (void)context;
    for (uint32_t i = 0; i < len; i++)
        out[i] = *program_byte(addr + i);
    return 0;
}

/* --- Machine ---------------------------------------------------------------------------------- */

static void set_timer(void)
{
    WRITE_CP(4, c14, c2, 0, READ_CP(0, c14, c0, 0) / 50); /* CNTHP_TVAL: 20 ms */
    WRITE_CP(4, c14, c2, 1, 1);
}

static void set_up_machine(void)
{
    const uint32_t root = (uint32_t)level1;

    map_memory();
    WRITE_CP(4, c2, c1, 2, 0x80003540u); /* VTCR: from level 1, 32-bit addresses */
    __asm__ volatile("mcrr p15, 6, %0, %1, c2" ::"r"(root), "r"(0));
    WRITE_CP(4, c1, c1, 1, 0xF00u);      /* HDCR: TDE, TDA, TDOSA, TDRA */
    WRITE_CP(4, c1, c1, 3, 0xBFFFu);     /* HSTR: CP15 is none of the program's business */
    WRITE_CP(4, c1, c1, 0, 0x07F86039u); /* HCR: VM, A/I/FMO, TWI, TWE, TSC and up to TVM */
    GICD(0) = 1;
    GICD(0x100) = 1u << 26; /* the HYP timer */
    GICC(4) = 0xFF;
    GICC(0) = 1;
    set_timer();
}

void *memset(void *to, int value, __SIZE_TYPE__ count)
{
    for (uint8_t *p = to; count; count--)
        *p++ = (uint8_t)value;
    return to;
}

void *memcpy(void *to, const void *from, __SIZE_TYPE__ count)
{
    const uint8_t *q = from;

    for (uint8_t *p = to; count; count--)
        *p++ = *q++;
    return to;
}

static void print(const char *text)
{
    while (*text)
        UART_DATA = (uint8_t)*text++;
}

static void print_hex(uint32_t value)
{
    UART_DATA = ' ';
    for (int shift = 28; shift >= 0; shift -= 4)
        UART_DATA = (uint8_t) "0123456789abcdef"[value >> shift & 15];
}

static uint32_t random_state = ORACLE_SEED;

static uint32_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static bool one_in(uint32_t n)
{
    return random_word() % n == 0;
}

/* --- One trial -------------------------------------------------------------------------------- */

static uint32_t vectors, thumb_exceptions;
static struct count counts;

/* A timer tick before the instruction, or after it: not a result yet, unless it repeats. */
static bool interrupted(struct trial *t)
{
    uint32_t id = GICC(0x0C);

    set_timer();
    GICC(0x10) = id;
    return t->elr == t->pc;
}

static struct landing undefined_at(const struct trial *t)
{
    bool thumb = (t->spsr_und & T) != 0;
    struct landing l = {LANDED, t->lr_und - (thumb ? 2 : 4), thumb};

    if (l.pc == t->pc)
        l.what = TRAPPED;
    return l;
}

static struct landing where_to(const struct trial *t)
{
    /* A tick may come just before the fetch that would have trapped: then ELR alone counts. */
    uint32_t class = t->vector == 5 ? t->hsr >> 26 : EC_FETCH;
    struct landing l = {LANDED, t->elr, (t->psr & T) != 0};

    if (class == EC_STORE)
        l.what = FAULTED;
    else if (class != EC_FETCH || t->elr == t->pc) /* HVC, SMC, WFI, CP15, BKPT */
        l.what = TRAPPED;
    else if (t->elr == vectors + 4 && MODE(t->psr) == MODE_UND)
        l = undefined_at(t);
    else if (t->elr == vectors + 16 && MODE(t->psr) == MODE_ABT)
        l.what = FAULTED;
    return l;
}

static struct landing execute(struct trial *t)
{
    struct landing hung = {HUNG, 0, false};

    for (unsigned ticks = 0; ticks < TICKS_TO_HANG; ticks++) {
        run_trial(t);
        if (t->vector == 5 || (t->vector == 6 && !interrupted(t)))
            return where_to(t);
        if (t->vector != 6)
            break;
    }
    return hung;
}

static bool agrees(const struct trial *t, uint32_t len, int status, struct step_target want,
                   struct landing got)
{
    bool goes_on = status == 0 && want.pc == t->pc + len && want.thumb == ((t->cpsr & T) != 0);

    switch (got.what) {
    case LANDED:
        return status == 0 && got.pc == want.pc && got.thumb == want.thumb;
    case TRAPPED:
        return goes_on;
    case FAULTED:
        return goes_on || status == -AMPGDB_EFAULT;
    default:
        return false;
    }
}

/* name insn cpsr | status want thumb | what got thumb | spsr sp lr pc hsr */
static void print_trial(const char *name, uint32_t insn, const struct trial *t, int status,
                        struct step_target want, struct landing got)
{
    const uint32_t words[] = {insn,      t->cpsr, status,   want.pc,  want.thumb, got.what, got.pc,
                              got.thumb, t->spsr, t->r[13], t->r[14], t->pc,      t->hsr};

    print(name);
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        print_hex(words[i]);
    print("\n");
}

/*
 * Where QEMU is known to be wrong: as an exception return it knows only MOVS and SUBS of the data
 * processing instructions, where the manual has twelve (B9.3.20); the others write PC as if S were
 * clear. Seen in QEMU 7.2.
 */
static bool qemu_is_wrong(const struct trial *t, uint32_t insn)
{
    uint32_t opcode = insn >> 21 & 15;

    if (t->cpsr & T || insn >> 28 == 15 || (insn & 0x0C10F000) != 0x0010F000)
        return false;
    return opcode != 2 && opcode != 13;
}

/* Where the filler would not stop the program: on the instruction on trial, of which a word of ARM
 * code may hold the second half; in ARM state among BKPTs, which are conditional there; and in the
 * last halfword of all, which has nothing behind. */
static bool is_no_landing(const struct trial *t, uint32_t len, struct step_target want)
{
    if (want.thumb)
        return want.pc - t->pc < len || want.pc == 0xFFFFFFFE;
    return want.pc - t->pc < len || want.pc + 2 - t->pc < len || want.pc - code_at[PAGE_IT] < PAGE;
}

static struct step_cpu cpu_of(const struct trial *t)
{
    struct step_cpu cpu = {.cpsr = t->cpsr,
                           .spsr = t->spsr,
                           .vectors = vectors,
                           .thumb_exceptions = thumb_exceptions != 0};

    for (unsigned i = 0; i < 15; i++)
        cpu.r[i] = t->r[i];
    cpu.r[15] = t->pc;
    return cpu;
}

static void compare(struct trial *t, uint32_t insn, uint32_t len)
{
    struct step_target want = {0, false};
    struct landing got = {LANDED, 0, false};
    struct step_cpu cpu = cpu_of(t);
    int status = step_next(&cpu, read_program, 0, &want);

    counts.trials++;
    if (status == -AMPGDB_EDECODE) {
        if (counts.refused++ % 64 == 0)
            print_trial("refused", insn, t, status, want, got);
        return;
    }
    if (qemu_is_wrong(t, insn) || is_no_landing(t, len, want)) {
        counts.untried++;
        return;
    }
    got = execute(t);
    counts.seen[got.what]++;
    if (agrees(t, len, status, want, got))
        counts.same++;
    else if (counts.differ++ < DIFFERENCES)
        print_trial("differ", insn, t, status, want, got);
}

/* --- Trials at random ------------------------------------------------------------------------- */

static uint32_t random_register(void)
{
    uint32_t value = random_word();

    switch (random_word() % 8) {
    case 0:
        return value;
    case 1:
        return value % 256;
    case 2:
        return value & ~1u;
    case 3:
        return value | 1;
    case 4:
        return 0;
    default:
        return value & ~3u;
    }
}

/* Mostly something that an exception return accepts. Not in an IT block, where it would run
 * through the filler. */
static uint32_t random_psr(void)
{
    static const uint8_t modes[] = {0x10, 0x11, 0x12, 0x13, 0x17, 0x1B, 0x1F};
    uint32_t psr = random_word() & ~0x0600FC00u;

    if (one_in(8))
        return psr;
    return (psr & ~0x0100001Fu) | modes[random_word() % sizeof modes];
}

static void fill_data(void)
{
    uint32_t *words = (uint32_t *)data;

    for (uint32_t i = 0; i < DATA_BYTES / 4; i++)
        words[i] = one_in(2) ? random_psr() : random_register();
}

static void random_program(struct trial *t, bool thumb, uint32_t it)
{
    static const uint8_t modes[] = {MODE_SVC, MODE_SVC, MODE_SVC, MODE_SVC, MODE_USR, MODE_SYS};

    for (unsigned i = 0; i < 15; i++)
        t->r[i] = random_register();
    t->cpsr = random_word() & 0xF80F01C0u; /* flags, GE, masks */
    t->cpsr |= modes[random_word() % sizeof modes];
    t->cpsr |= (it >> 2 & 0x3F) << 10 | (it & 3) << 25 | (thumb ? T : 0);
    if (one_in(8))
        t->cpsr |= 1u << 9; /* big-endian data */
    t->spsr = random_psr();
}

/* insn: as in memory, lowest halfword first */
static void try_at(struct trial *t, unsigned page, uint32_t offset, uint32_t insn, uint32_t len)
{
    uint16_t *at = (uint16_t *)code[page] + offset / 2;

    t->pc = code_at[page] + offset;
    at[0] = (uint16_t)insn;
    if (len == 4)
        at[1] = (uint16_t)(insn >> 16);
    compare(t, len == 4 && t->cpsr & T ? insn << 16 | insn >> 16 : insn, len);
    code[page][offset / 4] = filler_of(page);
    if (offset + len < PAGE)
        code[page][(offset + 3) / 4] = filler_of(page);
}

static uint32_t random_offset(uint32_t len, uint32_t align)
{
    uint32_t offset = random_word() % PAGE & ~(align - 1);

    if (one_in(4))
        offset = one_in(2) ? 0 : PAGE - len;
    return offset > PAGE - len ? PAGE - len : offset;
}

#define ANY_FLAGS 1u /* which is none */

static void set_flags(struct trial *t, uint32_t flags)
{
    if (flags != ANY_FLAGS)
        t->cpsr = (t->cpsr & ~NZCV) | flags;
}

static void try_arm(uint32_t insn, uint32_t flags)
{
    const uint32_t page = random_word() % PAGE_IT;
    struct trial t;

    random_program(&t, false, 0);
    set_flags(&t, flags);
    try_at(&t, page, random_offset(4, 4), insn, 4);
}

/* insn: a 16-bit one in bits 31:16, where a 32-bit one has its first halfword */
static void try_thumb(uint32_t insn, uint32_t it, uint32_t flags)
{
    const uint32_t hw1 = insn >> 16, len = hw1 >= 0xE800 ? 4 : 2;
    const bool in_it = (it & 15) != 0 || hw1 >> 8 == 0xBF; /* or opens a block */
    const uint32_t page = in_it ? PAGE_IT : random_word() % PAGE_IT;
    struct trial t;

    random_program(&t, true, it);
    set_flags(&t, flags);
    try_at(&t, page, random_offset(len, 2), insn << 16 | hw1, len);
}

/* Not in an IT block, or with any state of one, mostly its last slot */
static uint32_t random_it(void)
{
    uint32_t it = random_word() & 0xFF;

    if (one_in(2))
        return 0;
    return one_in(4) ? it : (it & 0xF0) | 8;
}

/* --- What is tried ---------------------------------------------------------------------------- */

/* Encodings that write PC: fixed bits, bits to go through in all combinations, the rest random. */
struct pattern {
    uint32_t fixed, value, sweep;
};

/* clang-format off */
static const struct pattern arm_patterns[] = {
    {0x0E00F010, 0x0000F000, 0x01F00FE0}, /* data processing, shifted register, to PC */
    {0x0E10F010, 0x0000F000, 0x01E00FE0}, /* the same, not an exception return */
    {0x0FE0F010, 0x01A0F000, 0x00100FE0}, /* MOV, shifts */
    {0x0FFFF010, 0x01A0F000, 0x00000FEF},
    {0x0E00F000, 0x0200F000, 0x01F00F00}, /* immediate */
    {0x0E10F000, 0x0200F000, 0x01EF0F00},
    {0x0E50F000, 0x0410F000, 0x01AF0000}, /* LDR, immediate */
    {0x0F7FF000, 0x051FF000, 0x00800003}, /* LDR, literal */
    {0x0E50F010, 0x0610F000, 0x01A00FE0}, /* LDR, register */
    {0x0F70F010, 0x0710F000, 0x00800FEF},
    {0x0E108000, 0x08108000, 0x01EF0000}, /* LDM */
    {0x0E508000, 0x08508000, 0x01AF0000}, /* LDM, exception return */
    {0x0E000000, 0x0A000000, 0x01C00000}, /* B, BL */
    {0xFE000000, 0xFA000000, 0x01C00000}, /* BLX */
    {0x0FFFFFC0, 0x012FFF00, 0x0000003F}, /* BX, BXJ, BLX */
    {0x0FFFFFF0, 0x012FFF10, 0x0000000F},
    {0xFE50FFFF, 0xF8100A00, 0x01AF0000}, /* RFE */
    {0x0FFFFFFF, 0x0160006E, 0x00000000}, /* ERET */
    {0x0F000000, 0x0F000000, 0x00000000}, /* SVC */
};

static const struct pattern thumb_patterns[] = {
    {0xFF800000, 0x46800000, 0x007F0000}, /* MOV to high registers */
    {0xFF870000, 0x46870000, 0x00780000},
    {0xFF870000, 0x44870000, 0x00780000}, /* ADD */
    {0xFF070000, 0x47000000, 0x00F80000}, /* BX, BLX */
    {0xFF000000, 0xBD000000, 0x00FF0000}, /* POP */
    {0xF5000000, 0xB1000000, 0x0AFF0000}, /* CBZ, CBNZ */
    {0xF0000000, 0xD0000000, 0x0FFF0000}, /* B, SVC */
    {0xF8000000, 0xE0000000, 0x07FF0000},
    {0xF800D000, 0xF0008000, 0x07F02000}, /* B encoding T3, and control */
    {0xF800D000, 0xF0009000, 0x04002800}, /* B encoding T4 */
    {0xF800C001, 0xF000C000, 0x04003800}, /* BLX, BL */
    {0xF800D000, 0xF000D000, 0x04002800}, /* BL */
    {0xFFFFFF00, 0xF3DE8F00, 0x000000FF}, /* SUBS PC, LR */
    {0xFFF0FFFF, 0xF3C08F00, 0x000F0000}, /* BXJ */
    {0xFFF0FFE0, 0xE8D0F000, 0x000F001F}, /* TBB, TBH */
    {0xFE506000, 0xE8100000, 0x01AF8000}, /* LDM, RFE */
    {0xFFD0E000, 0xE8908000, 0x002F00FF}, /* LDM */
    {0xFFD0E000, 0xE9108000, 0x002F00FF},
    {0xFE50FFFF, 0xE810C000, 0x01AF0000}, /* RFE */
    {0xFFF0F000, 0xF8D0F000, 0x000F0003}, /* LDR, imm12 */
    {0xFFF0F800, 0xF850F800, 0x000F0703}, /* LDR, imm8 */
    {0xFFF0FFC0, 0xF850F000, 0x000F003F}, /* LDR, register */
    {0xFF7FF000, 0xF85FF000, 0x00800003}, /* LDR, literal */
};
/* clang-format on */

#define LENGTH(a) (sizeof(a) / sizeof(a)[0])

static uint32_t any_of(const struct pattern *p)
{
    return p->value | (random_word() & ~p->fixed);
}

/* Counts in the bits of mask; 0 after the last combination. */
static uint32_t next_combination(uint32_t combination, uint32_t mask)
{
    return (combination - mask) & mask;
}

static uint32_t arm_condition(uint32_t insn)
{
    const uint32_t any = random_word() & 0xF0000000;

    return (insn & 0x0FFFFFFF) | (one_in(2) ? 0xE0000000 : any);
}

static uint32_t one_of_arm(const struct pattern *p)
{
    const uint32_t insn = any_of(p);

    return p->fixed >> 28 ? insn : arm_condition(insn);
}

/* Every combination of the swept bits, and every condition with all flags. */
static void sweep_arm(const struct pattern *p)
{
    uint32_t sweep = 0;

    do {
        try_arm((one_of_arm(p) & ~p->sweep) | sweep, ANY_FLAGS);
        sweep = next_combination(sweep, p->sweep);
    } while (sweep != 0);
    for (uint32_t i = 0; i < 256 && !(p->fixed >> 28); i++)
        try_arm((any_of(p) & 0x0FFFFFFF) | i << 28, (i & 0xF0) << 24);
}

/* Every combination of the swept bits, every state of an IT block, and every condition of a last
 * slot with all flags. */
static void sweep_thumb(const struct pattern *p)
{
    uint32_t sweep = 0;

    do {
        const uint32_t insn = (any_of(p) & ~p->sweep) | sweep;

        try_thumb(insn, random_it(), ANY_FLAGS);
        sweep = next_combination(sweep, p->sweep);
    } while (sweep != 0);
    for (uint32_t it = 0; it < 256; it++)
        try_thumb(any_of(p), it, ANY_FLAGS);
    for (uint32_t i = 0; i < 256; i++)
        try_thumb(any_of(p), (i & 0xF0) | 8, i << 28);
}

/* The i-th of all: every combination of bits 27:20 and 7:4, which tell encodings apart, with
 * registers that often are PC. */
static uint32_t everything_in_arm(uint32_t i)
{
    uint32_t insn = random_word() & 0x000FFF0F;

    insn |= (i & 0xFF0) << 16 | (i & 0xF) << 4;
    if (one_in(4))
        insn |= 0xF000;
    if (one_in(8))
        insn |= 0xF0000;
    return arm_condition(insn);
}

/* The i-th of all first halfwords, in no order: an odd factor leaves none out. One in ten of
 * them begins a 32-bit instruction, so each second i is such a one. */
static uint32_t everything_in_thumb(uint32_t i)
{
    uint32_t hw1 = (i * 0x9E3779B1u) >> 16, hw2 = random_word() & 0xFFFF;

    if (i & 1)
        hw1 = 0xE800 + hw1 % 0x1800;
    if (one_in(4))
        hw2 |= 0xF00;
    if (one_in(4))
        hw2 |= 0xF000;
    return hw1 << 16 | hw2;
}

static void random_arm(uint32_t i)
{
    const struct pattern *p = &arm_patterns[random_word() % LENGTH(arm_patterns)];

    try_arm(i & 1 ? one_of_arm(p) : everything_in_arm(i / 2), ANY_FLAGS);
}

static void random_thumb(uint32_t i)
{
    const struct pattern *p = &thumb_patterns[random_word() % LENGTH(thumb_patterns)];

    const uint32_t insn = i & 1 ? any_of(p) : everything_in_thumb(i / 2);

    try_thumb(insn, random_it(), ANY_FLAGS);
}

static void use_vectors(uint32_t base, uint32_t sctlr)
{
    uint32_t old = READ_CP(0, c1, c0, 0) & ~(SCTLR_V | SCTLR_TE);

    WRITE_CP(0, c12, c0, 0, base);
    WRITE_CP(0, c1, c0, 0, old | sctlr);
    vectors = sctlr & SCTLR_V ? 0xFFFF0000 : base;
    thumb_exceptions = sctlr & SCTLR_TE;
}

static void report(const char *phase)
{
    const uint32_t words[] = {counts.trials,        counts.same,          counts.refused,
                              counts.untried,       counts.differ,        counts.seen[LANDED],
                              counts.seen[TRAPPED], counts.seen[FAULTED], counts.seen[HUNG]};

    print(phase);
    for (unsigned i = 0; i < LENGTH(words); i++)
        print_hex(words[i]);
    print("\n");
    counts = (struct count){0};
}

/* Exceptions in either state, vectors at either place */
static void next_vectors(void)
{
    static const uint32_t bases[] = {0x12345660, 0x00200000};
    static const uint32_t controls[] = {0, SCTLR_TE, SCTLR_V, SCTLR_V | SCTLR_TE};
    static unsigned turn;

    use_vectors(bases[turn % 2], controls[turn % 4]);
    turn++;
}

static void go_through(const struct pattern *patterns, unsigned count,
                       void (*sweep)(const struct pattern *))
{
    for (unsigned i = 0; i < count; i++) {
        next_vectors();
        sweep(&patterns[i]);
    }
    report("systematic");
}

static void go_on(void (*try_one)(uint32_t), uint32_t compared)
{
    for (uint32_t i = 0; counts.same + counts.differ < compared; i++) {
        if (i % 0x4000 == 0)
            next_vectors();
        try_one(i);
    }
    report("random");
}

void oracle_main(void)
{
    set_up_machine();
    fill_data();
    if (ORACLE_THUMB) {
        go_through(thumb_patterns, LENGTH(thumb_patterns), sweep_thumb);
        go_on(random_thumb, ORACLE_CASES);
    } else {
        go_through(arm_patterns, LENGTH(arm_patterns), sweep_arm);
        go_on(random_arm, ORACLE_CASES);
    }
    print("end\n");
}
