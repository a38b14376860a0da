/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See print_formats.h. GDB sends the text between the quotes as the user typed it, so escapes are
 * undone here. Sizes are those of the program's C: long, size_t and pointers have 32 bits.
 */
#include "print_formats.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ampgdb/message.h"
#include "sentence.h"

#define FORMATS_MAX 1024u
#define FORMAT_MAX  1024u /* bytes, as sent */
#define NUMBER_MAX  255u  /* of width and precision */

struct format {
    char *sent; /* as the client sent it */
    char *text; /* without escapes; it was parsed once, so that it can be parsed again */
    uint32_t values;
    uint32_t strings; /* a bit for each value */
};

struct print_formats {
    uint32_t count;
    struct format items[FORMATS_MAX];
};

struct print_formats *print_formats_new(void)
{
    return calloc(1, sizeof(struct print_formats));
}

void print_formats_free(struct print_formats *formats)
{
    if (!formats)
        return;
    for (uint32_t i = 0; i < formats->count; i++) {
        free(formats->items[i].sent);
        free(formats->items[i].text);
    }
    free(formats);
}

/* --- Parsing ------------------------------------------------------------------------------- */

#define FLAGS "-+ #0"

struct conversion {
    char flags[sizeof FLAGS]; /* each at most once */
    int width;                /* 0: none */
    int precision;            /* -1: none */
    unsigned bits;            /* of an integer */
    char letter;
};

/* Each parser moves *at over what it knows, and leaves the rest to the next one. */

static void take_flags(const char **at, struct conversion *conversion)
{
    size_t count = 0;

    for (; **at && strchr(FLAGS, **at); (*at)++)
        if (!strchr(conversion->flags, **at))
            conversion->flags[count++] = **at;
}

/* Digits; none mean 0. False: too large. */
static bool take_number(const char **at, int *number)
{
    unsigned sum = 0;

    for (; isdigit((unsigned char)**at) && sum <= NUMBER_MAX; (*at)++)
        sum = 10 * sum + (unsigned)(**at - '0');
    *number = (int)sum;
    return sum <= NUMBER_MAX;
}

static void take_size(const char **at, struct conversion *conversion)
{
    static const struct {
        const char *name;
        unsigned bits;
    } sizes[] = {{"hh", 8}, {"h", 16}, {"ll", 64}, {"l", 32}, {"j", 64}, {"z", 32}, {"t", 32}};

    conversion->bits = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && conversion->bits == 0; i++) {
        if (strncmp(*at, sizes[i].name, strlen(sizes[i].name)) != 0)
            continue;
        conversion->bits = sizes[i].bits;
        *at += strlen(sizes[i].name);
    }
}

/* Which flags may stand before the letter, or NULL: no such conversion. */
static const char *flags_of(char letter)
{
    switch (letter) {
    case 'd':
    case 'i':
        return "-+ 0";
    case 'u':
        return "-0";
    case 'o':
    case 'x':
    case 'X':
        return "-#0";
    case 'c':
    case 's':
    case 'p':
        return "-";
    default:
        return NULL;
    }
}

/* NULL, or what is wrong with it. */
static const char *judge(const struct conversion *conversion)
{
    const char *allowed = conversion->letter ? flags_of(conversion->letter) : NULL;
    const bool is_integer = conversion->letter && strchr("diuoxX", conversion->letter);

    if (!conversion->letter)
        return "ends within a conversion";
    if (conversion->letter == '*')
        return "takes a width or a precision from a value (\"*\"), which is not offered: write the "
               "number";
    if (!allowed)
        return "has a conversion other than d i u x X o c s p";
    if (strspn(conversion->flags, allowed) != strlen(conversion->flags))
        return "has a flag that does not go with its conversion";
    if (!is_integer && conversion->bits)
        return "has a size before a conversion that is not for integers";
    if (conversion->precision >= 0 && (conversion->letter == 'c' || conversion->letter == 'p'))
        return "has a precision that does not go with its conversion";
    return NULL;
}

/* What follows a '%'. NULL, or what is wrong with it. */
static const char *take_conversion(const char **at, struct conversion *conversion)
{
    const char *wrong;
    bool fits;

    memset(conversion, 0, sizeof *conversion);
    conversion->precision = -1;
    take_flags(at, conversion);
    fits = take_number(at, &conversion->width);
    if (fits && **at == '.') {
        (*at)++;
        fits = take_number(at, &conversion->precision);
    }
    if (!fits)
        return "has a width or a precision beyond 255";
    take_size(at, conversion);
    conversion->letter = **at;
    wrong = judge(conversion);
    if (!wrong)
        (*at)++;
    if (!conversion->bits)
        conversion->bits = 32;
    return wrong;
}

/* text: at least as long as sent. NULL, or what is wrong. */
static const char *undo_escapes(const char *sent, char *text)
{
    static const char names[] = "abefnrtv\\\"";
    static const char meant[] = "\a\b\033\f\n\r\t\v\\\"";

    for (; *sent; sent++) {
        const char *name = sent;

        if (*sent == '\\') {
            name = sent[1] ? strchr(names, *++sent) : NULL;
            if (!name)
                return "has an unknown escape";
            name = meant + (name - names);
        }
        *text++ = *name;
    }
    *text = 0;
    return NULL;
}

/* The whole text: how many values it takes, and which of them are strings. NULL, or what is wrong.
 */
static const char *count_values(struct format *format)
{
    const char *at = format->text;

    while ((at = strchr(at, '%'))) {
        struct conversion conversion;
        const char *wrong;

        at++;
        if (*at == '%') {
            at++;
            continue;
        }
        wrong = take_conversion(&at, &conversion);
        if (wrong)
            return wrong;
        if (format->values == AMPGDB_PRINT_VALUES_MAX)
            return "takes more than 16 values";
        if (conversion.letter == 's')
            format->strings |= 1u << format->values;
        format->values++;
    }
    return NULL;
}

/* --- Keeping ------------------------------------------------------------------------------- */

static int fail(const char *wrong, struct error *error)
{
    return error_set(error, -AMPGDB_EAGENT, "the format of a dprintf %s", wrong);
}

/* format->sent and format->text are the caller's, also in a failure. */
static int make(struct format *format, const char *sent, uint32_t values, struct error *error)
{
    const char *wrong = NULL;

    format->sent = strdup(sent);
    format->text = strdup(sent);
    if (!format->sent || !format->text)
        return error_set(error, -AMPGDB_EAGENT, "there is no memory left for a dprintf's format");
    wrong = undo_escapes(sent, format->text);
    if (!wrong)
        wrong = count_values(format);
    if (wrong)
        return fail(wrong, error);
    if (format->values != values)
        return error_set(error, -AMPGDB_EAGENT,
                         "the format of a dprintf wants %u values, and %u are given",
                         format->values, values);
    return 0;
}

static int find(const struct print_formats *formats, const char *sent, uint32_t values)
{
    for (uint32_t i = 0; i < formats->count; i++)
        if (formats->items[i].values == values && strcmp(formats->items[i].sent, sent) == 0)
            return (int)i;
    return -1;
}

int print_formats_add(struct print_formats *formats, const char *format, uint32_t values,
                      uint32_t *strings, struct error *error)
{
    struct format new = {0};
    int number = find(formats, format, values);
    int result = 0;

    if (strlen(format) > FORMAT_MAX)
        return fail("is longer than 1024 bytes", error);
    if (number < 0 && formats->count == FORMATS_MAX)
        return error_set(error, -AMPGDB_EAGENT,
                         "this client has used %u different dprintf formats, which is all there is "
                         "room for: detach and attach again",
                         FORMATS_MAX);
    if (number < 0) {
        result = make(&new, format, values, error);
        number = (int)formats->count;
        if (result == 0)
            formats->items[formats->count++] = new;
    }
    if (result < 0) {
        free(new.sent);
        free(new.text);
        return result;
    }
    *strings = formats->items[number].strings;
    return number;
}

/* --- Writing ------------------------------------------------------------------------------- */

static void write_text(struct sentence *output, const struct conversion *conversion, int precision,
                       const char *text)
{
    const char *spec = conversion->flags[0] ? "%-*.*s" : "%*.*s";

    sentence_add(output, spec, conversion->width, precision, text);
}

/* The lowest bits of the value, as a number of that size. */
static void write_integer(struct sentence *output, const struct conversion *conversion,
                          uint64_t value)
{
    const unsigned above = 64 - conversion->bits;
    const bool is_signed = conversion->letter == 'd' || conversion->letter == 'i';
    const uint64_t top = value << above;
    const long long number = is_signed ? (int64_t)top >> above : (int64_t)(top >> above);
    char spec[sizeof "%*.*ll" + sizeof conversion->flags + 1];

    snprintf(spec, sizeof spec, "%%%s*.*ll%c", conversion->flags, conversion->letter);
    sentence_add(output, spec, conversion->width, conversion->precision, number);
}

static void write_pointer(struct sentence *output, const struct conversion *conversion,
                          uint32_t value)
{
    char text[16] = "(nil)";

    if (value)
        snprintf(text, sizeof text, "0x%x", value);
    write_text(output, conversion, -1, text);
}

/* string: its length, then its bytes. A longer one than Core 3 sends looks like one that fits. */
static void write_string(struct sentence *output, const struct conversion *conversion,
                         uint32_t address, const uint32_t *string)
{
    const int max = (int)AMPGDB_PRINT_STRING_MAX;
    char text[AMPGDB_PRINT_STRING_MAX + sizeof "..."] = "(null)";
    int precision = conversion->precision;

    if (*string == AMPGDB_PRINT_NO_STRING) {
        if (address)
            snprintf(text, sizeof text, "<error: Cannot access memory at address 0x%x>", address);
        write_text(output, conversion, -1, text);
        return;
    }
    memcpy(text, string + 1, *string);
    text[*string] = 0;
    if (*string == AMPGDB_PRINT_STRING_MAX && (precision < 0 || precision > max)) {
        strcpy(text + max, "...");
        precision = -1;
    }
    write_text(output, conversion, precision, text);
}

struct values {
    const uint32_t *next; /* two words each */
    const uint32_t *string;
};

static void write_value(struct sentence *output, const struct conversion *conversion,
                        struct values *values)
{
    const uint64_t value = values->next[0] | (uint64_t)values->next[1] << 32;

    values->next += 2;
    if (conversion->letter == 's') {
        write_string(output, conversion, (uint32_t)value, values->string);
        values->string +=
            *values->string == AMPGDB_PRINT_NO_STRING ? 1 : 1 + (*values->string + 3) / 4;
    } else if (conversion->letter == 'c') {
        write_text(output, conversion, -1, (char[]){(char)value, 0});
    } else if (conversion->letter == 'p') {
        write_pointer(output, conversion, (uint32_t)value);
    } else {
        write_integer(output, conversion, value);
    }
}

static void write_format(struct sentence *output, const char *text, struct values *values)
{
    while (*text) {
        const size_t plain = strcspn(text, "%");
        struct conversion conversion;

        sentence_add(output, "%.*s", (int)plain, text);
        text += plain;
        if (!*text)
            return;
        text++;
        if (*text == '%') {
            sentence_add(output, "%%");
            text++;
        } else {
            take_conversion(&text, &conversion);
            write_value(output, &conversion, values);
        }
    }
}

static const struct format *format_of(const struct print_formats *formats,
                                      const struct ampgdb_print *print)
{
    const struct format *format;

    if (print->id >= formats->count)
        return NULL;
    format = &formats->items[print->id];
    return format->values == print->values && format->strings == print->strings ? format : NULL;
}

size_t print_formats_write(const struct print_formats *formats, const uint32_t *payload, char *text,
                           size_t size)
{
    const struct ampgdb_print print = {payload[0], payload[1], payload[2], payload[3]};
    const struct format *format = format_of(formats, &print);
    struct values values = {payload + AMPGDB_PRINT_WORDS,
                            payload + AMPGDB_PRINT_WORDS + 2 * print.values};
    struct sentence output = sentence_begin(text, size);

    if (print.lost)
        sentence_add(&output,
                     "<%u prints are lost: they came faster than they could be passed on>\n",
                     print.lost);
    if (format)
        write_format(&output, format->text, &values);
    else
        sentence_add(&output, "<a print that no dprintf of this session asked for>\n");
    return size - output.left;
}
