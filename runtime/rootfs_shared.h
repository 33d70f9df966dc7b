/* SPDX-License-Identifier: MIT */
/* The root of a container without a mount namespace: one mount of ours in the caller's own. */
#pragma once

#include "base/err.h"

/*
 * Such a container's mounts are made in the caller's mount namespace, where nothing takes them away
 * with its end. So its root is bound over itself first: all that the config mounts lies on that one
 * mount, and goes with it.
 */

/* Binds `path` over itself, private. What it is goes into the state directory `dir` first, so that
 * it is found whenever we die. Returns a descriptor of it. */
int rootfs_shared_attach(int dir, const char *path, struct err *e);

/* Takes off what rootfs_shared_attach() left word of in `dir`, and all mounts on it. Nothing there:
 * 0. */
int rootfs_shared_detach(int dir, struct err *e);
