/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * One sentence for the user about what failed. Functions that can fail for a reason only they know
 * take a struct error and fill it; main() prints it.
 */
#ifndef HOST_ERROR_H
#define HOST_ERROR_H

/* Codes beyond those of message.h, returned negative by everything in host/. */
enum host_error {
    HOST_EFAIL = 64, /* see the sentence */
    HOST_ELOCKED,    /* another process owns Core 3 */
    HOST_ELOST,      /* Core 3 does not answer, or its stub was restarted by somebody else */
};

struct error {
    char text[512]; /* doing what, to what, why, what to try; no newline at the end */
};

/* error_set - fill in the sentence, printf style; returns code, for "return error_set(...)". */
int error_set(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
