/* SPDX-License-Identifier: MIT */
/* The foreground: the user's terminal, signals and standard streams joined to a container. */
#pragma once

#include "base/err.h"
#include "cli/session_signals.h"
#include "engine/attach.h"
#include "engine/engine.h"

#include <stdbool.h>
#include <stddef.h>

/* What the user's side is joined to. */
struct session_peer {
    int fd;      /* polled for input */
    int done_fd; /* readable once it is over, with nothing to come but what fd has; -1: none */
    void *self;
    /* Takes what is there and writes it to standard output or error. 1: go on; 0: it has ended. */
    int (*receive)(void *self, struct err *e);
    /* Called when fd is writable; must not block. How many of the bytes it took. */
    int (*send)(void *self, const char *data, size_t len, struct err *e);
    int (*eof)(void *self, struct err *e);
    int (*resize)(void *self, unsigned rows, unsigned cols, struct err *e);
    void (*signal)(void *self, int sig); /* NULL: signals are not passed on */
};

struct session_how {
    bool tty;                        /* the container has a terminal: raw mode, detach keys, size */
    bool input;                      /* standard input goes to the container */
    const char *detach_keys;         /* NULL: the default ones */
    bool no_keys;                    /* nothing that is typed detaches */
    struct session_signals *signals; /* held back before the start; NULL: from now on */
    /* Called when side_fd is readable, until it returns 1. NULL: none. */
    int (*side)(void *arg, struct err *e);
    int side_fd;
    void *side_arg;
};

enum session_end { SESSION_ENDED, SESSION_DETACHED };

/*
 * Pumps until the peer ends or the user detaches: an enum session_end. The terminal is put back on
 * every way out, a signal that ends the process included.
 */
int session_pump(const struct session_peer *peer, const struct session_how *how, struct err *e);

/* The same, where a reader of standard output that went away ends the process by SIGPIPE, after the
 * terminal has been put back. */
int session_pump_piped(const struct session_peer *peer, const struct session_how *how,
                       struct err *e);
/* For receive: writes to standard output or error and returns 1, or the error. */
int session_write(int fd, const char *data, size_t len, struct err *e);

/*
 * The same for an attached container: the exit code, or 0 after "read escape sequence" on standard
 * error when the user has detached. `id` names it for signals, which are passed on if sig_proxy.
 */
struct session_attached {
    struct attach *attach;
    const struct paths *paths;
    const char *id;
    bool sig_proxy;
};
int session_attach(const struct session_attached *a, const struct session_how *how, struct err *e);

/* The same for an exec, with a terminal or without: an enum session_end. Signals are passed on. */
int session_exec(const struct exec_session *x, const struct session_how *how, struct err *e);

/* ERR_STATE unless standard input is a terminal, which -i with -t needs. Also checks the keys. */
int session_check(const struct session_how *how, struct err *e);
