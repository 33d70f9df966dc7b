/* SPDX-License-Identifier: MIT */
/* Processes and child groups of one group, and waiting for its state to change. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Appends the ids in cgroup.procs of the directory itself, not of those below. A group that is
 * gone or threaded has none. */
int cgroup_procs_here(int dirfd, pid_t **pids, size_t *n, struct err *e);

/* Calls `fn` with a descriptor and the name of each child group; stops at a negative result. */
typedef int (*cgroup_child_fn)(int dirfd, int child_fd, const char *name, void *arg, struct err *e);
int cgroup_procs_children(int dirfd, cgroup_child_fn fn, void *arg, struct err *e);

/* "populated" or "frozen" of cgroup.events: 0, 1, or -1 when the group is gone. */
int cgroup_procs_event(int dirfd, const char *key);

/* Waits until that key has this value or the group is gone: 1, or 0 when `ms` milliseconds have
 * passed. */
int cgroup_procs_await(int dirfd, const char *key, int value, int ms);

/* "pid 1 (bash), pid 7 (sleep) and 3 more", malloc'd; NULL when memory ran out. */
char *cgroup_procs_text(const pid_t *pids, size_t n);
