/* SPDX-License-Identifier: MIT */
/* Gives back everything that a container owns while it runs; derivable from its id. */
#pragma once

#include "base/err.h"
#include "engine/container.h"
#include "engine/paths.h"

/* In the run directory of a container with --ipc shareable: a mounted tmpfs. */
#define TEARDOWN_SHM "shm"
/* The root of one that starts, where the kernel has no mounts that only descriptors lead to. */
#define TEARDOWN_ROOT "rootfs"

/* Takes off what is mounted on that name in the container's run directory; nothing there: 0. */
int teardown_unmount(const struct paths *p, const struct container *c, const char *name,
                     struct err *e);

/* Kills what is left in the container's cgroup, gives back leases and mounts, removes the cgroup.
 * Goes on after a failure and returns the first; may be repeated. */
int teardown(const struct paths *p, const struct container *c, struct err *e);

/*
 * Removes a stopped container, whose lock the caller holds, in two steps: after the first nobody
 * finds it any more, its name is free, and what is left is garbage that heal_garbage() knows; the
 * second, which removes the files that it wrote, may take long.
 */
int teardown_forget(const struct paths *p, const struct container *c, struct err *e);
int teardown_discard(const struct paths *p, const struct container *c, struct err *e);
/* Both. */
int teardown_remove(const struct paths *p, const struct container *c, struct err *e);
