/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Holds as much of Linux's memory as it gets and looks at it all the time: whoever else writes
 * there is caught. A thread on each core that Linux has fills its share with a pattern, compares,
 * fills with another one, and so on, until SIGTERM; then all of it is compared once more.
 *
 *   memory_checker LEAVE_KIB [START END]...
 *
 * LEAVE_KIB of what is available stay free. START and END are physical: tells how many pages
 * between them it holds (Linux, Documentation/admin-guide/mm/pagemap.rst).
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE         4096u
#define PAGE_WORDS   (PAGE / sizeof(uint32_t))
#define CORES_MAX    4
#define POLITE       19   /* Linux can still be used while it works */
#define ENTRIES      512u /* of pagemap, at once */
#define PAGE_PRESENT (1ull << 63)
#define PAGE_FRAME   ((1ull << 55) - 1)

struct share {
    pthread_t thread;
    int core;
    volatile uint32_t *words;
    size_t count;
    uint32_t generation;
    unsigned passes;
    unsigned errors;
};

static volatile sig_atomic_t stop;
static atomic_uint filled;

static void on_sigterm(int number)
{
    (void)number;
    stop = 1;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Differs between neighbours, pages and generations. */
static uint32_t pattern(const struct share *share, size_t i)
{
    return ((uint32_t)i + 1) * 2654435761u ^ share->generation * 0x9E3779B9u;
}

static void fill(struct share *share)
{
    share->generation++;
    for (size_t i = 0; i < share->count; i++)
        share->words[i] = pattern(share, i);
}

static void compare(struct share *share)
{
    for (size_t i = 0; i < share->count; i++) {
        const uint32_t found = share->words[i];

        if (found == pattern(share, i))
            continue;
        if (share->errors++ == 0)
            printf("core %d: %p has 0x%08x in place of 0x%08x\n", share->core,
                   (void *)&share->words[i], found, pattern(share, i));
    }
    share->passes++;
}

static void stay_on(int core)
{
    cpu_set_t cores;

    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0)
        die("sched_setaffinity");
}

static void *work(void *context)
{
    struct share *share = context;

    stay_on(share->core);
    fill(share);
    atomic_fetch_add(&filled, 1);
    while (!stop) {
        compare(share);
        if (!stop)
            fill(share);
    }
    compare(share);
    return NULL;
}

static size_t available_kib(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    char line[128];
    size_t kib = 0;

    if (!file)
        die("/proc/meminfo");
    while (kib == 0 && fgets(line, sizeof line, file))
        sscanf(line, "MemAvailable: %zu kB", &kib);
    fclose(file);
    return kib;
}

/* How many of these pages are in that range of physical addresses? */
static unsigned count_pages(const volatile uint32_t *words, size_t pages, uint64_t start,
                            uint64_t end)
{
    const int file = open("/proc/self/pagemap", O_RDONLY);
    static uint64_t entries[ENTRIES];
    unsigned count = 0;

    if (file < 0)
        die("/proc/self/pagemap");
    if (lseek(file, (off_t)((uintptr_t)words / PAGE * sizeof entries[0]), SEEK_SET) < 0)
        die("pagemap");
    while (pages > 0) {
        const size_t wanted = pages < ENTRIES ? pages : ENTRIES;

        if (read(file, entries, wanted * sizeof entries[0]) !=
            (ssize_t)(wanted * sizeof entries[0]))
            die("pagemap");
        for (size_t i = 0; i < wanted; i++) {
            const uint64_t phys = (entries[i] & PAGE_FRAME) * PAGE;

            count += (entries[i] & PAGE_PRESENT) && phys >= start && phys < end;
        }
        pages -= wanted;
    }
    close(file);
    return count;
}

int main(int argc, char **argv)
{
    const unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    static struct share shares[CORES_MAX];
    unsigned passes = 0, errors = 0, watched = 0;
    volatile uint32_t *words;
    size_t pages;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 2 || argc % 2 != 0)
        return 2;
    signal(SIGTERM, on_sigterm);
    if (nice(POLITE) == -1)
        die("nice");
    pages = (available_kib() - strtoul(argv[1], NULL, 0)) / (PAGE / 1024) / cores * cores;
    words = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED)
        die("mmap");
    for (unsigned i = 0; i < cores; i++) {
        const size_t count = pages / cores * PAGE_WORDS;

        shares[i] = (struct share){.core = (int)i, .words = words + i * count, .count = count};
        if (pthread_create(&shares[i].thread, NULL, work, &shares[i]) != 0)
            die("pthread_create");
    }
    while (atomic_load(&filled) < cores)
        usleep(1000);
    printf("kib: %zu\ncores: %u\n", pages * (PAGE / 1024), cores);
    for (int i = 2; i + 1 < argc; i += 2)
        watched +=
            count_pages(words, pages, strtoull(argv[i], NULL, 0), strtoull(argv[i + 1], NULL, 0));
    printf("watched: %u\n", watched);
    printf("checking\n");
    for (unsigned i = 0; i < cores; i++) {
        pthread_join(shares[i].thread, NULL);
        passes = i == 0 || shares[i].passes < passes ? shares[i].passes : passes;
        errors += shares[i].errors;
    }
    printf("passes: %u\nerrors: %u\n", passes, errors);
    return errors ? 1 : 0;
}
