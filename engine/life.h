/* SPDX-License-Identifier: MIT */
/* The life lock: tells whether a container's monitor is there, and whether it left in order. */
#pragma once

#include "base/err.h"
#include "engine/container.h"
#include "engine/paths.h"

#include <stdbool.h>

/*
 * RUNROOT/containers/<id>/life exists from before a monitor makes anything until it has given back
 * everything, and all the while the monitor holds a write lock on it. A file without a lock is
 * therefore what a killed monitor left. The lock is a process's own (fcntl(2), F_SETLK): the
 * container's first process, which has the monitor's descriptors until its exec, does not inherit
 * it. Such a lock goes as soon as its process closes any descriptor of the file, so a monitor must
 * not open its own again. Everybody else uses locks of open file descriptions.
 */

/* Makes and opens RUNROOT/containers/<id> and takes the lock for this process. */
int life_take(const struct paths *p, struct container *c, int *ret_fd, struct err *e);
/* All has been given back: removes the file and closes the descriptor. */
void life_end(const struct container *c, int *fd);
/* The same on behalf of a monitor that was killed. The caller holds the container's lock. */
void life_forget(const struct container *c);

/* True when a monitor was killed and nobody has cleaned up after it. */
bool life_lost(const struct container *c);
/* True while a monitor holds the lock of this run directory. */
bool life_held(int run_fd);
/* Waits until no monitor holds it. */
void life_wait(const struct container *c);

/* Keeps monitors from taking it, for who removes the directory: 1, or 0 when one is there. */
int life_block(int run_fd, int *ret_fd, struct err *e);
