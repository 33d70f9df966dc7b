/* SPDX-License-Identifier: MIT */
/* A container's root file system: overlay mounts that exist only as descriptors. */
#pragma once

#include "base/err.h"
#include "image/store.h"

enum overlay_flags {
    /* Nothing is synced to disk (overlayfs "volatile"): for containers whose upper directory does
     * not outlive them. */
    OVERLAY_VOLATILE = 1,
    /* As on kernels before 6.7: all layers in one string, by fsconfig(2) or by mount(2). The first
     * way that the kernel has is taken anyway; these are for tests. */
    OVERLAY_ONE_STRING = 2,
    OVERLAY_BY_MOUNT = 4,
};

#define OVERLAY_LAYERS_MAX 500 /* the kernel's own limit (OVL_MAX_STACK) */

/*
 * Stacks the layers (store_image.layers, the lowest first) below `upper`; both directories exist,
 * and are empty or from an earlier mount, on one file system; `work` belongs to the kernel. With
 * both NULL the result is read-only. *ret_fd is a detached mount (O_CLOEXEC), as of fsmount(2): it
 * is in nobody's mount table until move_mount(2) puts it there, and gone when the descriptor is.
 *
 * On kernels without lowerdir+ (before 6.7) with many layers a child process mounts in a mount
 * namespace of its own and clones the result. The working directory may be changed meanwhile, and
 * is as before afterwards: call it from a process with one thread.
 *
 * ERR_NOT_FOUND names a layer that is not in the store; errnum is ENOSYS on kernels without
 * fsopen(2) (before 5.2), which overlay_mount() is for.
 */
int overlay_open(const struct store *s, char *const *layers, const char *upper, const char *work,
                 unsigned flags, int *ret_fd, struct err *e);

/* The same by mount(2), on the directory `at`, where everybody sees it. The caller unmounts it. */
int overlay_mount(const struct store *s, char *const *layers, const char *upper, const char *work,
                  unsigned flags, const char *at, struct err *e);

/*
 * Makes the directories `upper` and `work` in `dirfd` (a container's, from dirfd's file system) for
 * a container of these layers: a container's root directory has its upper directory's owner, mode,
 * time and attributes, so those of the image's root are given to it. There already: success, and
 * nothing changes.
 */
int overlay_make(const struct store *s, char *const *layers, int dirfd, struct err *e);

/* A detached bind mount (not recursive) of one directory; read-only if asked. */
int overlay_bind(const char *path, bool rdonly, int *ret_fd, struct err *e);
