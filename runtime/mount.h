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
};

/* What is going to be mounted. */
struct mount_tree {
    int fd;        /* its root; -1: none */
    bool detached; /* a mount of its own, not attached yet; else a place to bind (old kernels) */
    bool recursive;
    bool fresh; /* a new file system: its attributes are set already */
};

/* Clones the mount at dirfd/path (openat's rules; "" with a descriptor of the very file) with the
 * recursion that the options ask for. */
int mount_clone(int dirfd, const char *path, unsigned flags, struct mount_tree *ret, struct err *e);

/* Applies attributes, recursive attributes and propagation to a mount's root. `recursive`: there
 * may be mounts below it. */
int mount_set(int fd, const struct mount_options *o, bool recursive, struct err *e);

/* Puts the tree there with those options and closes its descriptor. */
int mount_attach(struct mount_tree *t, const struct mount_spot *spot, const struct mount_options *o,
                 struct err *e);

/* A new file system as a tree; ERR_UNSUPPORTED where only mount(2) exists (then mount_old()). The
 * attributes of `o` are in it already. Errors carry what the file system said. */
int mount_new(const char *type, const char *source, const struct mount_options *o,
              struct mount_tree *ret, struct err *e);
int mount_old(const char *type, const char *source, const struct mount_options *o,
              const struct mount_spot *spot, struct err *e);

/* Changes a mount that is there: attributes, and data of the file system if there are any. */
int mount_remount(const struct mount_spot *spot, const struct mount_options *o, struct err *e);

void mount_tree_close(struct mount_tree *t);
DEFINE_CLEANUP(struct mount_tree, mount_tree, mount_tree_close(p))
