/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What loadmetal can do: one function a verb, called by main.c with what the user typed. Each opens
 * Core 3 itself, so that it can look at its arguments first.
 */
#ifndef LOADER_VERBS_H
#define LOADER_VERBS_H

#include <stdbool.h>
#include <stdint.h>

#include "core3.h"
#include "error.h"

#define WORDS_MAX 3 /* behind the verb */

struct arguments {
    const char *memory;           /* --memory, or NULL */
    bool raw;                     /* --raw */
    uint32_t allow;               /* --allow: AMPGDB_ALLOW_* */
    const char *words[WORDS_MAX]; /* checked: as many as the verb takes */
    unsigned word_count;
};

/* A verb. 0, or a negative error and a sentence; what it found is on standard output. */
typedef int verb_fn(const struct arguments *arguments, struct error *error);

verb_fn verb_load;    /* FILE */
verb_fn verb_start;   /* [ADDR] */
verb_fn verb_stop;    /* - */
verb_fn verb_restart; /* - */
verb_fn verb_status;  /* - */
verb_fn verb_peek;    /* ADDR [b|h|w] [COUNT] */
verb_fn verb_poke;    /* ADDR [b|h|w] VALUE */
verb_fn verb_devmem;  /* ADDR [b|h|w] [VALUE] */

/*
 * with_core3 - open Core 3, do the work, close it
 *
 * context: the work's own.
 */
typedef int core3_work(struct core3 *core3, const struct arguments *arguments, void *context,
                       struct error *error);
int with_core3(const struct arguments *arguments, core3_work *work, void *context,
               struct error *error);

/* take_core3 - core3_own() under our name; what had to be replaced is told on standard error. */
int take_core3(struct core3 *core3, struct error *error);

/* take_core3_as_is - core3_own_as_is() under our name. */
int take_core3_as_is(struct core3 *core3, struct error *error);

/* explained - a sentence for a request that failed: "cannot DOING: why". Returns a negative error.
 */
int explained(const struct core3 *core3, const char *doing, int code, struct error *error);

#endif
