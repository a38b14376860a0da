/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The header at AMPGDB_SHARED_OFFSET of the window: an ABI between two programs that may have
 * been built years apart. Fixed-width words, little-endian, no pointers; each word has one
 * writer, and writers are on separate 64-byte lines, so that neither side's cache (if a mapping
 * were ever cacheable) or write buffer can carry away the other's words.
 *
 * Before the stub's start the whole header belongs to the host, which zeroes it and fills in
 * the boot lines. RAM keeps its content across a reboot: a magic number proves nothing, only
 * an answer to a PING with a fresh nonce does.
 *
 * Memory types. The stub maps the shared part Normal non-cacheable. How Linux maps it through
 * /dev/mem with O_SYNC depends on how the RAM was taken from it (phys_mem_access_prot() of its
 * arch/arm):
 *      mem=              it knows of no memory there: Strongly-ordered
 *      overlay, no-map   memory that it knows but does not use: Normal non-cacheable, in kernels
 *                        whose pfn_valid() is true of it
 * Neither is cacheable, and Linux has no cacheable alias of what is not its RAM or no-map. So where
 * types differ, the only thing lost is the stronger type's ordering (ARM DDI 0406C, A3.5.7
 * "Mismatched memory attributes"); where both are Normal there never was any. The barriers in
 * ring.h carry all ordering in both cases, for the rest of the header too: who has seen a word that
 * announces others (progress, state) reads these behind a barrier. On the Linux side accesses must
 * be aligned and 32 bits wide: never memcpy, which Strongly-ordered memory would fault.
 *
 * The park page. There is no reset for a single core, so a stub hands the core back by itself, and
 * this protocol is the same in every version: it needs the memory map and no header.
 *      host: empties mailbox 3, writes the address of the park page into it (a write only sets
 *            bits), then rings the doorbell (mailbox 1)
 *      stub: takes both, cleans its caches, switches everything off, jumps to the park page
 *      park: mailbox 3 is cleared, the doorbell's enable bit in LOCAL_CORE3_MAILBOX_CTL too: from
 *            now on the core waits for a start address as under the firmware
 * The enable bit therefore says whether a stub is resident. A stub that panics parks as well; its
 * header stays for a post-mortem until the next start.
 *
 * Mailbox 3 while a stub is resident and no program has been started since the last reset, or the
 * program has returned: a start address in the program's RAM starts a program there under the stub,
 * as the firmware would without it (bit 0: Thumb). At other times the mailbox is the program's to
 * read and to clear.
 */
#ifndef AMPGDB_WINDOW_H
#define AMPGDB_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "ampgdb/window_states.h"

#define AMPGDB_MAGIC       0x47504D41u /* "AMPG" */
#define AMPGDB_ABI_VERSION 2u

/* Core registers r0-r15 and CPSR: what a stop reports. */
#define AMPGDB_CORE_REGS 17u

struct ampgdb_stop {
    uint32_t reason;   /* AMPGDB_STOP_* */
    uint32_t address;  /* faulting address, by reason */
    uint32_t syndrome; /* HSR, DFSR, IFSR or interrupt source, by reason */
    uint32_t physical; /* S2_DATA, S2_FETCH, WATCH: what address is behind the program's own MMU */
    uint32_t
        instruction; /* at PC: a word, or two halfwords with the first one low; 0: unreadable */
    uint32_t caught; /* 1: CATCH did it; AMPGDB_RESUME_DELIVER runs the program's handler */
    uint32_t regs[AMPGDB_CORE_REGS];
};

struct ampgdb_panic {
    uint32_t code; /* AMPGDB_PANIC_* */
    uint32_t pc;   /* where the stub was, relative to the stub's first byte */
    uint32_t lr;
    uint32_t cpsr;
    uint32_t hsr;
    uint32_t hdfar;
    uint32_t hifar;
    uint32_t vector; /* 0 to 7 */
};

struct ampgdb_header {
    /* line 0: the stub, constant after PROGRESS_READY */
    uint32_t magic;
    uint32_t abi_version;
    uint32_t epoch;          /* copy of boot_nonce: differs after each start of the stub */
    uint32_t program_base;   /* first byte of the program's RAM */
    uint32_t window;         /* first byte of the window */
    uint32_t ram_end;        /* first byte above the RAM that Core 3 may use */
    uint32_t hw_breakpoints; /* how many the debugger may set */
    uint32_t midr;
    uint32_t hw_watchpoints; /* watchpoint registers; a range may take more than one */
    uint32_t reserved0[7];

    /* line 1: the stub, live */
    uint32_t progress;      /* AMPGDB_PROGRESS_* */
    uint32_t state;         /* AMPGDB_STATE_* */
    uint32_t asleep;        /* 1: the stub is in WFI or about to be; ring the doorbell */
    uint32_t program_flags; /* AMPGDB_PROGRAM_* */
    uint32_t program_entry; /* of the last RESET; bit 0: Thumb */
    uint32_t entry_cpsr;    /* CPSR with which Core 3 arrived */
    uint32_t to_host_head;  /* words ever written to to_host */
    uint32_t to_stub_tail;  /* words ever read from to_stub */
    uint32_t reserved1[8];

    /* line 2: the host, before the stub's start */
    uint32_t boot_nonce;
    uint32_t boot_base;
    uint32_t boot_ram_end;
    uint32_t reserved2[13];

    /* line 3: the host, live */
    uint32_t to_stub_head; /* words ever written to to_stub */
    uint32_t to_host_tail; /* words ever read from to_host */
    uint32_t reserved3[14];

    /* lines 4 and 5: the stub; the newest stop, for a post-mortem */
    struct ampgdb_stop stop;
    uint32_t reserved4[9];

    /* line 6: the stub */
    struct ampgdb_panic panic;
    uint32_t reserved5[8];
};

_Static_assert(offsetof(struct ampgdb_header, progress) == 0x40, "line 1 is the stub's");
_Static_assert(offsetof(struct ampgdb_header, boot_nonce) == 0x80, "line 2 is the host's");
_Static_assert(offsetof(struct ampgdb_header, to_stub_head) == 0xC0, "line 3 is the host's");
_Static_assert(offsetof(struct ampgdb_header, stop) == 0x100, "line 4 is the stub's");
_Static_assert(offsetof(struct ampgdb_header, panic) == 0x180, "line 6 is the stub's");
_Static_assert(sizeof(struct ampgdb_header) == 0x1C0, "seven lines");

#endif
