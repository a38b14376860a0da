/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The commands behind GDB's "monitor", in OpenOCD's words because IDEs send those blindly.
 *
 *      qRcmd,hex of the command -> O hex of a line ... OK, or O hex of the reason, E01
 *
 * GDB manual, "General Query Packets". In a failure the reason comes as output: GDB 13 takes a text
 * in an error reply for broken hex.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rsp.h"

#define COMMAND_MAX 127u

static void __attribute__((format(printf, 2, 3)))
say(struct session *session, const char *format, ...)
{
    char text[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    session_console(session, text);
}

/* --- The commands ---------------------------------------------------------------------------
 * Each returns 0; TOLD, when it has told the reason; or a negative error whose reason is then told.
 */

#define TOLD 1

static int do_version(struct session *session)
{
    say(session, "ampgdb-bridge %s, stub ABI %u\n", AMPGDB_VERSION, AMPGDB_ABI_VERSION);
    return 0;
}

static int do_halt(struct session *session)
{
    return session_halt(session);
}

static int do_resume(struct session *session)
{
    int error = session_look(session);

    if (error || session->running)
        return error;
    error = session_resume(session, &(struct ampgdb_resume){.how = AMPGDB_RESUME_CONTINUE});
    if (error != SESSION_NOT_STARTED)
        return error;
    session_say_now(session);
    return TOLD;
}

static int do_reset_halt(struct session *session)
{
    const int error = session_reset(session);

    if (!error)
        say(session,
            "Core 3 is reset and halted at 0x%08x. GDB shows old registers until "
            "\"maintenance flush register-cache\".\n",
            session->info.entry & ~1u);
    return error;
}

static int do_reset_run(struct session *session)
{
    const int error = session_reset(session);

    return error ? error : do_resume(session);
}

static const char *on_off(uint32_t flag)
{
    return flag ? "on" : "off";
}

static void say_state(struct session *session)
{
    char why[512];

    core3_describe_stop(&session->info, &session->stop, why, sizeof why);
    if (session->post_mortem)
        say(session, "%s\nlast stop: %s\n", session->verdict, why);
    else if (session->running)
        say(session, "Core 3: running\n");
    else
        say(session, "Core 3: halted, %s\n", why);
}

/* Exceptions in the words of "monitor catch". */
static const struct {
    const char *name;
    uint32_t bit;
} exceptions[] = {
    {"undef", AMPGDB_CATCH_UNDEFINED},
    {"svc", AMPGDB_CATCH_SVC},
    {"pabort", AMPGDB_CATCH_PREFETCH},
    {"dabort", AMPGDB_CATCH_DATA},
};
#define EXCEPTIONS (sizeof exceptions / sizeof exceptions[0])

static void say_caught(struct session *session)
{
    say(session, "caught exceptions:");
    for (size_t i = 0; i < EXCEPTIONS; i++)
        if (session->catch & exceptions[i].bit)
            say(session, " %s", exceptions[i].name);
    say(session, "%s\n", session->catch ? "" : " none");
}

static int set_catch(struct session *session, uint32_t what, bool on)
{
    const uint32_t mask = on ? session->catch | what : session->catch & ~what;
    const int error = core3_catch(session->core3, mask);

    if (!error)
        session->catch = mask;
    return error;
}

/* EXCEPTION or EXCEPTION on|off -> its bit, or 0 */
static uint32_t take_exception(char *words, bool *on)
{
    char *second = strchr(words, ' ');

    *on = !second || strcmp(second, " on") == 0;
    if (second && !*on && strcmp(second, " off") != 0)
        return 0;
    if (second)
        *second = 0;
    for (size_t i = 0; i < EXCEPTIONS; i++)
        if (strcmp(words, exceptions[i].name) == 0)
            return exceptions[i].bit;
    return 0;
}

static int do_show_catch(struct session *session)
{
    say_caught(session);
    return 0;
}

static int do_catch(struct session *session, char *words)
{
    bool on;
    const uint32_t what = take_exception(words, &on);
    int error;

    if (!what) {
        say(session, "Usage: catch [undef|svc|pabort|dabort [on|off]]\n");
        return TOLD;
    }
    error = set_catch(session, what, on);
    return error ? error : do_show_catch(session);
}

static int do_status(struct session *session)
{
    struct core3_info info;
    const int error = session_look(session);

    if (error)
        return error;
    core3_info(session->core3, &info);
    say_state(session);
    say(session, "entry: 0x%08x (%s)\n", info.entry & ~1u, info.entry & 1 ? "Thumb" : "ARM");
    say(session, "program RAM: 0x%08x-0x%08x", info.program_base, info.window - 1);
    if (info.upper_base < info.ram_end)
        say(session, ", 0x%08x-0x%08x", info.upper_base, info.ram_end - 1);
    say(session, "\nMMU %s, D-cache %s\n", on_off(info.program_flags & AMPGDB_PROGRAM_MMU),
        on_off(info.program_flags & AMPGDB_PROGRAM_DCACHE));
    say(session, "stub: ABI %u, %u hardware breakpoints, %u watchpoint registers\n",
        AMPGDB_ABI_VERSION, info.hw_breakpoints, info.hw_watchpoints);
    if (session->owns)
        say_caught(session);
    return 0;
}

static int do_gdb_sync(struct session *session)
{
    session->sync = true;
    return 0;
}

/* What IDEs' scripts for OpenOCD say about a probe, whatever words follow. Here is none; but an
 * error would end the script, and the launch with it. */
static int do_nothing(struct session *session, char *words)
{
    (void)words;
    say(session, "Nothing to do: there is no probe that must be set up.\n");
    return 0;
}

static int do_semihosting(struct session *session, char *words)
{
    (void)words;
    say(session, "There is no semihosting: nobody answers a program that calls it.\n");
    return 0;
}

static int do_help(struct session *session);

struct command {
    const char *name;
    int (*run)(struct session *session);                    /* NULL: run_words, with "" */
    int (*run_words)(struct session *session, char *words); /* when words follow; NULL: none may */
    /* ACTS is for who owns Core 3. */
    enum { LOOKS, ACTS } use;
    const char *help; /* NULL: nobody need know */
};

/* clang-format off */
static const struct command commands[] = {
    {"help",       do_help,       NULL,     LOOKS, "this list"},
    {"version",    do_version,    NULL,     LOOKS, "of the bridge and of the stub's interface"},
    {"status",     do_status,     NULL,     LOOKS, "state of Core 3, its RAM, entry and caches"},
    {"halt",       do_halt,       NULL,     ACTS,  "halt the program"},
    {"resume",     do_resume,     NULL,     ACTS,  "let the program run; GDB takes no notice until \"continue\""},
    {"reset",      do_reset_run,  NULL,     ACTS,  "as reset run"},
    {"reset run",  do_reset_run,  NULL,     ACTS,  "fresh CPU at the program's entry, running; RAM is kept"},
    {"reset halt", do_reset_halt, NULL,     ACTS,  "fresh CPU at the program's entry, halted; RAM is kept"},
    {"reset init", do_reset_halt, NULL,     ACTS,  "as reset halt"},
    {"catch",      do_show_catch, do_catch, ACTS,  "[undef|svc|pabort|dabort [on|off]]: stop before the program's own handler runs"},
    {"gdb_sync",   do_gdb_sync,   NULL,     ACTS,  "the next \"stepi\" only makes GDB read the registers anew"},
    {"init",            NULL, do_nothing,     LOOKS, NULL},
    {"adapter",         NULL, do_nothing,     LOOKS, NULL},
    {"adapter_khz",     NULL, do_nothing,     LOOKS, NULL},
    {"poll",            NULL, do_nothing,     LOOKS, NULL},
    {"reset_config",    NULL, do_nothing,     LOOKS, NULL},
    {"sleep",           NULL, do_nothing,     LOOKS, NULL},
    {"targets",         NULL, do_nothing,     LOOKS, NULL},
    {"arm semihosting", NULL, do_semihosting, LOOKS, NULL},
};
/* clang-format on */

static int do_help(struct session *session)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].help)
            say(session, "%-12s%s\n", commands[i].name, commands[i].help);
    return 0;
}

/* --- The packet ---------------------------------------------------------------------------- */

/* The command with single spaces, and only between words. Bytes that are no text become '?'. */
static void tidy(char *text)
{
    char *out = text;

    for (const char *in = text; *in; in++) {
        const char c = *in == '\t' || *in == '\n' || *in == '\r' ? ' ' : *in;

        if (c == ' ' && (out == text || out[-1] == ' '))
            continue;
        *out++ = (char)(c < ' ' || c > '~' ? '?' : c);
    }
    if (out > text && out[-1] == ' ')
        out--;
    *out = 0;
}

/* A longer one than any we know is cut; it stays unknown. */
static bool take_command(struct rsp_cursor *args, char *text)
{
    const size_t len = rsp_left(args) / 2 < COMMAND_MAX ? rsp_left(args) / 2 : COMMAND_MAX;

    if (rsp_left(args) % 2 != 0 || !rsp_take_bytes(args, (uint8_t *)text, len))
        return false;
    text[len] = 0;
    tidy(text);
    return true;
}

/* *words: what follows the name, or "". */
static const struct command *find(char *text, char **words)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const size_t len = strlen(commands[i].name);

        if (strncmp(text, commands[i].name, len) != 0)
            continue;
        *words = text + len + (text[len] == ' ');
        if (text[len] == 0 || (text[len] == ' ' && commands[i].run_words))
            return &commands[i];
    }
    return NULL;
}

static int run(struct session *session, char *text)
{
    char *words;
    const struct command *command = find(text, &words);
    int error;

    if (!command) {
        say(session, "Unknown command \"%s\". There are:\n", text);
        do_help(session);
        return TOLD;
    }
    session_say_now(session);
    if (command->use == ACTS && !session->owns) {
        say(session, "%s\n", session_refusal(session));
        return TOLD;
    }
    error = *words || !command->run ? command->run_words(session, words) : command->run(session);
    if (error < 0)
        say(session, "%s\n", session_explain(session, error));
    return error;
}

int rsp_monitor(struct session *session, struct rsp_cursor *args)
{
    char text[COMMAND_MAX + 1];
    int error;

    if (!take_command(args, text))
        return -AMPGDB_EINVAL;
    error = run(session, text);
    if (session_is_lost(error))
        return error;
    rsp_reply_clear(&session->reply);
    rsp_reply_text(&session->reply, error ? "E01" : "OK");
    return RSP_DONE;
}
