/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/image.h: a file is believed only number by number, and a refused one has planned nothing.
 * Each refusal is one changed number in a file that is accepted otherwise, so that it is refused
 * for the reason the test names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"

#define BASE   0x20000000u
#define WINDOW 0x30000000u
#define UPPER  0x30100000u
#define END    0x3B400000u

#define PHNUM     3
#define CODE_AT   0x100
#define FILE_SIZE 0x200

static const struct image_room room = {{BASE, UPPER}, {WINDOW, END}};

/* A program: code, data with .bss behind it, and a note that is not loaded. */
struct file {
    Elf32_Ehdr header;
    Elf32_Phdr phdrs[PHNUM];
    uint8_t rest[FILE_SIZE - sizeof(Elf32_Ehdr) - PHNUM * sizeof(Elf32_Phdr)];
};

static const struct file good = {
    .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
               .e_type = ET_EXEC,
               .e_machine = EM_ARM,
               .e_version = EV_CURRENT,
               .e_entry = BASE + 0x20,
               .e_phoff = offsetof(struct file, phdrs),
               .e_ehsize = sizeof(Elf32_Ehdr),
               .e_phentsize = sizeof(Elf32_Phdr),
               .e_phnum = PHNUM},
    .phdrs = {{.p_type = PT_LOAD,
               .p_offset = CODE_AT,
               .p_vaddr = BASE,
               .p_paddr = BASE,
               .p_filesz = 0x80,
               .p_memsz = 0x80,
               .p_flags = PF_R | PF_X},
              {.p_type = PT_LOAD,
               .p_offset = CODE_AT + 0x80,
               .p_vaddr = BASE + 0x1000,
               .p_paddr = BASE + 0x1000,
               .p_filesz = 0x10,
               .p_memsz = 0x400,
               .p_flags = PF_R | PF_W},
              {.p_type = PT_NOTE, .p_offset = 0xFFFFFFFF, .p_paddr = 0, .p_filesz = 0xFFFFFFFF}},
};

/* --- what of libc may fail (tests.mk, WRAPPED) --- */

static bool has_no_memory;
static bool stat_fails;
static enum { READS, READS_NOTHING, READS_BADLY, IS_INTERRUPTED } reading;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return has_no_memory ? NULL : __real_malloc(size);
}

int __real_fstat(int fd, struct stat *stat);
int __wrap_fstat(int fd, struct stat *stat);
int __wrap_fstat(int fd, struct stat *stat)
{
    errno = EIO;
    return stat_fails ? -1 : __real_fstat(fd, stat);
}

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
    if (reading == READS)
        return __real_read(fd, bytes, size);
    errno = reading == IS_INTERRUPTED ? EINTR : EIO;
    if (reading == IS_INTERRUPTED)
        reading = READS;
    return reading == READS_NOTHING ? 0 : -1;
}

static struct file file;
static struct image image;
static struct error error;

static int parse(size_t size)
{
    /* A copy of exactly this size: the sanitizer sees every byte read beyond it. */
    uint8_t *bytes = malloc(size);
    int result;

    memcpy(bytes, &file, size);
    strcpy(error.text, "");
    result = image_parse(&image, bytes, size, &room, &error);
    free(bytes);
    return result;
}

static int set_up(void **state)
{
    (void)state;
    file = good;
    return 0;
}

static void assert_refused(const char *because)
{
    assert_int_equal(parse(sizeof file), -HOST_EFAIL);
    if (!strstr(error.text, because))
        fail_msg("'%s' is not in '%s'", because, error.text);
}

static void a_good_file_becomes_a_plan(void **state)
{
    (void)state;
    assert_int_equal(image_parse(&image, (const uint8_t *)&file, sizeof file, &room, &error), 0);
    assert_int_equal(image.entry, BASE + 0x20);
    assert_int_equal(image.segment_count, 2);
    assert_int_equal(image.segments[0].addr, BASE);
    assert_ptr_equal(image.segments[0].bytes, (const uint8_t *)&file + CODE_AT);
    assert_int_equal(image.segments[0].file_bytes, 0x80);
    assert_int_equal(image.segments[0].zero_bytes, 0);
    assert_int_equal(image.segments[1].addr, BASE + 0x1000);
    assert_int_equal(image.segments[1].file_bytes, 0x10);
    assert_int_equal(image.segments[1].zero_bytes, 0x3F0);
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t size = SELFMAG; size < CODE_AT + 0x90; size++) {
        assert_int_equal(parse(size), -HOST_EFAIL);
        assert_non_null(strstr(error.text, "cut short"));
    }
    assert_int_equal(parse(CODE_AT + 0x90), 0);
}

static void kinds_of_files_that_are_no_programs_are_named(void **state)
{
    (void)state;
    file.header.e_type = ET_REL;
    assert_refused("this is an object file, not yet a program: link it at 0x20000000 "
                   "(-nostdlib -Wl,-Ttext=0x20000000)");
    file.header.e_type = ET_DYN;
    assert_refused("this is a position-independent program or a shared library: link it with "
                   "-static -no-pie at 0x20000000");
    file.header.e_type = ET_CORE;
    assert_refused("this ELF file (type 4) is not a program: load the linked executable");
}

static void programs_for_other_processors_are_named(void **state)
{
    (void)state;
    file.header.e_machine = EM_386;
    assert_refused(
        "this program is for another processor (ELF machine 3, ARM is 40): build it with "
        "arm-none-eabi-gcc");
    file.header.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_refused("this is a big-endian program, and Core 3 runs little-endian: build it with "
                   "-mlittle-endian");
    file.header.e_ident[EI_CLASS] = ELFCLASS64;
    assert_refused("this is a 64-bit program, and Core 3 runs 32-bit ones: build it with "
                   "arm-none-eabi-gcc");
}

static void damaged_headers_are_refused(void **state)
{
    (void)state;
    file.header.e_ident[EI_CLASS] = 7;
    assert_refused("identification is damaged (class 7, version 1): link it again");
    file = good;
    file.header.e_ident[EI_VERSION] = 0;
    assert_refused("identification is damaged (class 1, version 0): link it again");
    file = good;
    file.header.e_version = 9;
    assert_refused("version 9: link the program again");
    file = good;
    file.header.e_phentsize = 31;
    assert_refused("program headers have 31 bytes each instead of 32: link it again");
    file = good;
    file.header.e_phnum = 0;
    assert_refused("nothing to load (no program headers): link it again");
    file = good;
    file.header.e_phnum = 0xFFFF;
    assert_refused("cut short");
    file = good;
    file.header.e_phoff = 0xFFFFFFFF;
    assert_refused("cut short");
    file = good;
    file.header.e_phoff = FILE_SIZE - 31;
    assert_refused("cut short");
}

static void a_segment_outside_the_file_is_refused(void **state)
{
    (void)state;
    file.phdrs[0].p_offset = FILE_SIZE - 0x7F;
    assert_refused("cut short");
    file.phdrs[0].p_offset = 0xFFFFFFF0;
    assert_refused("cut short");
}

static void a_segment_outside_the_rooms_is_refused(void **state)
{
    static const struct {
        uint32_t addr;
        uint32_t size;
    } bad[] = {
        {0, 0x80},         {BASE - 1, 0x80}, {BASE - 0x80, 0x80}, {WINDOW, 0x80},
        {UPPER - 1, 0x80}, {END, 0x80},      {0xFFFFFFC0, 0x80},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        file.phdrs[0].p_paddr = bad[i].addr;
        file.phdrs[0].p_memsz = bad[i].size;
        assert_refused("is not in the program's RAM (0x20000000 to 0x2fffffff and 0x30100000 to "
                       "0x3b3fffff): link it at 0x20000000 (-Ttext 0x20000000)");
    }
    assert_refused("the segment at 0xffffffc0 to 0x10000003f is not");
}

/* Its address is right, so that to link it there is no advice. */
static void a_segment_too_long_for_its_room_is_called_so(void **state)
{
    static const struct {
        uint32_t addr;
        uint32_t size;
        const char *because;
    } bad[] = {
        {WINDOW - 0x7F, 0x80,
         "at 0x2fffff81 has 128 bytes, and there the program's RAM has 127 (it "},
        {END - 0x7F, 0x80, "at 0x3b3fff81 has 128 bytes, and there the program's RAM has 127 (it "},
        {BASE, 0xFFFFFFFF,
         "has 4294967295 bytes, and there the program's RAM has 268435456 (it is "},
        {BASE + 4, 0xFFFFFFFC, "has 4294967292 bytes, and there the program's RAM has 268435452 "},
        {BASE, WINDOW - BASE + 1,
         "has 268435456 (it is 0x20000000 to 0x2fffffff and 0x30100000 to "
         "0x3b3fffff): make it smaller, or place parts of it elsewhere"},
        {BASE, END - BASE,
         "has 457179136 bytes, and there the program's RAM has 268435456 (it is "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        file.phdrs[0].p_paddr = bad[i].addr;
        file.phdrs[0].p_memsz = bad[i].size;
        assert_refused(bad[i].because);
    }
}

/* As "ld -Ttext 0x20000000" links without -n: the code's segment begins a page before the code. */
static void a_page_of_headers_below_the_room_is_called_so(void **state)
{
    static const char because[] = "the linker put the file's headers into a page at 0x1fffff00, "
                                  "below the program's RAM (0x20000000 to 0x2fffffff and "
                                  "0x30100000 to 0x3b3fffff): link it with -n";
    Elf32_Phdr *code = &file.phdrs[0];

    (void)state;
    code->p_offset = 0;
    code->p_paddr = code->p_vaddr = BASE - CODE_AT;
    code->p_filesz = code->p_memsz = CODE_AT + 0x80;
    assert_refused(because);
    code->p_memsz = WINDOW - code->p_paddr;
    assert_refused(because);
}

static void what_else_is_below_the_room_is_not_taken_for_headers(void **state)
{
    const Elf32_Phdr code = {.p_type = PT_LOAD,
                             .p_vaddr = BASE - CODE_AT,
                             .p_paddr = BASE - CODE_AT,
                             .p_filesz = CODE_AT + 0x80,
                             .p_memsz = CODE_AT + 0x80};

    (void)state;
    file.phdrs[0] = code;
    file.phdrs[0].p_offset = 4; /* not where the header is */
    assert_refused("link it at 0x20000000");
    file.phdrs[0] = code;
    file.phdrs[0].p_filesz = sizeof(Elf32_Ehdr) - 1; /* not all of it */
    assert_refused("link it at 0x20000000");
    file.phdrs[0] = code;
    file.phdrs[0].p_memsz = CODE_AT + 0x80;
    file.phdrs[0].p_paddr = BASE - CODE_AT - 0x80; /* nothing but what is below */
    assert_refused("link it at 0x20000000");
    file.phdrs[0] = code;
    file.phdrs[0].p_memsz = WINDOW - code.p_paddr + 1; /* too long as well */
    assert_refused("link it at 0x20000000");
}

static void a_segment_may_fill_a_room_to_the_last_byte(void **state)
{
    (void)state;
    file.phdrs[1].p_paddr = UPPER;
    file.phdrs[1].p_memsz = END - UPPER;
    assert_int_equal(parse(sizeof file), 0);
    file.phdrs[1].p_paddr = WINDOW - 0x400;
    file.phdrs[1].p_memsz = 0x400;
    assert_int_equal(parse(sizeof file), 0);
}

static void overlapping_segments_are_refused(void **state)
{
    static const uint32_t bad[] = {BASE, BASE + 0x7F, BASE + 0x40};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        file.phdrs[1].p_paddr = bad[i];
        assert_refused("overlap: correct the linker script");
    }
    file.phdrs[1].p_paddr = BASE + 0x80;
    assert_int_equal(parse(sizeof file), 0);
}

static void more_bytes_in_the_file_than_in_memory_are_refused(void **state)
{
    (void)state;
    file.phdrs[1].p_memsz = 0xF;
    assert_refused(
        "the segment at 0x20001000 has more bytes in the file (0x10) than in memory (0xf): "
        "link the program again");
}

static void an_empty_segment_is_ignored_wherever_it_lies(void **state)
{
    (void)state;
    file.phdrs[1].p_paddr = 0;
    file.phdrs[1].p_filesz = 0;
    file.phdrs[1].p_memsz = 0;
    assert_int_equal(parse(sizeof file), 0);
    assert_int_equal(image.segment_count, 1);
    file.phdrs[0].p_type = PT_NULL;
    assert_refused("the ELF file has nothing to load (no PT_LOAD segment): link it again");
}

static void too_many_segments_are_refused(void **state)
{
    enum { COUNT = IMAGE_SEGMENTS_MAX + 1 };
    uint8_t bytes[sizeof(Elf32_Ehdr) + COUNT * sizeof(Elf32_Phdr)];

    (void)state;
    file.header.e_phnum = COUNT;
    memcpy(bytes, &file.header, sizeof file.header);
    for (uint32_t i = 0; i < COUNT; i++) {
        const Elf32_Phdr phdr = {
            .p_type = PT_LOAD, .p_paddr = BASE + i * 0x10, .p_memsz = 0x10, .p_flags = PF_X};

        memcpy(bytes + sizeof file.header + i * sizeof phdr, &phdr, sizeof phdr);
    }
    assert_int_equal(image_parse(&image, bytes, sizeof bytes, &room, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "more than 32 segments: link it with fewer"));
}

static void the_entry_must_be_code(void **state)
{
    static const uint32_t bad[] = {0, BASE - 4, BASE + 0x80, BASE + 0x1000, 0xFFFFFFFC};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        file.header.e_entry = bad[i];
        assert_refused(
            "is in no executable segment: name the start symbol with ENTRY() in the linker "
            "script");
    }
    file.header.e_entry = BASE + 2;
    assert_refused(
        "the entry point 0x20000002 is not a multiple of 4, as ARM code must be: mark the "
        "start symbol as Thumb code (.thumb_func) or align it");
    file.phdrs[0].p_paddr = BASE + 1;
    file.header.e_entry = BASE + 5;
    assert_refused(
        "the entry point 0x20000005 lies at the odd physical address 0x20000005: align the "
        "load addresses in the linker script");
}

static void a_thumb_entry_keeps_its_bit(void **state)
{
    (void)state;
    file.header.e_entry = BASE + 0x7E + 1;
    assert_int_equal(parse(sizeof file), 0);
    assert_int_equal(image.entry, BASE + 0x7F);
}

/* Nothing of them is loaded, but they come last: a file without them was not copied whole. */
static void section_headers_outside_the_file_are_refused(void **state)
{
    (void)state;
    file.header.e_shentsize = sizeof(Elf32_Shdr);
    file.header.e_shnum = 2;
    file.header.e_shoff = sizeof file - 2 * sizeof(Elf32_Shdr);
    assert_int_equal(parse(sizeof file), 0);
    file.header.e_shoff++;
    assert_int_equal(parse(sizeof file), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "cut short"));
    file.header.e_shoff = UINT32_MAX;
    assert_int_equal(parse(sizeof file), -HOST_EFAIL);
}

static void a_virtual_entry_becomes_a_physical_one(void **state)
{
    (void)state;
    file.phdrs[0].p_vaddr = 0x80000000;
    file.header.e_entry = 0x80000020;
    assert_int_equal(parse(sizeof file), 0);
    assert_int_equal(image.entry, BASE + 0x20);
}

static void a_raw_file_goes_to_the_base(void **state)
{
    static const uint8_t bytes[] = {0x7F, 'E', 'L', 'f', 0};

    (void)state;
    assert_int_equal(image_parse(&image, bytes, sizeof bytes, &room, &error), 0);
    assert_int_equal(image.entry, BASE);
    assert_int_equal(image.segment_count, 1);
    assert_int_equal(image.segments[0].addr, BASE);
    assert_int_equal(image.segments[0].file_bytes, 5);
    assert_int_equal(image.segments[0].zero_bytes, 0);
}

static void a_raw_file_too_large_or_too_small_is_refused(void **state)
{
    static const struct image_room small = {{BASE, 0}, {BASE + 4, 0}};
    static const uint8_t bytes[] = {1, 2, 3, 4, 5};

    (void)state;
    assert_int_equal(image_parse(&image, bytes, 4, &small, &error), 0);
    assert_int_equal(image_parse(&image, bytes, 5, &small, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text,
                           "this raw image of 5 bytes does not fit into the program's RAM "
                           "(4 bytes at 0x20000000): make it smaller"));
    assert_int_equal(image_parse(&image, bytes, 3, &small, &error), -HOST_EFAIL);
    assert_string_equal(error.text, "the file has 3 bytes, less than one instruction: build the "
                                    "program again");
    assert_int_equal(image_parse(&image, bytes, 0, &room, &error), -HOST_EFAIL);
    assert_string_equal(error.text, "the file is empty: build the program again");
}

/* --- Thumb or ARM? Nothing in a raw file says so. --- */

static bool looks_like_thumb(const void *code, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    bool result;

    memcpy(bytes, code, size);
    result = image_looks_like_thumb(bytes, size);
    free(bytes);
    return result;
}

static void thumb_code_is_recognised_by_its_start(void **state)
{
    /* Each is the beginning of a program, as gcc or a person writes it. */
    static const uint16_t starts[][16] = {
        {0xB510, 0xF000, 0xF802, 0xBD10, 0x4770, 0x2000, 0x4770, 0xBF00}, /* push {r4, lr} */
        {0x4801, 0x4685, 0xF000, 0xF801, 0xE7FE, 0x2000, 0x3000, 0x0000}, /* ldr r0, [pc] */
        {0xF8DF, 0xD004, 0xF000, 0xF801, 0xE7FE, 0xBF00, 0x0000, 0x3000}, /* ldr.w sp, [pc] */
        {0xB672, 0x4801, 0x4685, 0xE7FE, 0x0000, 0x3000, 0xBF00, 0xBF00}, /* cpsid i */
        {0xF000, 0xB802, 0xBF00, 0xBF00, 0x4770, 0x4770, 0x4770, 0x4770}, /* b.w */
        {0xF04F, 0x5040, 0x4685, 0xF000, 0xF801, 0xE7FE, 0x4770, 0xBF00}, /* mov.w */
        {0xF240, 0x0000, 0xF2C3, 0x0000, 0x4685, 0xF000, 0xF801, 0xE7FE}, /* movw, movt */
        {0xE7FE, 0xE7FE, 0xE7FE, 0xE7FE, 0xE7FE, 0xE7FE, 0xE7FE, 0xE7FE}, /* b . */
        {0xBF00, 0x2000, 0xE7FC, 0xBF00, 0xE7FD, 0xBF00, 0xE7FD, 0xBF00}, /* nop; b */
        {0xE92D, 0x41F0, 0x4604, 0x460D, 0xF7FF, 0xFFFA, 0xE8BD, 0x81F0}, /* push.w */
        {0x2000, 0x4685, 0xE002, 0x4770, 0x4770, 0x4770, 0x4770, 0x4770}, /* movs r0, #0 */
        {0xB672, 0xE92D, 0x4FF0, 0xB083, 0x4604, 0xF7FF, 0xFFFA, 0xBF00}, /* like ARM at first */
    };

    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        assert_true(looks_like_thumb(starts[i], sizeof starts[i]));
        assert_int_equal(
            image_parse(&image, (const uint8_t *)starts[i], sizeof starts[i], &room, &error),
            -HOST_EFAIL);
        assert_non_null(strstr(error.text, "begins with Thumb code"));
        assert_int_equal(
            image_parse_raw(&image, (const uint8_t *)starts[i], sizeof starts[i], &room, &error),
            0);
        assert_int_equal(image.entry, BASE);
        assert_int_equal(image.segment_count, 1);
    }
}

static void arm_code_is_never_taken_for_thumb(void **state)
{
    static const uint32_t starts[][4] = {
        {0xE59FD068, 0xE92D4010, 0xE59F0064, 0xE59F1064}, /* ldr sp, [pc]: firmware/start.S */
        {0xE59F2018, 0x2000B510, 0x30000000, 0x0000B510}, /* literals that look like Thumb */
        {0xF10C01C0, 0xE59FD004, 0xEB000000, 0xEAFFFFFE}, /* cpsid aif */
        {0xF57FF04F, 0xE59FD004, 0xEB000000, 0xEAFFFFFE}, /* dsb */
        {0xEAFFFFFE, 0xEAFFFFFE, 0xEAFFFFFE, 0xEAFFFFFE}, /* vectors */
        {0xE59FF018, 0xE59FF018, 0xE59FF018, 0xE59FF018}, /* vectors */
        {0xE10F4000, 0xE204001F, 0xE350001A, 0x1A000004}, /* mrs; and; cmp; bne */
        {0xEA000006, 0x20002000, 0x4770B510, 0x00000000}, /* b over a header */
        {0xFA000000, 0xE1A00000, 0x4770B510, 0xB5104770}, /* blx into Thumb code */
        {0xE3A0B510, 0xE1A00000, 0xE1A00000, 0xE1A00000}, /* its low half is push {r4, lr} */
        {0x00000000, 0x00000000, 0x00000000, 0x00000000}, /* nothing known */
    };

    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        for (size_t words = 1; words <= 4; words++) {
            assert_false(looks_like_thumb(starts[i], 4 * words));
            assert_int_equal(
                image_parse(&image, (const uint8_t *)starts[i], 4 * words, &room, &error), 0);
        }
    assert_false(looks_like_thumb(starts[0], 3));
    assert_false(looks_like_thumb(starts[0], 0));
}

static void an_elf_file_is_not_placed_raw(void **state)
{
    (void)state;
    assert_int_equal(image_parse_raw(&image, (const uint8_t *)&file, sizeof file, &room, &error),
                     -HOST_EFAIL);
    assert_non_null(strstr(error.text,
                           "this is an ELF file, which cannot run from its first byte: load "
                           "it without --raw, or make a raw image of it (objcopy -O binary)"));
    assert_int_equal(image_parse_raw(&image, (const uint8_t *)"abc", 3, &room, &error),
                     -HOST_EFAIL);
    assert_non_null(strstr(error.text, "less than one instruction"));
}

/* Any single wrong byte: accepted or refused with a sentence, and never a read outside the file. */
static void no_wrong_byte_in_the_headers_does_harm(void **state)
{
    (void)state;
    for (size_t at = SELFMAG; at < offsetof(struct file, rest); at++) {
        for (unsigned value = 0; value < 256; value++) {
            file = good;
            ((uint8_t *)&file)[at] = (uint8_t)value;
            if (parse(sizeof file) != 0)
                assert_true(strlen(error.text) > 20);
        }
    }
}

static void a_file_is_read_whole(void **state)
{
    char path[] = "/tmp/image_test.XXXXXX";
    const int fd = mkstemp(path);
    uint8_t *bytes = NULL;
    size_t size = 0;

    (void)state;
    assert_int_equal(write(fd, &file, sizeof file), sizeof file);
    assert_int_equal(image_read_file(path, &bytes, &size, &error), 0);
    assert_int_equal(size, sizeof file);
    assert_memory_equal(bytes, &file, sizeof file);
    free(bytes);
    assert_int_equal(ftruncate(fd, (off_t)(1 << 30) + 1), 0);
    assert_int_equal(image_read_file(path, &bytes, &size, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "larger than 1 GiB"));
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(image_read_file(path, &bytes, &size, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "is empty"));
    close(fd);
    unlink(path);
}

static void assert_unreadable(const char *path, const char *sentence)
{
    char whole[256];
    uint8_t *bytes = NULL;
    size_t size;

    snprintf(whole, sizeof whole, sentence, path);
    assert_int_equal(image_read_file(path, &bytes, &size, &error), -HOST_EFAIL);
    assert_string_equal(error.text, whole);
    assert_null(bytes);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    char path[] = "/tmp/image_test.XXXXXX";
    const int fd = mkstemp(path);
    uint8_t *bytes = NULL;
    size_t size = 0;

    (void)state;
    assert_int_equal(write(fd, &file, sizeof file), sizeof file);
    reading = IS_INTERRUPTED;
    assert_int_equal(image_read_file(path, &bytes, &size, &error), 0);
    assert_memory_equal(bytes, &file, sizeof file);
    free(bytes);
    reading = READS_NOTHING;
    assert_unreadable(path, "cannot read %s: it became shorter meanwhile, try again");
    reading = READS_BADLY;
    assert_unreadable(path, "cannot read %s: Input/output error");
    reading = READS;
    stat_fails = true;
    assert_unreadable(path, "cannot read %s: Input/output error");
    stat_fails = false;
    has_no_memory = true;
    assert_unreadable(path, "out of memory for %s");
    has_no_memory = false;
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_unreadable(path, "%s is empty: build the program again");
    assert_int_equal(ftruncate(fd, (off_t)(1 << 30) + 1), 0);
    assert_unreadable(path,
                      "%s is larger than 1 GiB, more than any Pi has RAM: is it the right file?");
    close(fd);
    unlink(path);
    assert_unreadable("", "the file's path is empty%s: name an ELF file or a raw image");
    assert_unreadable("/nowhere", "cannot open %s: No such file or directory: check the path");
    assert_unreadable("/tmp", "%s is not a file: name an ELF file or a raw image");
}

static void a_plan_that_left_its_room_is_refused(void **state)
{
    static const struct image_room other = {{0x10000000, 0}, {0x18000000, 0}};

    (void)state;
    assert_int_equal(image_parse(&image, (const uint8_t *)&file, sizeof file, &room, &error), 0);
    assert_int_equal(image_check(&image, &room, &error), 0);
    assert_int_equal(image_check(&image, &other, &error), -HOST_EFAIL);
    assert_string_equal(error.text,
                        "the segment of 0x80 bytes at 0x20000000 is not in the program's RAM "
                        "(0x10000000 to 0x17ffffff): load the program again");
    image.segment_count = 0;
    assert_int_equal(image_check(&image, &other, &error), -HOST_EFAIL);
    assert_string_equal(error.text,
                        "the entry point 0x20000020 is not in the program's RAM (0x10000000 to "
                        "0x17ffffff): load the program again");
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    char path[] = "/tmp/image_test.XXXXXX";
    uint8_t *bytes;
    size_t size;

    (void)state;
    assert_int_equal(image_read_file("/nowhere/at/all", &bytes, &size, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "No such file"));
    assert_int_equal(image_read_file("/tmp", &bytes, &size, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "not a file"));
    assert_int_equal(image_read_file("/dev/zero", &bytes, &size, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "not a file"));
    close(mkstemp(path));
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(image_read_file(path, &bytes, &size, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, "not a file"));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_good_file_becomes_a_plan, set_up),
        cmocka_unit_test_setup(a_file_cut_anywhere_is_refused, set_up),
        cmocka_unit_test_setup(kinds_of_files_that_are_no_programs_are_named, set_up),
        cmocka_unit_test_setup(kinds_of_files_that_are_no_programs_are_named, set_up),
        cmocka_unit_test_setup(programs_for_other_processors_are_named, set_up),
        cmocka_unit_test_setup(damaged_headers_are_refused, set_up),
        cmocka_unit_test_setup(a_segment_outside_the_file_is_refused, set_up),
        cmocka_unit_test_setup(a_segment_outside_the_rooms_is_refused, set_up),
        cmocka_unit_test_setup(a_segment_too_long_for_its_room_is_called_so, set_up),
        cmocka_unit_test_setup(a_page_of_headers_below_the_room_is_called_so, set_up),
        cmocka_unit_test_setup(what_else_is_below_the_room_is_not_taken_for_headers, set_up),
        cmocka_unit_test_setup(a_segment_may_fill_a_room_to_the_last_byte, set_up),
        cmocka_unit_test_setup(overlapping_segments_are_refused, set_up),
        cmocka_unit_test_setup(more_bytes_in_the_file_than_in_memory_are_refused, set_up),
        cmocka_unit_test_setup(an_empty_segment_is_ignored_wherever_it_lies, set_up),
        cmocka_unit_test_setup(too_many_segments_are_refused, set_up),
        cmocka_unit_test_setup(the_entry_must_be_code, set_up),
        cmocka_unit_test_setup(a_thumb_entry_keeps_its_bit, set_up),
        cmocka_unit_test_setup(a_virtual_entry_becomes_a_physical_one, set_up),
        cmocka_unit_test_setup(section_headers_outside_the_file_are_refused, set_up),
        cmocka_unit_test_setup(a_raw_file_goes_to_the_base, set_up),
        cmocka_unit_test_setup(a_raw_file_too_large_or_too_small_is_refused, set_up),
        cmocka_unit_test_setup(thumb_code_is_recognised_by_its_start, set_up),
        cmocka_unit_test_setup(arm_code_is_never_taken_for_thumb, set_up),
        cmocka_unit_test_setup(an_elf_file_is_not_placed_raw, set_up),
        cmocka_unit_test_setup(no_wrong_byte_in_the_headers_does_harm, set_up),
        cmocka_unit_test_setup(a_file_is_read_whole, set_up),
        cmocka_unit_test_setup(a_file_that_cannot_be_read_is_named, set_up),
        cmocka_unit_test_setup(a_plan_that_left_its_room_is_refused, set_up),
        cmocka_unit_test_setup(what_is_no_file_is_refused_at_once, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
