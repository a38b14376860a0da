/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * stub/agent.h: what each opcode does, by GDB's manual ("Bytecode Descriptions"), and that code of
 * whatever kind cannot reach beyond the stack, the code or the work that is allowed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent.h"
#include "ampgdb/message.h"

/* Opcodes as bytes, and constants of each size. */
#define B8(v)  (uint8_t)(v)
#define B16(v) B8((v) >> 8), B8(v)
#define B32(v) B16((v) >> 16), B16(v)
#define B64(v) B32((uint64_t)(v) >> 32), B32((uint64_t)(v))
#define C8(v)  AMPGDB_AGENT_CONST8, B8(v)
#define C16(v) AMPGDB_AGENT_CONST16, B16(v)
#define C32(v) AMPGDB_AGENT_CONST32, B32(v)
#define C64(v) AMPGDB_AGENT_CONST64, B64(v)
#define END    AMPGDB_AGENT_END

#define MINUS(v)  (0 - (uint64_t)(v))
#define SMALLEST  0x8000000000000000u
#define GOOD_ADDR 0x20000100u
#define BAD_ADDR  0x00001000u

struct printed {
    uint32_t count, id, strings, values;
    uint64_t value[AMPGDB_PRINT_VALUES_MAX];
};

static struct printed printed;
static uint32_t bad_addr;

static uint32_t read_reg(void *context, uint32_t number)
{
    assert_ptr_equal(context, &printed);
    assert_in_range(number, 0, AMPGDB_REG_COUNT - 1);
    return 0x80000000u + number;
}

static int read_mem(void *context, uint32_t addr, void *bytes, uint32_t len)
{
    static const uint8_t there[8] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88};

    assert_ptr_equal(context, &printed);
    if (addr != GOOD_ADDR)
        return -AMPGDB_EFAULT;
    memcpy(bytes, there, len);
    return 0;
}

static void print(void *context, uint32_t id, uint32_t strings, const uint64_t *values,
                  uint32_t count)
{
    assert_ptr_equal(context, &printed);
    printed.count++;
    printed.id = id;
    printed.strings = strings;
    printed.values = count;
    memcpy(printed.value, values, count * sizeof *values);
}

static int evaluate(const uint8_t *code, size_t len, uint64_t *value)
{
    const struct agent_world world = {&printed, read_reg, read_mem, print};
    uint8_t *const exactly = malloc(len ? len : 1); /* the sanitizer sees what is behind it */
    int error;

    memcpy(exactly, code, len);
    memset(&printed, 0, sizeof printed);
    bad_addr = 0xDEAD;
    error = agent_evaluate(exactly, (uint32_t)len, &world, value, &bad_addr);
    free(exactly);
    return error;
}

struct row {
    const char *what;
    uint64_t value;
    size_t len;
    uint8_t code[40];
};

#define ROW(what, value, ...)                                                                      \
    {                                                                                              \
        what, value, sizeof((const uint8_t[]){__VA_ARGS__}),                                       \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static void assert_values(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0x5555;
        const int error = evaluate(rows[i].code, rows[i].len, &value);

        if (error)
            fail_msg("%s: error %d", rows[i].what, error);
        if (value != rows[i].value)
            fail_msg("%s: %llx instead of %llx", rows[i].what, (unsigned long long)value,
                     (unsigned long long)rows[i].value);
    }
}

static void assert_refused(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        const int error = evaluate(rows[i].code, rows[i].len, &value);

        if (error != -AMPGDB_EAGENT)
            fail_msg("%s: %d", rows[i].what, error);
    }
}

#define ASSERT_VALUES(rows)  assert_values(rows, sizeof(rows) / sizeof(rows)[0])
#define ASSERT_REFUSED(rows) assert_refused(rows, sizeof(rows) / sizeof(rows)[0])

/* clang-format off */

static void arithmetic(void **state)
{
    static const struct row rows[] = {
        ROW("7 + 9", 16, C8(7), C8(9), 0x02, END),
        ROW("add carries over", 0x100000000u, C32(0xFFFFFFFFu), C8(1), 0x02, END),
        ROW("7 - 9", MINUS(2), C8(7), C8(9), 0x03, END),
        ROW("7 * 9", 63, C8(7), C8(9), 0x04, END),
        ROW("mul of 32 bits", 0xFFFFFFFE00000001u, C32(0xFFFFFFFFu), C32(0xFFFFFFFFu), 0x04, END),
        ROW("-7 / 2", MINUS(3), C64(MINUS(7)), C8(2), 0x05, END),
        ROW("7 / -2", MINUS(3), C8(7), C64(MINUS(2)), 0x05, END),
        ROW("-7 / -2", 3, C64(MINUS(7)), C64(MINUS(2)), 0x05, END),
        ROW("smallest / -1", SMALLEST, C64(SMALLEST), C64(MINUS(1)), 0x05, END),
        ROW("7 / 2", 3, C8(7), C8(2), 0x06, END),
        ROW("large / 10", 0x1999999999999999u, C64(~0ull), C8(10), 0x06, END),
        ROW("large / large", 1, C64(~0ull), C64(SMALLEST), 0x06, END),
        ROW("large / larger", 0, C64(SMALLEST), C64(~0ull), 0x06, END),
        ROW("-7 % 2", MINUS(1), C64(MINUS(7)), C8(2), 0x07, END),
        ROW("7 % -2", 1, C8(7), C64(MINUS(2)), 0x07, END),
        ROW("smallest % -1", 0, C64(SMALLEST), C64(MINUS(1)), 0x07, END),
        ROW("large % 10", 5, C64(~0ull), C8(10), 0x08, END),
        ROW("7 % 4", 3, C8(7), C8(4), 0x08, END),
        ROW("32 bits % 32 bits", 0xFFFFFFFEu, C32(0xFFFFFFFEu), C32(0xFFFFFFFFu), 0x08, END),
    };

    (void)state;
    ASSERT_VALUES(rows);
}

static void shifts_and_bits(void **state)
{
    static const struct row rows[] = {
        ROW("1 << 40", 1ull << 40, C8(1), C8(40), 0x09, END),
        ROW("1 << 63", SMALLEST, C8(1), C8(63), 0x09, END),
        ROW("1 << 64", 0, C8(1), C8(64), 0x09, END),
        ROW("1 << large", 0, C8(1), C64(1ull << 32), 0x09, END),
        ROW("-8 >> 1", MINUS(4), C64(MINUS(8)), C8(1), 0x0A, END),
        ROW("-8 >> 64", MINUS(1), C64(MINUS(8)), C8(64), 0x0A, END),
        ROW("8 >> large", 0, C8(8), C64(1ull << 32), 0x0A, END),
        ROW("-1 >> 63, unsigned", 1, C64(~0ull), C8(63), 0x0B, END),
        ROW("-1 >> 64, unsigned", 0, C64(~0ull), C8(64), 0x0B, END),
        ROW("and", 0x08, C8(0x0C), C8(0x0A), 0x0F, END),
        ROW("or", 0x0E, C8(0x0C), C8(0x0A), 0x10, END),
        ROW("xor", 0x06, C8(0x0C), C8(0x0A), 0x11, END),
        ROW("not", ~0x0Cull, C8(0x0C), 0x12, END),
        ROW("ext 8", MINUS(0x7F), C16(0x181), 0x16, 8, END),
        ROW("ext 1", MINUS(1), C8(1), 0x16, 1, END),
        ROW("ext 64", MINUS(1), C64(~0ull), 0x16, 64, END),
        ROW("zero_ext 8", 0x81, C16(0x181), 0x2A, 8, END),
        ROW("zero_ext 64", ~0ull, C64(~0ull), 0x2A, 64, END),
    };

    (void)state;
    ASSERT_VALUES(rows);
}

static void comparisons(void **state)
{
    static const struct row rows[] = {
        ROW("!0", 1, C8(0), 0x0E, END),
        ROW("!large", 0, C64(1ull << 32), 0x0E, END),
        ROW("3 == 3", 1, C8(3), C8(3), 0x13, END),
        ROW("3 == 3 + 2^32", 0, C8(3), C64(3 + (1ull << 32)), 0x13, END),
        ROW("-1 < 1", 1, C64(~0ull), C8(1), 0x14, END),
        ROW("1 < -1", 0, C8(1), C64(~0ull), 0x14, END),
        ROW("-1 < 1, unsigned", 0, C64(~0ull), C8(1), 0x15, END),
        ROW("1 < 2, unsigned", 1, C8(1), C8(2), 0x15, END),
        ROW("2 < 2", 0, C8(2), C8(2), 0x14, END),
    };

    (void)state;
    ASSERT_VALUES(rows);
}

static void memory_and_registers(void **state)
{
    static const struct row rows[] = {
        ROW("ref8", 0x81, C32(GOOD_ADDR), 0x17, END),
        ROW("ref16", 0x8281, C32(GOOD_ADDR), 0x18, END),
        ROW("ref32", 0x84838281u, C32(GOOD_ADDR), 0x19, END),
        ROW("ref64", 0x8887868584838281u, C32(GOOD_ADDR), 0x1A, END),
        ROW("an address has 32 bits", 0x81, C64(GOOD_ADDR | 1ull << 40), 0x17, END),
        ROW("reg 1, no sign", 0x80000001u, 0x26, B16(1), END),
        ROW("the last reg", 0x80000000u + AMPGDB_REG_COUNT - 1, 0x26, B16(AMPGDB_REG_COUNT - 1), END),
    };

    (void)state;
    ASSERT_VALUES(rows);
}

static void the_stack(void **state)
{
    static const struct row rows[] = {
        ROW("const8 has no sign", 0xFF, C8(0xFF), END),
        ROW("const16", 0xFFFE, C16(0xFFFE), END),
        ROW("const32", 0xFFFEFDFCu, C32(0xFFFEFDFCu), END),
        ROW("const64", 0x0102030405060708u, C64(0x0102030405060708u), END),
        ROW("dup", 6, C8(3), 0x28, 0x02, END),
        ROW("pop", 1, C8(1), C8(2), 0x29, END),
        ROW("swap", 1, C8(2), C8(3), 0x2B, 0x03, END),
        ROW("rot: the third is on top", 2, C8(1), C8(2), C8(3), 0x33, END),
        ROW("rot: the top became the third", 3, C8(1), C8(2), C8(3), 0x33, 0x29, 0x29, END),
        ROW("pick 0", 3, C8(1), C8(2), C8(3), 0x32, 0, END),
        ROW("pick 2", 1, C8(1), C8(2), C8(3), 0x32, 2, END),
        ROW("nothing on the stack is 0", 0, END),
    };

    (void)state;
    ASSERT_VALUES(rows);
}

static void jumps(void **state)
{
    static const struct row rows[] = {
        ROW("goto", 1, C8(1), 0x21, B16(6), 0x29, END),
        ROW("if_goto, true", 1, C8(1), C64(1ull << 40), 0x20, B16(15), 0x29, END),
        ROW("if_goto, false", 9, C8(1), C8(0), 0x20, B16(9), C8(9), END),
        /* count down from 5, adding 2 each time: sum, n on the stack */
        ROW("a loop", 10, C8(0), C8(5),
            0x2B, C8(2), 0x02, 0x2B, C8(1), 0x03, 0x28, 0x20, B16(4), 0x29, END),
    };

    (void)state;
    ASSERT_VALUES(rows);
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const struct row rows[] = {
        ROW("opcode 0", 0, 0x00, END),
        ROW("an opcode behind the table", 0, 0xFF, END),
        ROW("GDB's float", 0, 0x01, END),
        ROW("trace", 0, C8(1), C8(1), 0x0C, END),
        ROW("add of one", 0, C8(1), 0x02, END),
        ROW("dup of nothing", 0, 0x28, END),
        ROW("rot of two", 0, C8(1), C8(2), 0x33, END),
        ROW("pop of nothing", 0, 0x29, END),
        ROW("pick of itself", 0, C8(1), 0x32, 1, END),
        ROW("division by zero", 0, C8(1), C8(0), 0x05, END),
        ROW("unsigned division by zero", 0, C8(1), C8(0), 0x06, END),
        ROW("remainder by zero", 0, C8(1), C8(0), 0x07, END),
        ROW("unsigned remainder by zero", 0, C8(1), C8(0), 0x08, END),
        ROW("ext 0", 0, C8(1), 0x16, 0, END),
        ROW("ext 65", 0, C8(1), 0x16, 65, END),
        ROW("zero_ext 0", 0, C8(1), 0x2A, 0, END),
        ROW("zero_ext 65", 0, C8(1), 0x2A, 65, END),
        ROW("an unknown register", 0, 0x26, B16(AMPGDB_REG_COUNT), END),
        ROW("no end", 0, C8(1)),
        ROW("half an operand", 0, 0x25, 1, 2, 3),
        ROW("a jump behind the end", 0, 0x21, B16(4), END),
        ROW("a jump far behind the end", 0, 0x21, B16(0xFFFF), END),
        ROW("for ever", 0, 0x21, B16(0)),
        ROW("print without its function", 0, C8(1), 0x34, B16(1), 0, B16(0), END),
        ROW("print of more values than there are", 0, C8(1), C8(0), C8(0), 0x34, B16(1), 2, B16(0), END),
        ROW("print of too many values", 0, C8(1), C8(0), C8(0), 0x34, B16(1), 17, B16(0), END),
    };

    (void)state;
    ASSERT_REFUSED(rows);
}

/* clang-format on */

static void empty_code_is_refused(void **state)
{
    const uint8_t nothing = END;
    uint64_t value;

    (void)state;
    assert_int_equal(evaluate(&nothing, 0, &value), -AMPGDB_EAGENT);
}

static void memory_that_cannot_be_read_is_named(void **state)
{
    static const uint8_t code[] = {C32(BAD_ADDR), 0x19, END};
    uint64_t value;

    (void)state;
    assert_int_equal(evaluate(code, sizeof code, &value), -AMPGDB_EFAULT);
    assert_int_equal(bad_addr, BAD_ADDR);
}

static void the_stack_has_its_limit(void **state)
{
    uint8_t code[2 * AMPGDB_AGENT_STACK + 4];
    uint64_t value;

    (void)state;
    for (uint32_t i = 0; i < AMPGDB_AGENT_STACK; i++) {
        code[2 * i] = AMPGDB_AGENT_CONST8;
        code[2 * i + 1] = (uint8_t)i;
    }
    code[2 * AMPGDB_AGENT_STACK] = END;
    assert_int_equal(evaluate(code, 2 * AMPGDB_AGENT_STACK + 1, &value), 0);
    assert_int_equal(value, AMPGDB_AGENT_STACK - 1);
    code[2 * AMPGDB_AGENT_STACK] = AMPGDB_AGENT_DUP;
    code[2 * AMPGDB_AGENT_STACK + 1] = END;
    assert_int_equal(evaluate(code, 2 * AMPGDB_AGENT_STACK + 2, &value), -AMPGDB_EAGENT);
    code[2 * AMPGDB_AGENT_STACK] = AMPGDB_AGENT_CONST8;
    assert_int_equal(evaluate(code, 2 * AMPGDB_AGENT_STACK + 3, &value), -AMPGDB_EAGENT);
}

/* n on the stack, minus 1, until 0: 5 opcodes each, 3 around. */
static int count_down(uint32_t n)
{
    const uint8_t code[] = {C32(n), C8(1), 0x03, 0x28, 0x20, B16(5), END};
    uint64_t value;

    return evaluate(code, sizeof code, &value);
}

static void work_has_its_limit(void **state)
{
    (void)state;
    assert_int_equal(count_down((AMPGDB_AGENT_STEPS_MAX - 2) / 4), 0);
    assert_int_equal(count_down(AMPGDB_AGENT_STEPS_MAX / 4), -AMPGDB_EAGENT);
}

static void a_print_takes_function_channel_and_its_values(void **state)
{
    static const uint8_t code[] = {C8(77), C8(3),       C8(2), C64(1ull << 40), C8(0), C8(0),
                                   0x34,   B16(0x1234), 3,     B16(0x0005),     END};
    uint64_t value;

    (void)state;
    assert_int_equal(evaluate(code, sizeof code, &value), 0);
    assert_int_equal(printed.count, 1);
    assert_int_equal(printed.id, 0x1234);
    assert_int_equal(printed.strings, 5);
    assert_int_equal(printed.values, 3);
    assert_true(printed.value[0] == 1ull << 40);
    assert_int_equal(printed.value[1], 2);
    assert_int_equal(printed.value[2], 3);
    assert_int_equal(value, 77); /* left alone */
}

/* Of 19 on the stack. */
static int print_values(uint8_t count, uint64_t *value)
{
    uint8_t code[2 * 19 + 7], *at = code;

    for (int i = 0; i < 19; i++) {
        *at++ = AMPGDB_AGENT_CONST8;
        *at++ = (uint8_t)i;
    }
    memcpy(at, (const uint8_t[]){0x34, 0, 1, count, 0, 0, END}, 7);
    return evaluate(code, sizeof code, value);
}

static void sixteen_values_can_be_printed(void **state)
{
    uint64_t value;

    (void)state;
    assert_int_equal(print_values(17, &value), -AMPGDB_EAGENT);
    assert_int_equal(printed.count, 0);
    assert_int_equal(print_values(16, &value), 0);
    assert_int_equal(printed.values, 16);
    assert_int_equal(printed.value[0], 16);
    assert_int_equal(printed.value[15], 1);
    assert_int_equal(value, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic),
        cmocka_unit_test(shifts_and_bits),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(memory_and_registers),
        cmocka_unit_test(the_stack),
        cmocka_unit_test(jumps),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(empty_code_is_refused),
        cmocka_unit_test(memory_that_cannot_be_read_is_named),
        cmocka_unit_test(the_stack_has_its_limit),
        cmocka_unit_test(work_has_its_limit),
        cmocka_unit_test(a_print_takes_function_channel_and_its_values),
        cmocka_unit_test(sixteen_values_can_be_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
