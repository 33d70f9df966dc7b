/* SPDX-License-Identifier: MIT */
/* Signals that wait for a session: held back until it stands, then read from a descriptor. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <signal.h>
#include <stdbool.h>

struct session_signals {
    int fd;      /* signalfd(2) of all that are held back */
    int stop_fd; /* of those that are to end the program; not to be read, only polled */
    sigset_t old;
};
#define SESSION_SIGNALS_INIT                                                                       \
    {                                                                                              \
        .fd = -1, .stop_fd = -1                                                                    \
    }

/* Holds back, and from then on catches, the signals that are passed on to a container (proxied) or
 * else those that end the program; with `tty` the terminal's own as well. */
int session_signals_hold(struct session_signals *s, bool proxied, bool tty, struct err *e);

/* Lets go of them: what has come and was not read has its effect now. May be called again. */
void session_signals_release(struct session_signals *s);
DEFINE_CLEANUP(struct session_signals, session_signals, session_signals_release(p))

/* The next one, or 0. */
int session_signals_next(const struct session_signals *s);

/* Ends the program by the signal, as if it had never been caught. */
void session_signals_die(struct session_signals *s, int sig);

/* Ends the program by the signal that asked for it, if there was one: for a start that was taken
 * back because of it. */
void session_signals_obey(struct session_signals *s);
