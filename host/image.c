/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See image.h. The file is hostile until each number in it has been checked.
 */
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES    (1 << 30)
#define INSTRUCTION_BYTES 4 /* of the ARM code at the start of a raw image */

struct elf {
    const uint8_t *bytes;
    size_t size;
    Elf32_Ehdr header;
    const struct image_room *room;
};

static int fail_truncated(const struct elf *elf, struct error *error)
{
    return error_set(error, -HOST_EFAIL,
                     "the ELF file is cut short (%zu bytes): copy or link it again", elf->size);
}

static int check_kind(const struct elf *elf, struct error *error)
{
    const Elf32_Ehdr *header = &elf->header;

    if (header->e_type == ET_REL)
        return error_set(error, -HOST_EFAIL,
                         "this is an object file, not yet a program: link it at 0x%08x "
                         "(-nostdlib -Wl,-Ttext=0x%08x)",
                         elf->room->start[0], elf->room->start[0]);
    if (header->e_type == ET_DYN)
        return error_set(error, -HOST_EFAIL,
                         "this is a position-independent program or a shared library: link it with "
                         "-static -no-pie at 0x%08x",
                         elf->room->start[0]);
    if (header->e_type != ET_EXEC)
        return error_set(error, -HOST_EFAIL,
                         "this ELF file (type %u) is not a program: load the linked executable",
                         header->e_type);
    return 0;
}

static int check_ident(const struct elf *elf, struct error *error)
{
    const unsigned char *ident = elf->bytes;

    if (elf->size <= EI_VERSION)
        return fail_truncated(elf, error);
    if (ident[EI_CLASS] == ELFCLASS64)
        return error_set(error, -HOST_EFAIL,
                         "this is a 64-bit program, and Core 3 runs 32-bit ones: build it with "
                         "arm-none-eabi-gcc");
    if (ident[EI_CLASS] != ELFCLASS32 || ident[EI_VERSION] != EV_CURRENT)
        return error_set(error, -HOST_EFAIL,
                         "the ELF file's identification is damaged (class %u, version %u): link it "
                         "again",
                         ident[EI_CLASS], ident[EI_VERSION]);
    if (ident[EI_DATA] != ELFDATA2LSB)
        return error_set(
            error, -HOST_EFAIL,
            "this is a big-endian program, and Core 3 runs little-endian: build it with "
            "-mlittle-endian");
    return 0;
}

static int check_header(struct elf *elf, struct error *error)
{
    const Elf32_Ehdr *header = &elf->header;
    int result = check_ident(elf, error);

    if (result < 0)
        return result;
    if (elf->size < sizeof elf->header)
        return fail_truncated(elf, error);
    memcpy(&elf->header, elf->bytes, sizeof elf->header);
    if (header->e_machine != EM_ARM)
        return error_set(error, -HOST_EFAIL,
                         "this program is for another processor (ELF machine %u, ARM is %u): build "
                         "it with arm-none-eabi-gcc",
                         header->e_machine, EM_ARM);
    if (header->e_version != EV_CURRENT)
        return error_set(error, -HOST_EFAIL, "unknown ELF version %u: link the program again",
                         header->e_version);
    result = check_kind(elf, error);
    if (result < 0)
        return result;
    if (header->e_phnum == 0)
        return error_set(error, -HOST_EFAIL,
                         "the ELF file has nothing to load (no program headers): link it again");
    if (header->e_phentsize != sizeof(Elf32_Phdr))
        return error_set(
            error, -HOST_EFAIL,
            "the ELF file's program headers have %u bytes each instead of %zu: link it "
            "again",
            header->e_phentsize, sizeof(Elf32_Phdr));
    if (header->e_phoff > elf->size ||
        (elf->size - header->e_phoff) / sizeof(Elf32_Phdr) < header->e_phnum)
        return fail_truncated(elf, error);
    /* Not needed, but the last part of a linker's output: without it the file is not whole. */
    if (header->e_shoff > elf->size ||
        elf->size - header->e_shoff < (uint32_t)header->e_shnum * header->e_shentsize)
        return fail_truncated(elf, error);
    return 0;
}

static Elf32_Phdr program_header(const struct elf *elf, unsigned index)
{
    Elf32_Phdr phdr;

    memcpy(&phdr, elf->bytes + elf->header.e_phoff + index * sizeof phdr, sizeof phdr);
    return phdr;
}

static bool is_loaded(const Elf32_Phdr *phdr)
{
    return phdr->p_type == PT_LOAD && phdr->p_memsz > 0;
}

static bool is_in_room(const struct image_room *room, uint32_t addr, uint32_t size)
{
    for (unsigned i = 0; i < 2; i++)
        if (addr >= room->start[i] && addr <= room->end[i] && size <= room->end[i] - addr)
            return true;
    return false;
}

#define ROOM_TEXT_SIZE 80

static const char *describe_room(const struct image_room *room, char text[ROOM_TEXT_SIZE])
{
    const int len =
        snprintf(text, ROOM_TEXT_SIZE, "0x%08x to 0x%08x", room->start[0], room->end[0] - 1);

    if (room->end[1] > room->start[1])
        snprintf(text + len, ROOM_TEXT_SIZE - (size_t)len, " and 0x%08x to 0x%08x", room->start[1],
                 room->end[1] - 1);
    return text;
}

/* Only the page with the ELF header, which a linker puts in front unless told not to, sticks out.
 */
static bool has_headers_below(const struct image_room *room, const Elf32_Phdr *phdr)
{
    const uint32_t base = room->start[0];

    return phdr->p_offset == 0 && phdr->p_filesz >= sizeof(Elf32_Ehdr) && phdr->p_paddr < base &&
           base - phdr->p_paddr < phdr->p_memsz &&
           is_in_room(room, base, phdr->p_memsz - (base - phdr->p_paddr));
}

static int fail_outside(const struct image_room *room, const Elf32_Phdr *phdr, struct error *error)
{
    char text[ROOM_TEXT_SIZE];

    for (unsigned i = 0; i < 2; i++)
        if (phdr->p_paddr >= room->start[i] && phdr->p_paddr < room->end[i])
            return error_set(
                error, -HOST_EFAIL,
                "the segment at 0x%08x has %u bytes, and there the program's RAM has "
                "%u (it is %s): make it smaller, or place parts of it elsewhere in the "
                "linker script",
                phdr->p_paddr, phdr->p_memsz, room->end[i] - phdr->p_paddr,
                describe_room(room, text));
    if (has_headers_below(room, phdr))
        return error_set(error, -HOST_EFAIL,
                         "the linker put the file's headers into a page at 0x%08x, below the "
                         "program's RAM (%s): link it with -n, which leaves them out",
                         phdr->p_paddr, describe_room(room, text));
    return error_set(error, -HOST_EFAIL,
                     "the segment at 0x%08x to 0x%08llx is not in the program's RAM (%s): link "
                     "it at 0x%08x (-Ttext 0x%08x)",
                     phdr->p_paddr, (unsigned long long)phdr->p_paddr + phdr->p_memsz - 1,
                     describe_room(room, text), room->start[0], room->start[0]);
}

static int check_segment(const struct elf *elf, const Elf32_Phdr *phdr, struct error *error)
{
    if (phdr->p_filesz > phdr->p_memsz)
        return error_set(error, -HOST_EFAIL,
                         "the segment at 0x%08x has more bytes in the file (0x%x) than in memory "
                         "(0x%x): link the program again",
                         phdr->p_paddr, phdr->p_filesz, phdr->p_memsz);
    if (phdr->p_offset > elf->size || phdr->p_filesz > elf->size - phdr->p_offset)
        return fail_truncated(elf, error);
    return is_in_room(elf->room, phdr->p_paddr, phdr->p_memsz)
               ? 0
               : fail_outside(elf->room, phdr, error);
}

/* The numbers in old are checked already, so the sums cannot wrap. */
static int check_overlap(const struct image *image, const Elf32_Phdr *phdr, struct error *error)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *old = &image->segments[i];
        const uint32_t old_end = old->addr + old->file_bytes + old->zero_bytes;

        if (phdr->p_paddr < old_end && old->addr < phdr->p_paddr + phdr->p_memsz)
            return error_set(error, -HOST_EFAIL,
                             "the segments at 0x%08x and 0x%08x overlap: correct the linker script",
                             old->addr, phdr->p_paddr);
    }
    return 0;
}

static int add_segment(struct image *image, const struct elf *elf, const Elf32_Phdr *phdr,
                       struct error *error)
{
    struct image_segment *segment = &image->segments[image->segment_count];
    int result = check_segment(elf, phdr, error);

    if (result == 0)
        result = check_overlap(image, phdr, error);
    if (result < 0)
        return result;
    if (image->segment_count == IMAGE_SEGMENTS_MAX)
        return error_set(error, -HOST_EFAIL,
                         "the program has more than %d segments: link it with fewer",
                         IMAGE_SEGMENTS_MAX);
    segment->addr = phdr->p_paddr;
    segment->bytes = elf->bytes + phdr->p_offset;
    segment->file_bytes = phdr->p_filesz;
    segment->zero_bytes = phdr->p_memsz - phdr->p_filesz;
    image->segment_count++;
    return 0;
}

static int plan_segments(struct image *image, const struct elf *elf, struct error *error)
{
    for (unsigned i = 0; i < elf->header.e_phnum; i++) {
        const Elf32_Phdr phdr = program_header(elf, i);
        const int result = is_loaded(&phdr) ? add_segment(image, elf, &phdr, error) : 0;

        if (result < 0)
            return result;
    }
    if (image->segment_count == 0)
        return error_set(error, -HOST_EFAIL,
                         "the ELF file has nothing to load (no PT_LOAD segment): link it again");
    return 0;
}

/* The executable segment that holds a virtual address: 1 and its header, or 0. */
static int find_code(const struct elf *elf, uint32_t addr, Elf32_Phdr *phdr)
{
    for (unsigned i = 0; i < elf->header.e_phnum; i++) {
        *phdr = program_header(elf, i);
        if (is_loaded(phdr) && (phdr->p_flags & PF_X) && addr >= phdr->p_vaddr &&
            addr - phdr->p_vaddr < phdr->p_memsz)
            return 1;
    }
    return 0;
}

/* The program starts with its MMU off: a virtual entry is turned into the physical one. */
static int plan_entry(struct image *image, const struct elf *elf, struct error *error)
{
    const uint32_t entry = elf->header.e_entry;
    const uint32_t thumb = entry & 1;
    Elf32_Phdr phdr;

    if (!find_code(elf, entry - thumb, &phdr))
        return error_set(
            error, -HOST_EFAIL,
            "the entry point 0x%08x is in no executable segment: name the start symbol "
            "with ENTRY() in the linker script",
            entry);
    const uint32_t phys = entry - thumb - phdr.p_vaddr + phdr.p_paddr;

    if (!thumb && phys % 4 != 0)
        return error_set(error, -HOST_EFAIL,
                         "the entry point 0x%08x is not a multiple of 4, as ARM code must be: mark "
                         "the start symbol as Thumb code (.thumb_func) or align it",
                         entry);
    if (phys % 2 != 0)
        return error_set(
            error, -HOST_EFAIL,
            "the entry point 0x%08x lies at the odd physical address 0x%08x: align the "
            "load addresses in the linker script",
            entry, phys);
    image->entry = phys | thumb;
    return 0;
}

static int plan_raw(struct image *image, const uint8_t *bytes, size_t size,
                    const struct image_room *room, struct error *error)
{
    const uint32_t available = room->end[0] - room->start[0];

    if (size < INSTRUCTION_BYTES)
        return error_set(error, -HOST_EFAIL,
                         "the file has %zu bytes, less than one instruction: build the program "
                         "again",
                         size);
    if (size > available)
        return error_set(
            error, -HOST_EFAIL,
            "this raw image of %zu bytes does not fit into the program's RAM (%u bytes "
            "at 0x%08x): make it smaller",
            size, available, room->start[0]);
    memset(image, 0, sizeof *image);
    image->entry = room->start[0];
    image->segment_count = 1;
    image->segments[0] = (struct image_segment){
        .addr = room->start[0], .bytes = bytes, .file_bytes = (uint32_t)size};
    return 0;
}

static int parse_raw(struct image *image, const uint8_t *bytes, size_t size,
                     const struct image_room *room, struct error *error)
{
    if (image_looks_like_thumb(bytes, size))
        return error_set(
            error, -HOST_EFAIL,
            "this raw image begins with Thumb code, but is entered in ARM state, by mailbox 3 as "
            "well as here: load the linked ELF file, which says so, or put ARM code first");
    return plan_raw(image, bytes, size, room, error);
}

static bool is_elf(const uint8_t *bytes, size_t size)
{
    return size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

int image_parse(struct image *image, const uint8_t *bytes, size_t size,
                const struct image_room *room, struct error *error)
{
    struct elf elf = {.bytes = bytes, .size = size, .room = room};
    int result;

    memset(image, 0, sizeof *image);
    if (size == 0)
        return error_set(error, -HOST_EFAIL, "the file is empty: build the program again");
    if (!is_elf(bytes, size))
        return parse_raw(image, bytes, size, room, error);
    result = check_header(&elf, error);
    if (result == 0)
        result = plan_segments(image, &elf, error);
    if (result == 0)
        result = plan_entry(image, &elf, error);
    return result;
}

int image_parse_raw(struct image *image, const uint8_t *bytes, size_t size,
                    const struct image_room *room, struct error *error)
{
    if (is_elf(bytes, size))
        return error_set(error, -HOST_EFAIL,
                         "this is an ELF file, which cannot run from its first byte: load it "
                         "without --raw, or make a raw image of it (objcopy -O binary)");
    return plan_raw(image, bytes, size, room, error);
}

int image_check(const struct image *image, const struct image_room *room, struct error *error)
{
    char text[ROOM_TEXT_SIZE];

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        const uint64_t size = (uint64_t)segment->file_bytes + segment->zero_bytes;

        if (size > UINT32_MAX || !is_in_room(room, segment->addr, (uint32_t)size))
            return error_set(error, -HOST_EFAIL,
                             "the segment of 0x%llx bytes at 0x%08x is not in the program's RAM "
                             "(%s): load the program again",
                             (unsigned long long)size, segment->addr, describe_room(room, text));
    }
    if (is_in_room(room, image->entry & ~1u, 2))
        return 0;
    return error_set(error, -HOST_EFAIL,
                     "the entry point 0x%08x is not in the program's RAM (%s): load the program "
                     "again",
                     image->entry, describe_room(room, text));
}

static int check_file(int fd, const char *path, size_t *size, struct error *error)
{
    struct stat stat;

    if (fstat(fd, &stat) < 0)
        return error_set(error, -HOST_EFAIL, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(stat.st_mode))
        return error_set(error, -HOST_EFAIL, "%s is not a file: name an ELF file or a raw image",
                         path);
    if (stat.st_size == 0)
        return error_set(error, -HOST_EFAIL, "%s is empty: build the program again", path);
    if (stat.st_size > FILE_MAX_BYTES)
        return error_set(error, -HOST_EFAIL,
                         "%s is larger than 1 GiB, more than any Pi has RAM: is it the right file?",
                         path);
    *size = (size_t)stat.st_size;
    return 0;
}

static int read_all(int fd, uint8_t *bytes, size_t size, const char *path, struct error *error)
{
    size_t done = 0;

    while (done < size) {
        const ssize_t got = read(fd, bytes + done, size - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_set(error, -HOST_EFAIL, "cannot read %s: %s", path,
                             got < 0 ? strerror(errno) : "it became shorter meanwhile, try again");
        done += (size_t)got;
    }
    return 0;
}

static int explain_open(const char *path, int cause, struct error *error)
{
    const char *advice = cause == EACCES ? "let yourself read it (chmod +r)" : "check the path";

    if (!*path)
        return error_set(error, -HOST_EFAIL,
                         "the file's path is empty: name an ELF file or a raw image");
    return error_set(error, -HOST_EFAIL, "cannot open %s: %s: %s", path, strerror(cause), advice);
}

int image_read_file(const char *path, uint8_t **bytes, size_t *size, struct error *error)
{
    /* O_NONBLOCK: a FIFO is refused instead of waited for. */
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    uint8_t *room = NULL;
    int result;

    if (fd < 0)
        return explain_open(path, errno, error);
    result = check_file(fd, path, size, error);
    if (result == 0) {
        room = malloc(*size);
        result = room ? read_all(fd, room, *size, path, error)
                      : error_set(error, -HOST_EFAIL, "out of memory for %s", path);
    }
    close(fd);
    if (result < 0) {
        free(room);
        return result;
    }
    *bytes = room;
    return 0;
}
