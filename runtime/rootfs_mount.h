/* SPDX-License-Identifier: MIT */
/* Places in the rootfs for mounts: found or made, never outside. */
#pragma once

#include "base/err.h"
#include "oci/config.h"
#include "runtime/mount.h"

#include <stdbool.h>

/* A symlink as the last component of a place. */
enum rootfs_link {
    ROOTFS_LINK_FOLLOW,
    ROOTFS_LINK_REFUSE,
    ROOTFS_LINK_COVER, /* the link itself is the place */
};

/* Finds `path` inside the root, or makes it: a directory, or an empty file. ret->fd is the
 * caller's. */
int rootfs_mount_spot(int root, const char *path, bool dir, enum rootfs_link link,
                      struct mount_spot *ret, struct err *e);

/* What runc refuses, too: nothing but a procfs on /proc, and nothing inside it but the files that
 * lxcfs emulates. `source`: what is bound, or -1. */
int rootfs_spot_check(const struct mount_spot *spot, int source, struct err *e);

/* ---- inside runtime/rootfs*.c ---- */

/* One entry of config.mounts on its way. */
struct rootfs_entry {
    struct setup *s;
    const struct config_mount *m;
    struct mount_options o;
    struct mount_spot spot;
    bool late_ro; /* becomes read-only when everything in it has been made */
};

int rootfs_find_spot(struct rootfs_entry *t, bool dir, enum rootfs_link link, struct err *e);
int rootfs_bind(struct rootfs_entry *t, struct err *e);
/* Binds a path of the host's instead of what the config asks for. */
int rootfs_bind_instead(struct rootfs_entry *t, const char *path, struct err *e);
/* A tree that the parent opens: that of config.mounts[index], or the rootfs itself (-1). */
int rootfs_ask_tree(struct setup *s, int index, struct mount_tree *ret, struct err *e);
/* Remembers a mount that becomes read-only before the pivot. Takes the descriptor. */
int rootfs_keep_late(struct setup *s, int fd, struct err *e);
