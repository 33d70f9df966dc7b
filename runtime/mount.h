/* SPDX-License-Identifier: MIT */
/* One mount by descriptors: the new mount API, the old calls where it is missing. */
#pragma once

#include "base/err.h"
#include "runtime/mount_option.h"

#include <stdbool.h>

/* A place in the rootfs, resolved once and held by descriptor. */
struct mount_spot {
    int root;         /* the rootfs */
    const char *path; /* as the config says; for errors, and to look again after an old mount(2) */
    int fd;           /* O_PATH */
    bool linked;      /* symlinks may have led here: the path does not tell where this is */
};

/* What is going to be mounted. */
struct mount_tree {
    int fd;        /* its root; -1: none */
    bool detached; /* a mount of its own, not attached yet; else a place to bind (old kernels) */
    bool recursive;
    bool fresh; /* a new file system: its attributes are set already */
};

/* The calls of Linux 5.2, open_tree(2) to move_mount(2), come together. Where the first of them to
 * be tried is missing, the others are not tried any more. */
void mount_use_old_calls(void);
bool mount_has_new_calls(void);

/* Clones the mount at dirfd/path (openat's rules; "" with a descriptor of the very file) with the
 * recursion that the options ask for. */
int mount_clone(int dirfd, const char *path, unsigned flags, struct mount_tree *ret, struct err *e);

/* Applies attributes, recursive attributes and propagation to an attached mount's root.
 * `recursive`: there may be mounts below it. Old kernels: the caller's /proc must be in sight. */
int mount_set(int fd, const struct mount_options *o, bool recursive, struct err *e);
/* The same by the calls of Linux 5.12 alone, for detached mounts too: -1 with errno, ENOSYS where
 * they are missing. */
int mount_set_new(int fd, const struct mount_options *o, bool recursive);

/* Puts the tree there with those options. Afterwards t->fd is the attached mount's root. */
int mount_attach(struct mount_tree *t, const struct mount_spot *spot, const struct mount_options *o,
                 struct err *e);

/* Mounts a new file system there; `ret_top` (may be NULL) gets a descriptor of its root. Errors
 * carry what the file system said. */
int mount_fs(const char *type, const char *source, const struct mount_options *o,
             const struct mount_spot *spot, int *ret_top, struct err *e);

/* Changes a mount that is there: its attributes, and without "bind" its superblock, too. */
int mount_remount(const struct mount_spot *spot, const struct mount_options *o, struct err *e);

/* What was mounted on the spot last. -1 with errno; EAGAIN when something else is there, since
 * somebody exchanges directories meanwhile. `like`: a descriptor of the same file, or -1. */
int mount_top(const struct mount_spot *spot, int like);

void mount_tree_close(struct mount_tree *t);
DEFINE_CLEANUP(struct mount_tree, mount_tree, mount_tree_close(p))
