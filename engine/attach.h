/* SPDX-License-Identifier: MIT */
/* The attach protocol: a client's end of the conversation with a container's monitor. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which streams a client takes part in. */
enum attach_streams {
    ATTACH_STDIN = 1,
    ATTACH_STDOUT = 2,
    ATTACH_STDERR = 4,
};

/*
 * One SOCK_SEQPACKET connection; a message is one packet: a type byte and its payload.
 *   client → monitor   STDIN bytes | STDIN_EOF | RESIZE rows cols | HELLO streams | CANCEL
 *   monitor → client   STDOUT bytes | STDERR bytes | EXIT status note | ERROR struct err | STARTED
 * Closing the connection detaches; the container goes on. With a terminal all output is STDOUT.
 * A note of EXIT is for the user when the exit code is not 0: an out-of-memory kill. It may be
 * empty. CANCEL takes a start back, which then is an ERROR; where it comes too late nothing
 * happens.
 */
enum attach_type {
    ATTACH_MSG_HELLO = 1,
    ATTACH_MSG_STDIN,
    ATTACH_MSG_STDIN_EOF,
    ATTACH_MSG_RESIZE,
    ATTACH_MSG_STDOUT,
    ATTACH_MSG_STDERR,
    ATTACH_MSG_STARTED,
    ATTACH_MSG_EXIT,
    ATTACH_MSG_ERROR,
    ATTACH_MSG_CANCEL,
};

#define ATTACH_DATA_MAX 32768 /* bytes of payload in one message */

struct attach {
    int fd;          /* the connection; poll it for POLLIN */
    bool tty;        /* the container has a terminal */
    bool stdin_open; /* the container reads stdin (-i) */
};

struct attach_event {
    enum attach_type type; /* STDOUT, STDERR, EXIT or STARTED; ERROR makes attach_next fail */
    const char *data;      /* STDOUT, STDERR, the note of EXIT: into the caller's buffer */
    size_t len;
    int exit_code; /* EXIT: as docker reports it, 128 + n for a signal */
};

/* Says which ATTACH_* streams this client wants; the monitor answers STARTED. */
int attach_hello(struct attach *a, unsigned streams, struct err *e);

/* The next message; blocks unless something is there. `buf` holds ATTACH_DATA_MAX + 1 bytes. A
 * monitor that vanished without EXIT is ERR_STATE. */
int attach_next(struct attach *a, char *buf, struct attach_event *ret, struct err *e);

/* Send stdin bytes (any length; blocks while the container does not read), its end, the
 * terminal's size. A monitor that is gone is no error here: attach_next will tell. */
int attach_stdin(struct attach *a, const void *data, size_t len, struct err *e);
int attach_stdin_eof(struct attach *a, struct err *e);
int attach_resize(struct attach *a, unsigned rows, unsigned cols, struct err *e);
/* The container is not wanted any more, if it has not started yet. */
int attach_cancel(struct attach *a, struct err *e);

/* Detaches and frees. NULL is fine. */
void attach_close(struct attach *a);
DEFINE_CLEANUP(struct attach *, attach, attach_close(*p))
#define AUTO_ATTACH CLEANUP(attach)
