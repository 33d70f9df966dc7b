/* SPDX-License-Identifier: MIT */
/* The socket between the launching process and its child: one message, one packet. */
#pragma once

#include "base/err.h"

#include <stdint.h>

enum sync_kind {
    SYNC_NONE,
    /* child to parent */
    SYNC_WARN,     /* text: for log_warn() */
    SYNC_ERR,      /* err: the set-up failed, the child is gone */
    SYNC_ERRNO,    /* num: errno of the last exec, from runtime/stub */
    SYNC_HOOKS,    /* run prestart and createRuntime, then SYNC_GO */
    SYNC_TREE,     /* num: open the source of that mount (-1: the rootfs), then SYNC_GO with it */
    SYNC_PTY,      /* with the terminal's master */
    SYNC_LISTENER, /* with seccomp's notification descriptor */
    SYNC_READY,    /* set up; it goes on to its exec, or waits there, with SYNC_GO */
    /* parent to child */
    SYNC_GO, /* num: the child's pid in the runtime's namespace */
};

/* Packets are as long as they need to be: the header alone, with a text, or with an error. */
struct sync_msg {
    int32_t kind; /* enum sync_kind */
    int32_t num;
    union {
        char text[1024];
        struct err err;
    };
};

/* A pair of SOCK_SEQPACKET sockets, O_CLOEXEC. */
int sync_pair(int ret[2], struct err *e);

/* Each sends one message; 0, or -1 with errno. `fd` -1: none. */
int sync_send(int sock, enum sync_kind kind, int num, int fd);
int sync_send_text(int sock, enum sync_kind kind, const char *text);
int sync_send_err(int sock, const struct err *err);

/* The next message: 1; the other end is closed: 0; -1 with errno, once ECONNRESET when it was
 * closed with a message of ours unread. A descriptor that came along goes to *ret_fd (may be NULL),
 * else -1. */
int sync_recv(int sock, struct sync_msg *ret, int *ret_fd);

/* An errno in the lower-case words that engines look for in errors about the command. */
const char *sync_reason(int errnum);

/* Turns a SYNC_ERR or SYNC_ERRNO into the error of this process. `command` is argv[0]. */
int sync_error(const struct sync_msg *m, const char *command, struct err *e);
