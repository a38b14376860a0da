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

#include <fcntl.h>
#include <pthread.h>
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

static void assert_says(const char *part)
{
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in '%s'", part, error.text);
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
            assert_says("no RAM at address 0");
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
    assert_says("is this a Raspberry Pi");
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
    assert_says("but raspberrypi,4-model-b");
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
    assert_says("run this with sudo");
    put_file("iomem", "", 0);
    assert_int_equal(facts_ram_end(path_of("iomem"), &end, &error), -HOST_EFAIL);
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
    assert_says("too small");
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

static void a_reply_that_is_none_is_an_error(void **state)
{
    static const char *const replies[] = {"FAIL Unknown command\n",
                                          "OK\n",
                                          "OK banana\n",
                                          "OK 0x100000000\n",
                                          "OK 0x1 2\n",
                                          "",
                                          "OK 0x1",
                                          "hello\n",
                                          NULL};
    struct physmem *physmem = open_sim();
    uint32_t value;

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        qemu.reply = replies[i];
        strcpy(error.text, "");
        assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), -HOST_EFAIL);
        assert_true(strlen(error.text) > 20);
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

static void a_machine_that_ended_is_named(void **state)
{
    struct physmem *physmem = open_sim();
    uint32_t value;

    (void)state;
    end_qemu();
    assert_int_equal(physmem->ops->read32(physmem, MAILBOX3, &value, &error), -HOST_EFAIL);
    assert_says("make sim");
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
    assert_int_equal(physmem_open(&physmem, "sim:/tmp", &error), -HOST_EFAIL);
    assert_says("make sim");
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
        assert_true(strlen(error.text) > 20);
    }
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
        QEMU(mappings_can_be_given_back_any_number_of_times),
        QEMU(registers_go_through_the_socket),
        QEMU(code_goes_through_the_socket),
        QEMU(much_code_goes_in_pieces),
        QEMU(a_reply_that_is_none_is_an_error),
        QEMU(chatter_without_end_is_cut_off),
        QEMU(a_machine_that_ended_is_named),
        FILES(a_directory_without_a_machine_is_named),
        FILES(an_unknown_name_is_refused),
        QEMU(the_environment_names_the_machine_when_nobody_else_does),
        FILES(only_pis_we_know_are_taken_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
