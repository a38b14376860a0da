/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See clients.h.
 */
#include "clients.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_MS 1000 /* for the debugger's last bytes */

#define FULL "there are as many observers as there can be, detach one first"

/* A client that has no answer for so long may have sent its packet again (GDB: after 2 s). */
#define LATE_NS INT64_C(1000000000)

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
    char sentence[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    fprintf(stderr, "ampgdb-bridge: %s\n", sentence);
}

static void log_sentence(void *context, const char *sentence)
{
    (void)context;
    say("%s", sentence);
}

static void send_bytes(void *context, const uint8_t *bytes, size_t len)
{
    struct client *client = context;

    connection_send(&client->connection, bytes, len);
}

/* --- Who is there -------------------------------------------------------------------------- */

static bool is_here(const struct client *client, enum session_role role)
{
    return client->session && session_role(client->session) == role;
}

static struct client *find_debugger(struct clients *clients)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        if (is_here(&clients->each[i], SESSION_DEBUGS))
            return &clients->each[i];
    return NULL;
}

/* One that is here to stay. */
static struct client *find_observer(struct clients *clients, bool post_mortem)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++) {
        struct client *client = &clients->each[i];

        if (is_here(client, SESSION_OBSERVES) && !session_is_over(client->session) &&
            session_is_post_mortem(client->session) == post_mortem)
            return client;
    }
    return NULL;
}

static unsigned count(const struct clients *clients, enum session_role role)
{
    unsigned found = 0;

    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        found += is_here(&clients->each[i], role);
    return found;
}

static struct client *find_free(struct clients *clients)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        if (!clients->each[i].session)
            return &clients->each[i];
    return NULL;
}

bool clients_is_empty(const struct clients *clients)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        if (clients->each[i].session)
            return false;
    return true;
}

/* --- Core 3, for observers without a debugger ---------------------------------------------- */

static void end_observers(struct clients *clients, bool post_mortem, const char *why)
{
    struct client *client;

    while ((client = find_observer(clients, post_mortem)) != NULL) {
        say("observer %s has to leave: %s", client->name, why);
        client_end(client, 0);
    }
}

void clients_holder(char text[HOLDER_MAX], const char *who, const char *name)
{
    snprintf(text, HOLDER_MAX, "ampgdb-bridge (pid %d), %s%s", (int)getpid(), who, name);
}

static void let_go(struct clients *clients)
{
    if (clients->owns_for_observers)
        core3_disown(clients->config->core3);
    clients->owns_for_observers = false;
}

/* The stub is used as it is: those who only look do not replace what they look at. */
static void own_for_observers(struct clients *clients)
{
    struct client *client = find_observer(clients, false);
    char holder[HOLDER_MAX];
    struct error error;
    int result;

    if (!client)
        return;
    clients_holder(holder, "observer ", client->name);
    result = core3_own_as_is(clients->config->core3, holder, &error);
    clients->owns_for_observers = result >= 0;
    if (result > 0)
        return;
    let_go(clients);
    end_observers(clients, false, result < 0 ? error.text : "there is no stub on Core 3 any more");
}

/* Observers see the same Core 3 as the debugger, alive or dead. What would look alive to them and
 * is not must not stay on a screen. */
static void part(struct clients *clients)
{
    const struct client *debugger = find_debugger(clients);

    if (!debugger)
        return;
    if (session_is_post_mortem(debugger->session))
        end_observers(clients, false, "Core 3 is lost");
    else
        end_observers(clients, true, "what it observes is no more, Core 3 is in use again");
}

/* The debugger's session has let go of Core 3. */
static void freed(void *context)
{
    const struct client *client = context;

    own_for_observers(client->among);
}

/* --- Come ---------------------------------------------------------------------------------- */

static struct session_config configure(struct client *client)
{
    const struct server_config *config = client->among->config;

    return (struct session_config){
        .on_disconnect = config->on_disconnect,
        .allow = config->allow,
        .post_mortem = config->post_mortem,
        .trace = config->trace,
        .send = send_bytes,
        .log = log_sentence,
        .freed = freed,
        .context = client,
    };
}

static int open_debugger(struct client *client, struct error *error)
{
    struct clients *clients = client->among;
    const struct session_config config = configure(client);
    const int64_t begun = clock_now();
    struct session *session;
    char holder[HOLDER_MAX];
    int result;

    clients_holder(holder, "client ", client->name);
    trace_note(config.trace, TRACE_NOTE, holder);
    let_go(clients);
    result = session_open(&session, clients->config->core3, holder, &config, error);
    if (result) {
        own_for_observers(clients);
        return result;
    }
    client_begin(client, session, clock_now() - begun > LATE_NS);
    part(clients);
    return 0;
}

static int open_observer(struct client *client, const struct client *debugger, struct error *error)
{
    const struct session_config config = configure(client);
    struct session *session;
    char note[HOLDER_MAX];
    const int result = session_observe(&session, debugger->session, &config, error);

    if (result)
        return result;
    snprintf(note, sizeof note, "observer %s: ) from it, ( to it", client->name);
    trace_note(config.trace, TRACE_NOTE, note);
    client_begin(client, session, false);
    return 0;
}

/* The sentence can only be told in answer to something. */
static void refuse(struct client *client, const char *sentence)
{
    const struct session_config config = configure(client);
    struct session *session;
    struct error error;

    say("refused client %s: %s", client->name, sentence);
    if (count(client->among, SESSION_REFUSED) > 0 ||
        session_refuse(&session, sentence, &config, &error)) {
        connection_close(&client->connection);
        return;
    }
    client_begin(client, session, false);
}

static void find_role(struct client *client)
{
    const struct client *debugger = find_debugger(client->among);
    struct error error;

    if (!debugger && open_debugger(client, &error) == 0)
        say("client %s is the debugger", client->name);
    else if (!debugger)
        refuse(client, error.text);
    else if (count(client->among, SESSION_OBSERVES) == OBSERVERS_MAX)
        refuse(client, FULL);
    else if (open_observer(client, debugger, &error) == 0)
        say("client %s observes, client %s is the debugger", client->name, debugger->name);
    else
        refuse(client, error.text);
}

void clients_admit(struct clients *clients, int fd, const char *name)
{
    struct client *client = find_free(clients);

    if (!client) {
        say("refused client %s: %s", name, FULL);
        close(fd);
        return;
    }
    client->among = clients;
    snprintf(client->name, sizeof client->name, "%s", name);
    connection_open_socket(&client->connection, fd);
    find_role(client);
}

int clients_admit_stdio(struct clients *clients, struct error *error)
{
    struct client *client = find_free(clients);
    int result;

    client->among = clients;
    strcpy(client->name, "on stdin");
    connection_open_stdio(&client->connection);
    result = open_debugger(client, error);
    if (result)
        connection_close(&client->connection);
    return result;
}

/* --- Go ------------------------------------------------------------------------------------ */

static void leave(struct client *client)
{
    const bool debugs = is_here(client, SESSION_DEBUGS);
    struct clients *clients = client->among;

    if (debugs)
        trace_note(clients->config->trace, TRACE_NOTE, "client gone");
    client_end(client, debugs ? DRAIN_MS : 0);
    if (clients->owns_for_observers && !debugs) {
        let_go(clients); /* the one who left may be named as the holder */
        own_for_observers(clients);
    }
}

/* An observer has found out that Core 3 is lost. Whoever debugs is told as if it had asked. */
static void spread_loss(struct clients *clients, int error)
{
    struct client *debugger = find_debugger(clients);
    char why[512];

    snprintf(why, sizeof why, "%s", core3_explain(clients->config->core3, error));
    let_go(clients);
    if (debugger && !client_is_gone(debugger) && !session_is_post_mortem(debugger->session)) {
        session_note_loss(debugger->session, error);
        connection_flush(&debugger->connection);
    }
    end_observers(clients, false, why);
}

static void serve(struct client *client)
{
    client_serve(client, is_here(client, SESSION_DEBUGS) ? UINT_MAX : 1);
    if (session_loss(client->session))
        spread_loss(client->among, session_loss(client->session));
    part(client->among);
    if (client->session && client_is_gone(client))
        leave(client);
}

void clients_serve(struct clients *clients)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        if (clients->each[i].session)
            serve(&clients->each[i]);
}

/* What it has sent before is done: the last packet of a client that hangs up may be "k". */
void clients_reap(struct clients *clients)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++) {
        struct client *client = &clients->each[i];

        if (!client->session || !client_has_hung_up(client))
            continue;
        client_finish(client);
        leave(client);
    }
}

void clients_stop(struct clients *clients, const char *sentence)
{
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        if (clients->each[i].session)
            session_stop(clients->each[i].session, sentence);
    for (unsigned i = 0; i < CLIENTS_MAX; i++)
        if (clients->each[i].session)
            leave(&clients->each[i]);
}
