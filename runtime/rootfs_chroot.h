/* SPDX-License-Identifier: MIT */
/* A runtime that was started in a chroot: the root of the mount namespace is another directory. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/*
 * pivot_root(2) puts the new root where the caller's is. In a chroot(2) that is somewhere below the
 * namespace's own root, which would stay in the container's namespace with all of the host's
 * mounts, and whoever joins the namespace later by setns(2) would find himself in it.
 */

/* Is this process in a chroot? If so, every mount of its namespace, its own copy, becomes private.
 */
int rootfs_chroot_find(bool *ret, struct err *e);

/* From a chroot to the namespace's root, which pivot_root(2) takes for the old one. */
int rootfs_chroot_leave(struct err *e);
