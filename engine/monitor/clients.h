/* SPDX-License-Identifier: MIT */
/* The monitor's side of the attach protocol: a listening socket and its clients. */
#pragma once

#include "base/err.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct clients;

/* What the clients ask of the container. Return < 0 to stop the loop. */
struct clients_ops {
    /* Bytes for its stdin. May keep them: until clients_stdin_ready() no more are delivered. */
    int (*input)(void *arg, const char *data, size_t len, bool *ret_full, struct err *e);
    /* The client that was attached from the start has closed its stdin, or has gone. */
    int (*input_eof)(void *arg, struct err *e);
    int (*resize)(void *arg, unsigned rows, unsigned cols, struct err *e);
    /* Every client has taken its share of the chunk after clients_output() said false. */
    int (*drained)(void *arg, struct err *e);
};

/* Binds RUNROOT/containers/<id>/attach in dirfd. `hello` are the two bytes of STARTED: terminal,
 * stdin open. */
int clients_new(struct loop *l, int dirfd, const char hello[2], const struct clients_ops *ops,
                void *arg, struct clients **ret, struct err *e);
void clients_free(struct clients *c);

/* Takes over the connection of the client that is attached from the first byte on. */
int clients_adopt(struct clients *c, int fd, unsigned streams, struct err *e);

/* Sends a chunk of the container's output (ATTACH_MSG_STDOUT or _STDERR) to whoever wants it.
 * *ret_taken false: somebody has not room for it; the chunk is kept and ops->drained follows. */
int clients_output(struct clients *c, int type, const char *data, size_t len, bool *ret_taken,
                   struct err *e);

/* The container's stdin has room again. */
int clients_stdin_ready(struct clients *c, struct err *e);

/* Sends a last message to every client, waiting at most `ms` for those that are slow, and closes.
 */
void clients_finish(struct clients *c, int type, const void *data, size_t len, int ms);
