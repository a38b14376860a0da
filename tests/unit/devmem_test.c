/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/physmem_devmem.c on a Pi made of files: what the kernel says of itself is read from a
 * directory of the test, and /dev/mem is a file there. Each thing a Pi may lack is one sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "physmem.h"

#define RAM_END  0x1B400000u
#define REGISTER 0x3F200034u

static char dir[64];
static struct error error;
static struct physmem *pi;

static int open_fails_with;
static bool kernel_refuses; /* to map */
static bool has_no_memory;

static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

/* --- libc, redirected (tests.mk, WRAPPED) --- */

static const struct {
    const char *path;
    const char *name;
} files[] = {
    {"/proc/device-tree/compatible", "compatible"},
    {"/proc/device-tree/memory/reg", "memory"},
    {"/proc/device-tree/memory@0/reg", "memory@0"},
    {"/sys/devices/system/cpu/online", "online"},
    {"/proc/iomem", "iomem"},
    {"/dev/mem", "mem"},
};

static const char *redirect(const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(path, files[i].path) == 0)
            return path_of(files[i].name);
    return path;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return has_no_memory ? NULL : __real_calloc(count, size);
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
    return __real_fopen(redirect(path), mode);
}

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
    return __real_access(redirect(path), mode);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    if (open_fails_with == 0)
        return openat(AT_FDCWD, redirect(path), flags & ~O_SYNC);
    errno = open_fails_with;
    return -1;
}

void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (!kernel_refuses)
        return __real_mmap(at, size, protection, flags, fd, offset);
    errno = EPERM;
    return MAP_FAILED;
}

/* --- the Pi --- */

static void put(const char *name, const char *bytes, size_t size)
{
    FILE *file = __real_fopen(path_of(name), "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static int set_up(void **state)
{
    static const char chip[] = "raspberrypi,model-zero-2-w\0brcm,bcm2837";

    (void)state;
    strcpy(dir, "/tmp/devmem_test.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    put("compatible", chip, sizeof chip);
    put("memory@0", "\0\0\0\0\x1B\x40\0\0", 8);
    put_text("online", "0-2\n");
    put_text("iomem", "00000000-0fffffff : System RAM\n");
    put_text("mem", "");
    strcpy(error.text, "");
    open_fails_with = 0;
    kernel_refuses = false;
    has_no_memory = false;
    return truncate(path_of("mem"), 0x40001000);
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(path_of(files[i].name));
    return rmdir(dir);
}

static void open_pi(void)
{
    const int result = physmem_open(&pi, "/dev/mem", &error);

    if (result != 0)
        fail_msg("%d: %s", result, error.text);
}

static void assert_refused(const char *sentence)
{
    assert_int_equal(physmem_open(&pi, "/dev/mem", &error), -HOST_EFAIL);
    assert_string_equal(error.text, sentence);
}

/* --- open --- */

static void a_pi_is_opened(void **state)
{
    (void)state;
    open_pi();
    assert_int_equal(pi->ram_end, RAM_END);
    assert_int_equal(pi->linux_end, 0x10000000);
    assert_string_equal(pi->name, "/dev/mem");
    assert_string_equal(pi->lock_path, "/run/ampgdb.lock");
    assert_string_equal(pi->image_path, "/run/ampgdb.image");
    physmem_close(pi);
}

static void a_memory_node_without_a_number_is_found(void **state)
{
    (void)state;
    put("memory", "\0\0\0\0\x3B\x40\0\0", 8);
    open_pi();
    assert_int_equal(pi->ram_end, 0x3B400000);
    physmem_close(pi);
}

static void what_a_pi_lacks_is_named(void **state)
{
    char sentence[256];
    bool stdin_is_open;

    (void)state;
    put_text("iomem", "00000000-00000000 : System RAM\n");
    assert_refused(
        "/proc/iomem does not say which RAM Linux uses, so none can be taken safely: run "
        "this with sudo");
    unlink(path_of("online"));
    assert_refused(
        "cannot tell from /sys/devices/system/cpu/online which cores Linux uses: is sysfs "
        "mounted at /sys?");
    unlink(path_of("memory@0"));
    assert_refused("cannot read the size of the RAM from /proc/device-tree/memory@0/reg: No such "
                   "file or directory: is this a Raspberry Pi with a device tree?");
    for (unsigned i = 0; i < 2; i++) {
        open_fails_with = i == 0 ? EACCES : EPERM;
        snprintf(sentence, sizeof sentence, "cannot open /dev/mem: %s: run this with sudo",
                 strerror(open_fails_with));
        assert_refused(sentence);
    }
    open_fails_with = ENOENT;
    assert_refused("cannot open /dev/mem: No such file or directory: use a kernel that has it "
                   "(CONFIG_DEVMEM=y)");
    put_text("compatible", "");
    stdin_is_open = fcntl(STDIN_FILENO, F_GETFD) >= 0;
    assert_refused("this machine is not a Raspberry Pi 2, 3 or Zero 2 W: run this on one, or on a "
                   "virtual Pi (make sim, then --memory sim:DIR)");
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFD) >= 0, stdin_is_open);
    has_no_memory = true;
    assert_refused("out of memory");
}

static void a_linux_on_core_3_is_told_what_suits_the_board(void **state)
{
    (void)state;
    put_text("online", "0-3\n");
    assert_refused("Linux itself runs on core 3: put maxcpus=3 mem=256M into the kernel's command "
                   "line (make sdcard does it), and restart the Pi");
    put("memory@0", "\0\0\0\0\x3B\x40\0\0", 8);
    assert_refused("Linux itself runs on core 3: put maxcpus=3 mem=512M into the kernel's command "
                   "line (make sdcard does it), and restart the Pi");
}

/* --- use --- */

static void memory_and_registers_are_reached(void **state)
{
    static const uint32_t code[] = {1, 2};
    volatile uint32_t *words;
    uint32_t value = 0;

    (void)state;
    open_pi();
    assert_int_equal(pi->ops->write32(pi, REGISTER, 0x1234, &error), 0);
    assert_int_equal(pi->ops->read32(pi, REGISTER + 0x1000, &value, &error), 0);
    assert_int_equal(value, 0);
    assert_int_equal(pi->ops->read32(pi, REGISTER, &value, &error), 0);
    assert_int_equal(value, 0x1234);
    assert_int_equal(pi->ops->write_code(pi, 0x18000FFC, code, 2, &error), 0);
    words = pi->ops->map(pi, 0x18000000, 0x2000, &error);
    assert_int_equal(words[0x3FF], 1);
    assert_int_equal(words[0x400], 2);
    pi->ops->unmap(pi, words);
    physmem_close(pi);
}

static void a_kernel_that_maps_nothing_is_named(void **state)
{
    static const uint32_t code = 1;
    uint32_t value;

    (void)state;
    open_pi();
    kernel_refuses = true;
    assert_null(pi->ops->map(pi, 0x18000000, 0x1000, &error));
    assert_string_equal(error.text,
                        "the kernel does not let /dev/mem reach address 0x18000000 (Operation not "
                        "permitted): run this with sudo; if that is not it, put mem=256M "
                        "iomem=relaxed into the kernel's command line, and restart the Pi");
    assert_int_equal(pi->ops->read32(pi, REGISTER, &value, &error), -HOST_EFAIL);
    assert_int_equal(pi->ops->write32(pi, REGISTER, 1, &error), -HOST_EFAIL);
    assert_int_equal(pi->ops->write_code(pi, 0x18001004, &code, 1, &error), -HOST_EFAIL);
    for (unsigned i = 0; i < 10; i++)
        assert_null(pi->ops->map(pi, 0x18000000, 0x1000, &error));
    kernel_refuses = false;
    assert_non_null(pi->ops->map(pi, 0x18000000, 0x1000, &error));
    physmem_close(pi);
}

static void a_kernel_of_the_larger_board_is_told_its_number(void **state)
{
    uint32_t value;

    (void)state;
    put("memory@0", "\0\0\0\0\x3B\x40\0\0", 8);
    open_pi();
    kernel_refuses = true;
    assert_int_equal(pi->ops->read32(pi, REGISTER, &value, &error), -HOST_EFAIL);
    assert_non_null(strstr(error.text, " mem=512M iomem=relaxed "));
    physmem_close(pi);
}

static void mappings_are_counted(void **state)
{
    volatile uint32_t *words = NULL;
    unsigned count = 0;

    (void)state;
    open_pi();
    while (count < 100 && (words = pi->ops->map(pi, 0x18000000, 0x1000, &error)))
        count++;
    assert_int_equal(count, 4);
    assert_string_equal(error.text, "too many mappings of /dev/mem");
    physmem_close(pi);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pi_is_opened),
        TEST(a_memory_node_without_a_number_is_found),
        TEST(what_a_pi_lacks_is_named),
        TEST(a_linux_on_core_3_is_told_what_suits_the_board),
        TEST(memory_and_registers_are_reached),
        TEST(a_kernel_that_maps_nothing_is_named),
        TEST(a_kernel_of_the_larger_board_is_told_its_number),
        TEST(mappings_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
