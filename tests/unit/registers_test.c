/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * bridge/registers.h: the table is consistent, and the description says what the table says. That
 * GDB takes it is for the sim tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registers.h"

static void numbers_ascend_and_are_found(void **state)
{
    const struct registers_row *row;
    uint32_t next = 0;

    (void)state;
    for (size_t i = 0; (row = registers_row(i)); i++) {
        assert_true(row->number >= next);
        assert_ptr_equal(registers_find(row->number), row);
        next = row->number + 1;
    }
    assert_null(registers_find(next));
    assert_null(registers_find(16)); /* the old FPA registers' numbers stay free */
    assert_null(registers_find(24));
    assert_null(registers_find(59));
    assert_null(registers_find(0xFFFFFFFF));
}

/* Each word of the stub's is one register's, and what cannot be written is called so. */
static void every_word_of_the_stub_is_there_once(void **state)
{
    uint32_t seen[AMPGDB_REG_COUNT] = {0};
    const struct registers_row *row;

    (void)state;
    for (size_t i = 0; (row = registers_row(i)); i++) {
        if (row->place == REGISTER_BRIDGE) {
            assert_false(row->writable);
            assert_int_equal(row->words, 1);
            continue;
        }
        assert_in_range(row->words, 1, 2);
        assert_int_equal(row->writable, row->first < AMPGDB_REG_READ_ONLY);
        for (uint32_t word = 0; word < row->words; word++)
            seen[row->first + word]++;
    }
    for (uint32_t reg = 0; reg < AMPGDB_REG_COUNT; reg++)
        assert_int_equal(seen[reg], 1);
}

static void the_conventional_numbers(void **state)
{
    (void)state;
    assert_string_equal(registers_find(0)->name, "r0");
    assert_string_equal(registers_find(13)->name, "sp");
    assert_string_equal(registers_find(15)->name, "pc");
    assert_string_equal(registers_find(25)->name, "cpsr");
    for (uint32_t reg = 0; reg < AMPGDB_CORE_REGS; reg++)
        assert_int_equal(registers_find(registers_core_number(reg))->first, reg);
}

/* The part of the description from one text up to the next occurrence of another. */
static const char *part(const char *from, const char *to)
{
    static char text[32768];
    const char *start = strstr(registers_xml(), from);
    const char *end;

    assert_non_null(start);
    end = strstr(start, to);
    assert_non_null(end);
    snprintf(text, sizeof text, "%.*s", (int)(end - start), start);
    return text;
}

static void each_register_is_in_its_feature(void **state)
{
    static const char *const features[REGISTERS_FEATURES] = {
        "<feature name=\"org.gnu.gdb.arm.core\">", "<feature name=\"org.gnu.gdb.arm.vfp\">",
        "<feature name=\"org.ampgdb.banked\">", "<feature name=\"org.ampgdb.system\">",
        "<feature name=\"org.ampgdb.stop\">"};
    const struct registers_row *row;

    (void)state;
    for (size_t i = 0; (row = registers_row(i)); i++) {
        const char *feature = part(features[row->feature], "</feature>");
        char reg[128];

        snprintf(reg, sizeof reg, "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\"",
                 row->name, 32 * row->words, row->number, row->type);
        assert_non_null(strstr(feature, reg));
    }
    assert_non_null(strstr(registers_xml(), "<feature name=\"org.gnu.gdb.arm.neon\"/>"));
    assert_non_null(strstr(registers_xml(), "<osabi>none</osabi>"));
}

/* A type is GDB's own or defined before its use in the same feature. */
static void types_are_known(void **state)
{
    static const char own[] = " uint32 uint64 data_ptr code_ptr ieee_double ";
    const struct registers_row *row;

    (void)state;
    for (size_t i = 0; (row = registers_row(i)); i++) {
        char id[64];
        char reg[64];
        char name[64];

        snprintf(name, sizeof name, " %s ", row->type);
        if (strstr(own, name))
            continue;
        snprintf(id, sizeof id, " id=\"%s\" size=\"4\">", row->type);
        snprintf(reg, sizeof reg, "<reg name=\"%s\"", row->name);
        for (const char *at = registers_xml(); at; at = strstr(at, "<feature")) {
            const char *end = strstr(++at, "</feature>");
            const char *use = strstr(at, reg);

            if (use && end && use < end) {
                assert_non_null(strstr(at, id));
                assert_true(strstr(at, id) < use);
            }
        }
    }
}

static void inferior_calls_leave_these_alone(void **state)
{
    (void)state;
    assert_null(strstr(part("arm.core", "</feature>"), "save-restore"));
    assert_null(strstr(part("arm.vfp", "</feature>"), "save-restore"));
    assert_non_null(strstr(part("<reg name=\"sp_usr\"", "/>"), "save-restore=\"no\""));
    assert_non_null(
        strstr(part("<reg name=\"sctlr\"", "/>"), "group=\"system\" save-restore=\"no\""));
    assert_non_null(strstr(part("<reg name=\"stop_reason\"", "/>"), "save-restore=\"no\""));
}

static void reasons_and_faults_have_names(void **state)
{
    const char *stop = part("<enum id=\"stop_reasons\"", "</enum>");
    char value[80];

    (void)state;
    for (uint32_t reason = 0; reason < AMPGDB_STOP_COUNT; reason++) {
        snprintf(value, sizeof value, "\" value=\"%u\"/>", reason);
        assert_non_null(strstr(stop, value));
    }
    assert_null(strstr(registers_xml(), "null"));
    assert_null(strstr(registers_xml(), "name=\"\""));
    assert_non_null(strstr(stop, "name=\"agent_error\" value=\"23\""));
    assert_non_null(strstr(registers_xml(), "name=\"alignment_fault\" value=\"1\""));
    snprintf(value, sizeof value, "name=\"implementation_defined_fault_lockdown\" value=\"%u\"",
             FAULT_LOCKDOWN);
    assert_non_null(strstr(registers_xml(), value));
    snprintf(value, sizeof value, "name=\"unknown_fault_status\" value=\"%u\"", FAULT_UNKNOWN);
    assert_non_null(strstr(registers_xml(), value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_ascend_and_are_found),
        cmocka_unit_test(every_word_of_the_stub_is_there_once),
        cmocka_unit_test(the_conventional_numbers),
        cmocka_unit_test(each_register_is_in_its_feature),
        cmocka_unit_test(types_are_known),
        cmocka_unit_test(inferior_calls_leave_these_alone),
        cmocka_unit_test(reasons_and_faults_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
