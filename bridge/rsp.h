/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inside a session: its state, what packet handlers may do with it, and the handlers. Private to
 * session*.c, observer.c and rsp_*.c.
 */
#ifndef BRIDGE_RSP_H
#define BRIDGE_RSP_H

#include "line_cache.h"
#include "print_formats.h"
#include "rsp_load.h"
#include "rsp_packet.h"
#include "rsp_text.h"
#include "session.h"

/* A watchpoint that the client has set. The hardware's account of them is the stub's. */
struct rsp_watch {
    uint32_t type; /* AMPGDB_WATCH_*; 0: free */
    uint32_t addr;
    uint32_t len;
};
#define RSP_WATCHES_MAX 32u

struct session {
    struct core3 *core3;
    struct session_config config;
    enum session_role role; /* SESSION_REFUSED: verdict says why */
    bool owns;              /* Core 3: may change it, and has to leave it in order */
    bool post_mortem;       /* Core 3 is lost; verdict says why */
    int loss;               /* Core 3 is lost, as this observer has found out; or 0 */

    bool running;  /* the program, as far as we have looked */
    bool waiting;  /* the client, for a stop */
    bool acks;     /* '+' and '-' are in use */
    bool extended; /* the client said '!' */
    bool swbreak;  /* the client understands these stop reasons */
    bool hwbreak;
    bool killed; /* by the client, and not set going since */
    bool over;
    bool fresh_attach;   /* the client has not asked yet why the program is halted */
    bool interrupted;    /* by a Ctrl-C that no stop has answered yet */
    bool sync;           /* the client's next step shall only show it where the program stands */
    int64_t told_at;     /* when the client got the last stop that it waited for */
    int64_t heard_at;    /* when Core 3 last showed that it lives, while the client waits */
    const char *trouble; /* Core 3 is lost by our own judgement, for this reason; or NULL */

    struct core3_info info;  /* as of the last stop or reset */
    uint32_t catch;          /* AMPGDB_CATCH_*, as Core 3 was told last */
    struct ampgdb_stop stop; /* why the program is halted; registers may be older than writes */

    struct load_watch load;
    struct line_cache cache;
    struct print_formats *formats;
    struct rsp_watch watches[RSP_WATCHES_MAX];
    unsigned watches_set; /* so far, for the next place */

    char verdict[768];
    char later[1024]; /* for the client's console, once a text is legal */

    struct rsp_receiver receiver;
    struct rsp_reply reply;
    size_t frame_len;
    uint8_t frame[RSP_FRAME_MAX(RSP_PACKET_SIZE)]; /* the last one, in case it must be sent again */
    uint8_t memory[RSP_PACKET_SIZE];               /* scratch of the handler that runs */
};

/*
 * A packet handler. args is what follows the packet's name. It checks the whole packet before it
 * acts. Returns RSP_DONE with session->reply composed, one of the others, or a negative error,
 * which the dispatcher turns into a reply.
 */
typedef int rsp_handler_fn(struct session *session, struct rsp_cursor *args);

#define RSP_DONE    0 /* send the reply */
#define RSP_SILENT  1 /* no reply, or not yet */
#define RSP_UNKNOWN 2 /* not supported: the empty reply */

/* rsp_dispatch.c */
void rsp_dispatch(struct session *session, const uint8_t *packet, size_t len);

/* session_talk.c */
void session_send_reply(struct session *session);
void session_send_text(struct session *session, const char *text); /* as a packet */
void session_send_ack(struct session *session, char ack);
void session_send_error(struct session *session, int error);
void session_console(struct session *session, const char *text); /* an 'O' packet */
/* A sentence for whoever runs the bridge, and for the client as soon as one is legal. */
void session_say_later(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *session_explain(const struct session *session, int error);
const char *session_refusal(const struct session *session); /* why it may not act */

/* session_program.c. All return 0 or a negative error. */
bool session_is_lost(int error);           /* Core 3 is gone, not just unwilling */
int session_look(struct session *session); /* what does the program do now? */
int session_resume(struct session *session, const struct ampgdb_resume *resume);
#define SESSION_NOT_STARTED 1                    /* its load has failed */
int session_halt(struct session *session);       /* and wait until it is halted */
int session_reset(struct session *session);      /* and settle a load before */
int session_note_reset(struct session *session); /* it was reset: registers, reason */
/* Of a halted program. If it turns out to run, for an observer: session->running, and no values. */
int session_read_regs(struct session *session, uint32_t first, uint32_t count, uint32_t *values);

/* session.c: one that nobody is attached by yet, or NULL and a sentence. */
struct session *session_new(enum session_role role, struct core3 *core3,
                            const struct session_config *config, struct error *error);

/* rsp_stop.c */
/* GDB's numbers (include/gdb/signals.def), which happen to be the traditional ones. */
#define RSP_SIGNAL_INT  0x02
#define RSP_SIGNAL_ILL  0x04
#define RSP_SIGNAL_TRAP 0x05
#define RSP_SIGNAL_ABRT 0x06
#define RSP_SIGNAL_BUS  0x0a
#define RSP_SIGNAL_SEGV 0x0b
#define RSP_SIGNAL_SYS  0x0c
int rsp_stop_signal(const struct session *session);
void rsp_reply_stop(struct session *session, int signal);
void rsp_report_stop(struct session *session);

/* rsp_post_mortem.c */
/* The stub's record in the window is known to be one: by talk with it, or by core3_examine(). */
void rsp_begin_post_mortem(struct session *session, const char *cause);
/* Tell everybody that Core 3 is lost; what is left is a post-mortem. */
void session_lost(struct session *session, int error);

/* rsp_load.c, besides what rsp_load.h has */
rsp_handler_fn rsp_run, rsp_restart;

/* rsp_query.c */
rsp_handler_fn rsp_supported, rsp_start_no_ack, rsp_attached, rsp_current_thread, rsp_first_threads,
    rsp_next_threads, rsp_read_features, rsp_read_threads, rsp_set_thread, rsp_thread_alive,
    rsp_extended;

/* rsp_registers.c */
rsp_handler_fn rsp_read_all, rsp_write_all, rsp_read_one, rsp_write_one;

/* rsp_memory.c */
rsp_handler_fn rsp_read_memory, rsp_write_hex, rsp_write_binary;

/* rsp_breakpoints.c */
rsp_handler_fn rsp_set_break, rsp_clear_break;
/* Which types of watchpoints has the client set on this address? A bit each, 1 << AMPGDB_WATCH_*.
 */
uint32_t rsp_watch_types(const struct session *session, uint32_t addr);

/* rsp_print.c */
/* What Core 3 has printed, to a client that takes text. 1 when there may be more: then whatever
 * follows it has to wait; 0 or a negative error. */
int rsp_print(struct session *session);
/* Nobody will be told what it has printed so far. */
int rsp_drop_prints(struct session *session);
void session_say_now(struct session *session); /* a text is legal */

/* rsp_resume.c */
rsp_handler_fn rsp_why_halted, rsp_vcont_actions, rsp_vcont, rsp_continue, rsp_continue_signal,
    rsp_step, rsp_step_signal;

/* rsp_leave.c */
int session_leave(struct session *session, enum on_disconnect what); /* and disown Core 3 */
rsp_handler_fn rsp_detach, rsp_kill, rsp_vkill;

/* rsp_monitor.c */
rsp_handler_fn rsp_monitor;

#endif
