/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * host/physmem.h and what it is made of: the right machine behind a name, the end of RAM in each
 * form a device tree has it, what Linux claims for itself, and the virtual Pi's files and qtest
 * socket, here with a scripted QEMU at the other end.
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
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "linux_facts.h"
#include "physmem.h"

#define RAM_END  0x3B400000u
#define MAILBOX3 0x400000FCu

static struct error error;
static char dir[64];
static char sim_name[96];

/* --- what of libc may fail (tests.mk, WRAPPED) --- */

static enum { NOTHING, SOCKET, RECEIVE_TIMEOUT, SEND_TIMEOUT, SEND } failing;

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
    errno = EMFILE;
    return failing == SOCKET ? -1 : __real_socket(family, type, protocol);
}

int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t len);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    errno = EMFILE;
    if ((failing == RECEIVE_TIMEOUT && name == SO_RCVTIMEO) ||
        (failing == SEND_TIMEOUT && name == SO_SNDTIMEO))
        return -1;
    return __real_setsockopt(fd, level, name, value, len);
}

ssize_t __real_send(int fd, const void *bytes, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags)
{
    errno = EMFILE;
    return failing == SEND ? -1 : __real_send(fd, bytes, len, flags);
}

static bool has_no_memory;
static bool kernel_maps_nothing;
static bool stat_fails;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return has_no_memory ? NULL : __real_calloc(count, size);
}

void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    errno = ENOMEM;
    return kernel_maps_nothing ? MAP_FAILED : __real_mmap(at, size, protection, flags, fd, offset);
}

int __real_fstat(int fd, struct stat *stat);
int __wrap_fstat(int fd, struct stat *stat);
int __wrap_fstat(int fd, struct stat *stat)
{
    return stat_fails ? -1 : __real_fstat(fd, stat);
}

static void assert_says(const char *part)
{
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in '%s'", part, error.text);
}

static void assert_sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void assert_sentence(const char *format, ...)
{
    char whole[sizeof error.text];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(whole, sizeof whole, format, arguments);
    va_end(arguments);
    assert_string_equal(error.text, whole);
}

static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void put_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(path_of(name), "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* --- the end of RAM --- */

/* clang-format off */
static const struct {
    uint32_t cells[12];
    unsigned count;
    uint32_t end; /* 0: refused */
} nodes[] = {
    {{0, 0x3B400000}, 2, 0x3B400000},                                  /* 32-bit kernels */
    {{0, 0x1C000000}, 2, 0x1C000000},
    {{0, 0x40000000}, 2, 0x3F000000},                                  /* peripherals lie over it */
    {{0, 0x20000000, 0x20000000, 0x1B400000}, 4, 0x3B400000},
    {{0, 0x20000000, 0x28000000, 0x10000000}, 4, 0x20000000},          /* a gap */
    {{0, 0x3B400000, 0x40000000, 0xC0000000}, 4, 0x3B400000},          /* above 1 GiB */
    {{0, 0x10000000, 0, 0x20000000, 0x20000000, 0x1000}, 6, 0x20001000},
    {{0, 0, 0x3B400000}, 3, 0x3B400000},                               /* 64-bit kernels */
    {{0, 0, 0x3B400000, 0, 0x40000000, 0xBC000000}, 6, 0x3B400000},
    {{0, 0, 0x3B400000, 1, 0, 0x40000000}, 6, 0x3B400000},
    {{0, 0, 0, 0x3B400000}, 4, 0x3B400000},                            /* two cells each */
    {{0, 0, 0, 0x3B400000, 1, 0, 1, 0}, 8, 0x3B400000},
    {{0, 0}, 2, 0},                                                    /* nothing filled in */
    {{0, 0, 0}, 3, 0},
    {{0, 0, 0, 0}, 4, 0},
    {{0}, 0, 0},
    {{0x3B400000}, 1, 0},
    {{0x80000000, 0x10000000}, 2, 0},                                  /* not a Pi's */
    {{0, 0x3B400000, 5}, 3, 0},
    {{0, 0, 0x3B400000, 0}, 4, 0},
    {{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, 4, 0},
};
/* clang-format on */

static void put_node(const char *name, const uint32_t *cells, unsigned count)
{
    uint8_t bytes[64];

    for (unsigned i = 0; i < 4 * count; i++)
        bytes[i] = (uint8_t)(cells[i / 4] >> (24 - 8 * (i % 4)));
    put_file(name, bytes, 4 * count);
}

static void the_end_of_ram_is_found_in_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        uint32_t end = 0;

        put_node("reg", nodes[i].cells, nodes[i].count);
        assert_int_equal(physmem_ram_end(path_of("reg"), &end, &error),
                         nodes[i].end ? 0 : -HOST_EFAIL);
        assert_int_equal(end, nodes[i].end);
        if (nodes[i].end == 0)
            assert_sentence("the device tree's memory node %s describes no RAM at address 0 (%u "
                            "bytes): boot with the device tree of the Pi's firmware",
                            path_of("reg"), 4 * nodes[i].count);
    }
}

static void a_memory_node_that_is_no_list_of_cells_is_refused(void **state)
{
    static const uint8_t zeros[300];
    uint32_t end;

    (void)state;
    put_file("reg", "\0\0\0\0\x3b\x40\0", 7);
    assert_int_equal(physmem_ram_end(path_of("reg"), &end, &error), -HOST_EFAIL);
    put_file("reg", zeros, sizeof zeros);
    assert_int_equal(physmem_ram_end(path_of("reg"), &end, &error), -HOST_EFAIL);
    assert_int_equal(physmem_ram_end(path_of("nothing"), &end, &error), -HOST_EFAIL);
    assert_sentence("cannot read the size of the RAM from %s: No such file or directory: is this a "
                    "Raspberry Pi with a device tree?",
                    path_of("nothing"));
}

/* --- what Linux claims --- */

static void only_pis_we_know_are_taken_for_one(void **state)
{
    static const char pi2[] = "raspberrypi,2-model-b\0brcm,bcm2836";
    static const char pi3[] = "raspberrypi,3-model-b-plus\0brcm,bcm2837";
    static const char pi4[] = "raspberrypi,4-model-b\0brcm,bcm2711";

    (void)state;
    put_file("compatible", pi2, sizeof pi2);
    assert_int_equal(facts_check_chip(path_of("compatible"), &error), 0);
    put_file("compatible", pi3, sizeof pi3);
    assert_int_equal(facts_check_chip(path_of("compatible"), &error), 0);
    put_file("compatible", pi4, sizeof pi4);
    assert_int_equal(facts_check_chip(path_of("compatible"), &error), -HOST_EFAIL);
    assert_sentence(
        "this machine is not a Raspberry Pi 2, 3 or Zero 2 W but raspberrypi,4-model-b: "
        "run this on one, or on a virtual Pi (make sim, then --memory sim:DIR)");
    assert_int_equal(facts_check_chip(path_of("nothing"), &error), -HOST_EFAIL);
    assert_says("make sim");
}

static void the_end_of_linuxs_ram_is_found(void **state)
{
    static const char iomem[] = "00000000-1fffffff : System RAM\n"
                                "  00008000-00bfffff : Kernel code\n"
                                "3f006000-3f006fff : dwc_otg\n"
                                "3f200000-3f2000b3 : gpio@7e200000\n";
    uint32_t end = 0;

    (void)state;
    put_file("iomem", iomem, strlen(iomem));
    assert_int_equal(facts_ram_end(path_of("iomem"), &end, &error), 0);
    assert_int_equal(end, 0x20000000);
}

static void the_highest_of_several_ranges_counts(void **state)
{
    static const char iomem[] = "00000000-0fffffff : System RAM\n"
                                "30000000-3b3fffff : System RAM\n"
                                "20000000-2fffffff : reserved\n"
                                "100000000-1ffffffff : System RAM\n";
    uint32_t end = 0;

    (void)state;
    put_file("iomem", iomem, strlen(iomem));
    assert_int_equal(facts_ram_end(path_of("iomem"), &end, &error), 0);
    assert_int_equal(end, 0x3B400000);
}

static void a_list_that_hides_its_numbers_is_refused(void **state)
{
    static const char iomem[] = "00000000-00000000 : System RAM\n00000000-00000000 : gpio\n";
    uint32_t end;

    (void)state;
    put_file("iomem", iomem, strlen(iomem));
    assert_int_equal(facts_ram_end(path_of("iomem"), &end, &error), -HOST_EFAIL);
    assert_sentence("%s does not say which RAM Linux uses, so none can be taken safely: run this "
                    "with sudo",
                    path_of("iomem"));
    put_file("iomem", "", 0);
    assert_int_equal(facts_ram_end(path_of("iomem"), &end, &error), -HOST_EFAIL);
    assert_int_equal(facts_ram_end(path_of("nothing"), &end, &error), -HOST_EFAIL);
    assert_sentence("cannot read %s: No such file or directory", path_of("nothing"));
}

static void linuxs_cores_are_found(void **state)
{
    static const struct {
        const char *list;
        int result;
    } lists[] = {
        {"0-2\n", 0},        {"0-3\n", 1},      {"0-1,3\n", 1},         {"3\n", 1},
        {"0\n", 0},          {"0,2,4\n", 0},    {"0-2,4-7\n", 0},       {"0-2", 0},
        {"\n", -HOST_EFAIL}, {"", -HOST_EFAIL}, {"all\n", -HOST_EFAIL}, {"0,x\n", -HOST_EFAIL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        put_file("online", lists[i].list, strlen(lists[i].list));
        assert_int_equal(facts_core(path_of("online"), 3, &error), lists[i].result);
    }
    assert_int_equal(facts_core(path_of("nothing"), 3, &error), -HOST_EFAIL);
    assert_sentence("cannot tell from %s which cores Linux uses: is sysfs mounted at /sys?",
                    path_of("nothing"));
}

/* --- a scripted QEMU --- */

static struct {
    pthread_t thread;
    int listener;
    const char *reply; /* sent as it is; NULL: the connection is closed without a word */
    char *line;        /* the newest command */
    size_t line_size;
} qemu;

static void *serve(void *unused)
{
    int fd;

    (void)unused;
    while ((fd = accept(qemu.listener, NULL, NULL)) >= 0) {
        FILE *stream = fdopen(fd, "r+");

        if (getline(&qemu.line, &qemu.line_size, stream) > 0 && qemu.reply)
            if (write(fd, qemu.reply, strlen(qemu.reply)) < 0)
                break;
        fclose(stream);
    }
    return NULL;
}

static void start_qemu(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(address.sun_path, path_of("qtest"));
    qemu.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(qemu.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(qemu.listener, 1), 0);
    assert_int_equal(pthread_create(&qemu.thread, NULL, serve, NULL), 0);
}

static void end_qemu(void)
{
    shutdown(qemu.listener, SHUT_RDWR);
    pthread_join(qemu.thread, NULL);
    close(qemu.listener);
    free(qemu.line);
    memset(&qemu, 0, sizeof qemu);
}

static int set_up(void **state)
{
    static const uint32_t cells[] = {0, RAM_END};

    (void)state;
    strcpy(dir, "/tmp/physmem.XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(sim_name, sizeof sim_name, "sim:%s", dir);
    mkdir(path_of("device-tree"), 0700);
    mkdir(path_of("device-tree/memory@0"), 0700);
    put_node("device-tree/memory@0/reg", cells, 2);
    put_file("ram", "", 0);
    assert_int_equal(truncate(path_of("ram"), 1 << 30), 0);
    return 0;
}

static int set_up_qemu(void **state)
{
    set_up(state);
    qemu.reply = "OK 0x0000000000000000\n";
    start_qemu();
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"device-tree/memory@0/reg",
                                        "device-tree/memory@0",
                                        "device-tree",
                                        "compatible",
                                        "ram",
                                        "qtest",
                                        "reg",
                                        "iomem",
                                        "online"};

    (void)state;
    if (qemu.listener)
        end_qemu();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove(path_of(names[i]));
    return rmdir(dir);
}

static struct physmem *open_sim(void)
{
    struct physmem *physmem;

    if (physmem_open(&physmem, sim_name, &error) < 0)
        fail_msg("%s", error.text);
    return physmem;
}

static void a_virtual_pi_is_opened(void **state)
{
    struct physmem *physmem = open_sim();

    (void)state;
    assert_int_equal(physmem->ram_end, RAM_END);
    assert_int_equal(physmem->linux_end, 0);
    assert_string_equal(physmem->name, sim_name);
    assert_string_equal(physmem->lock_path, path_of("lock"));
    physmem_close(physmem);
}

static void its_ram_is_the_file(void **state)
{
    struct physmem *physmem = open_sim();
    volatile uint32_t *words = physmem->ops->map(physmem, 0x30080000, 0x2000, &error);
    const int fd = open(path_of("ram"), O_RDONLY);
    uint32_t word = 0;

    (void)state;
    assert_non_null(words);
    words[0x401] = 0x12345678;
    assert_int_equal(pread(fd, &word, 4, 0x30081004), 4);
    assert_int_equal(word, 0x12345678);
    close(fd);
    assert_null(physmem->ops->map(physmem, 0x40000000 - 0x1000, 0x2000, &error));
    assert_sentence("the RAM file of %s is too small for address 0x3ffff000: start the virtual Pi "
                    "again with make sim",
                    sim_name);
    physmem_close(physmem);
}

static void ram_that_cannot_be_mapped_is_named(void **state)
{
    struct physmem *physmem = open_sim();
    unsigned count = 0;

    (void)state;
    kernel_maps_nothing = true;
    assert_null(physmem->ops->map(physmem, 0x30080000, 0x1000, &error));
    kernel_maps_nothing = false;
    assert_sentence("cannot map the RAM file of %s: Cannot allocate memory", sim_name);
    stat_fails = true;
    assert_null(physmem->ops->map(physmem, 0x30080000, 0x1000, &error));
    stat_fails = false;
    while (count < 100 && physmem->ops->map(physmem, 0x30080000, 0x1000, &error))
        count++;
    assert_int_equal(count, 4);
    physmem_close(physmem);
}

static void mappings_can_be_given_back_any_number_of_times(void **state)
{
    struct physmem *physmem = open_sim();
    volatile uint32_t *kept = physmem->ops->map(physmem, 0x30080000, 0x1000, &error);

    (void)state;
    kept[0] = 0x55AA55AA;
    for (unsigned i = 0; i < 20; i++) {
        volatile uint32_t *words = physmem->ops->map(physmem, 0x20000000, 0x1000, &error);

        assert_non_null(words);
        words[0] = i;
        physmem->ops->unmap(physmem, words);
    }
    assert_int_equal(kept[0], 0x55AA55AA);
    physmem_close(physmem);
}

static void registers_go_through_the_socket(void **state)
{
    struct physmem *physmem = open_sim();
    uint32_t value = 0;

    (void)state;
    qemu.reply = "OK 0x0000000012345678\n";
    assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), 0);
    assert_int_equal(value, 0x12345678);
    assert_string_equal(qemu.line, "readl 0x400000fc\n");
    qemu.reply = "OK\n";
    assert_int_equal(physmem->ops->write32(physmem, MAILBOX3, 0xFFFFFFFF, &error), 0);
    assert_string_equal(qemu.line, "writel 0x400000fc 0xffffffff\n");
    qemu.reply = "IRQ raise 0\n[R +1.0] readl\nOK 0x9\n";
    assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), 0);
    assert_int_equal(value, 9);
    physmem_close(physmem);
}

static void code_goes_through_the_socket(void **state)
{
    static const uint32_t code[] = {0x00636261, 0x66650064}; /* "abc\0d\0ef" */
    struct physmem *physmem = open_sim();

    (void)state;
    qemu.reply = "OK\n";
    assert_int_equal(physmem->ops->write_code(physmem, 0x30001000, code, 2, &error), 0);
    assert_string_equal(qemu.line, "b64write 0x30001000 0x8 YWJjAGQAZWY=\n");
    assert_int_equal(physmem->ops->write_code(physmem, 0x30001000, code, 1, &error), 0);
    assert_string_equal(qemu.line, "b64write 0x30001000 0x4 YWJjAA==\n");
    physmem_close(physmem);
}

static void much_code_goes_in_pieces(void **state)
{
    static const uint32_t code[3072 + 3];
    struct physmem *physmem = open_sim();

    (void)state;
    qemu.reply = "OK\n";
    assert_int_equal(physmem->ops->write_code(physmem, 0x30001000, code, 3075, &error), 0);
    assert_string_equal(qemu.line, "b64write 0x30004000 0xc AAAAAAAAAAAAAAAA\n");
    physmem_close(physmem);
}

#define NO_NUMBER(reply) "QEMU answered '" reply "' where a 32-bit number was due"
#define NO_ANSWER(why)                                                                             \
    "the virtual Pi behind %s does not answer (" why "): start it again with make sim"

static void a_reply_that_is_none_is_an_error(void **state)
{
    static const struct {
        const char *reply;
        const char *sentence; /* with the socket's name */
    } replies[] = {
        {"FAIL Unknown command\n",
         "QEMU behind %s refused a command ('FAIL Unknown command'): is it "
         "the virtual Pi of this version?"},
        {"OK\n", NO_NUMBER("")},
        {"OK banana\n", NO_NUMBER("banana")},
        {"OK 0x100000000\n", NO_NUMBER("0x100000000")},
        {"OK 0x1 2\n", NO_NUMBER("0x1 2")},
        {"", NO_ANSWER("connection closed")},
        {"OK 0x1", NO_ANSWER("connection closed")},
        {"hello\n", NO_ANSWER("connection closed")},
        {NULL, NO_ANSWER("connection closed")},
    };
    struct physmem *physmem = open_sim();
    uint32_t value;

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        char whole[sizeof error.text];

        qemu.reply = replies[i].reply;
        snprintf(whole, sizeof whole, replies[i].sentence, path_of("qtest"));
        assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), -HOST_EFAIL);
        assert_string_equal(error.text, whole);
    }
    physmem_close(physmem);
}

static void chatter_without_end_is_cut_off(void **state)
{
    static char chatter[100 * 10 + 1000];
    struct physmem *physmem = open_sim();
    uint32_t value;

    (void)state;
    memset(chatter, 'x', 999);
    for (size_t at = 999; at + 2 < sizeof chatter; at += 10)
        memcpy(chatter + at, "\nIRQ lower", 10);
    qemu.reply = chatter;
    assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), -HOST_EFAIL);
    physmem_close(physmem);
}

static void a_socket_that_fails_is_named(void **state)
{
    struct physmem *physmem = open_sim();
    uint32_t value;

    (void)state;
    for (failing = SOCKET; failing <= SEND; failing++) {
        assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), -HOST_EFAIL);
        assert_sentence("there is no virtual Pi behind %s (Too many open files): start one with "
                        "make sim",
                        path_of("qtest"));
    }
    failing = NOTHING;
    assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), 0);
    physmem_close(physmem);
}

static void a_machine_that_ended_is_named(void **state)
{
    struct physmem *physmem = open_sim();
    uint32_t value;

    (void)state;
    end_qemu();
    assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), -HOST_EFAIL);
    assert_sentence(
        "there is no virtual Pi behind %s (Connection refused): start one with make sim",
        path_of("qtest"));
    physmem_close(physmem);
    assert_int_equal(physmem_open(&physmem, sim_name, &error), -HOST_EFAIL);
    assert_says("make sim");
}

static void a_directory_without_a_machine_is_named(void **state)
{
    struct physmem *physmem;

    (void)state;
    assert_int_equal(physmem_open(&physmem, "sim:/nowhere", &error), -HOST_EFAIL);
    assert_says("there is no virtual Pi at /nowhere");
    assert_sentence(
        "there is no virtual Pi at /nowhere (No such file or directory): start one with "
        "make sim");
    assert_int_equal(physmem_open(&physmem, "sim:/dev", &error), -HOST_EFAIL);
    assert_sentence("there is no virtual Pi at /dev (/dev/ram: No such file or directory): start "
                    "one with make sim");
    assert_int_equal(physmem_open(&physmem, sim_name, &error), -HOST_EFAIL);
    assert_says("make sim");
}

static void an_unknown_name_is_refused(void **state)
{
    static const char *const names[] = {"sim:", "/dev/null", "qemu:x", ""};
    struct physmem *physmem;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(physmem_open(&physmem, names[i], &error), -HOST_EFAIL);
        if (names[i][0] == '\0') /* as if there was none: the Pi we are on, which is none */
            assert_says("this machine is not a Raspberry Pi");
        else
            assert_sentence("there is no machine called '%s': --memory (or AMPGDB_MEMORY) takes "
                            "/dev/mem on a Pi, or sim:DIR for the virtual Pi in DIR",
                            names[i]);
    }
}

/* As long as the limits are apart: 107 bytes for the socket, 255 for the lock file. */
static void names_that_are_too_long_are_named(void **state)
{
    char deep[400];
    char name[400 + 32];
    struct physmem *physmem;

    (void)state;
    snprintf(deep, sizeof deep, "%s/%0240d", dir, 0);
    assert_int_equal(mkdir(deep, 0700), 0);
    snprintf(name, sizeof name, "sim:%s", deep);
    assert_int_equal(physmem_open(&physmem, name, &error), -HOST_EFAIL);
    rmdir(deep);
    assert_sentence("%s is too long a name for a virtual Pi: choose a shorter one", deep);
    snprintf(deep, sizeof deep, "%s/%0100d", dir, 0);
    assert_int_equal(mkdir(deep, 0700), 0);
    snprintf(name, sizeof name, "%s/ram", deep);
    assert_int_equal(symlink("../ram", name), 0);
    snprintf(name, sizeof name, "%s/device-tree", deep);
    assert_int_equal(symlink("../device-tree", name), 0);
    snprintf(name, sizeof name, "sim:%s", deep);
    assert_int_equal(physmem_open(&physmem, name, &error), -HOST_EFAIL);
    snprintf(name, sizeof name, "%s/ram", deep);
    unlink(name);
    snprintf(name, sizeof name, "%s/device-tree", deep);
    unlink(name);
    rmdir(deep);
    assert_sentence("the socket's name %s/qtest is too long for Linux (107 bytes): put the virtual "
                    "Pi in a directory with a shorter name",
                    deep);
}

static void without_memory_no_machine_is_opened(void **state)
{
    struct physmem *physmem;

    (void)state;
    has_no_memory = true;
    assert_int_equal(physmem_open(&physmem, sim_name, &error), -HOST_EFAIL);
    has_no_memory = false;
    assert_string_equal(error.text, "out of memory");
}

static void the_environment_names_the_machine_when_nobody_else_does(void **state)
{
    struct physmem *physmem;

    (void)state;
    setenv("AMPGDB_MEMORY", sim_name, 1);
    assert_int_equal(physmem_open(&physmem, NULL, &error), 0);
    assert_string_equal(physmem->name, sim_name);
    physmem_close(physmem);
    assert_int_equal(physmem_open(&physmem, "sim:/nowhere", &error), -HOST_EFAIL);
    assert_says("/nowhere");
    unsetenv("AMPGDB_MEMORY");
}

#define FILES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define QEMU(test)  cmocka_unit_test_setup_teardown(test, set_up_qemu, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILES(the_end_of_ram_is_found_in_each_form),
        FILES(a_memory_node_that_is_no_list_of_cells_is_refused),
        FILES(the_end_of_linuxs_ram_is_found),
        FILES(the_highest_of_several_ranges_counts),
        FILES(a_list_that_hides_its_numbers_is_refused),
        FILES(linuxs_cores_are_found),
        QEMU(a_virtual_pi_is_opened),
        QEMU(its_ram_is_the_file),
        QEMU(ram_that_cannot_be_mapped_is_named),
        QEMU(mappings_can_be_given_back_any_number_of_times),
        QEMU(registers_go_through_the_socket),
        QEMU(code_goes_through_the_socket),
        QEMU(much_code_goes_in_pieces),
        QEMU(a_reply_that_is_none_is_an_error),
        QEMU(chatter_without_end_is_cut_off),
        QEMU(a_socket_that_fails_is_named),
        QEMU(a_machine_that_ended_is_named),
        FILES(a_directory_without_a_machine_is_named),
        FILES(an_unknown_name_is_refused),
        FILES(names_that_are_too_long_are_named),
        FILES(without_memory_no_machine_is_opened),
        QEMU(the_environment_names_the_machine_when_nobody_else_does),
        FILES(only_pis_we_know_are_taken_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
