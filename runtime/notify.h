/* SPDX-License-Identifier: MIT */
/* The service manager's NOTIFY_SOCKET (sd_notify(3)), carried into a container as runc does. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <sys/types.h>

/*
 * The container gets a socket of its own at /run/notify/notify.sock, in a read-only mount of
 * DIR/notify, and NOTIFY_SOCKET for its first process. READY=1 that it writes there goes on to the
 * socket that our own NOTIFY_SOCKET names; nothing else does. All of this only when it is set.
 */

/* For create: makes DIR/notify and changes the config. `dir` is the container's state directory. */
int notify_offer(struct config *c, int dir, struct err *e);

/* For start, before the process runs: the socket to listen on, or -1 when nobody asks. */
int notify_open(int dir, int *ret, struct err *e);

/* Reads what has been said so far. 1: that it is ready, and READY=1 has been passed on, with
 * MAINPID=`pid` unless it is 0, and is known to have been read; 0: something else, or nothing. */
int notify_forward(int sock, pid_t pid, struct err *e);

/* Forwards until the container is ready, or over (`pidfd`). */
int notify_wait(int sock, pid_t pid, int pidfd, struct err *e);
