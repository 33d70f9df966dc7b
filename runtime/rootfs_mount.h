/* SPDX-License-Identifier: MIT */
/* Places in the rootfs for mounts: found or made, never outside. */
#pragma once

#include "base/err.h"
#include "runtime/mount.h"

#include <stdbool.h>

/* Finds `path` inside the root, or makes it: a directory, or an empty file. `nofollow` refuses a
 * symlink as its last component. ret->fd is the caller's. */
int rootfs_mount_spot(int root, const char *path, bool dir, bool nofollow, struct mount_spot *ret,
                      struct err *e);
