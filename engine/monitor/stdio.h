/* SPDX-License-Identifier: MIT */
/* The container's standard streams, as the monitor holds them: into the log and to the clients. */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "engine/monitor/clients.h"

#include <stdbool.h>

struct stdio;

/* `log_fd` stays the caller's; -1: no log. */
int stdio_new(struct loop *l, int log_fd, struct stdio **ret, struct err *e);
void stdio_free(struct stdio *s);

/* The callbacks for clients_new(), with the stdio as their argument. */
extern const struct clients_ops stdio_clients_ops;
void stdio_set_clients(struct stdio *s, struct clients *c);

/* Makes the pipes of a container without terminal; *ret_child are its three ends (the caller's to
 * close): stdin is /dev/null unless open_stdin. */
int stdio_make_pipes(struct stdio *s, bool open_stdin, int ret_child[3], struct err *e);

/* Begins to copy; with a terminal `pty` is its master (taken over), else -1. */
int stdio_start(struct stdio *s, int pty, struct err *e);

/* The container has ended: whatever its streams still hold is delivered, then the loop is stopped,
 * at once if there is nothing. */
int stdio_end(struct stdio *s, struct err *e);
