/* SPDX-License-Identifier: MIT */
/* What a stack of unpacked layers shows at a path, as overlayfs would merge them. */
#pragma once

#include "base/err.h"
#include "image/tool/tree.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* One layer of an image; a stack is an array of them, the lowest first. */
struct view_layer {
    int tree;            /* its unpacked root */
    const char *implied; /* as of struct unpack_result */
    size_t implied_len;
    const char *links;
    size_t links_len;
    const char *name; /* for messages */
};

/* What one layer says about a directory. */
enum view_sight {
    VIEW_NOTHING, /* look at the layer below */
    VIEW_WALL,    /* hides whatever is below */
    VIEW_DIR,
};

/* Walks down by name, since an opaque directory or anything else than a directory on the way hides
 * the lower layers. VIEW_DIR: *ret_fd is the directory, *ret_opaque whether one on the way is. */
enum view_sight view_look(const struct view_layer *l, const char *path, int *ret_fd,
                          bool *ret_opaque);

/* Something in a stack. */
struct view_entry {
    size_t layer; /* where it is */
    int dir;      /* the directory that holds it there; the caller's */
    char leaf[NAME_MAX + 1];
    struct stat st;
};

/* 1: found; 0: there is nothing at `path` (normal form; symlinks are not followed, not even on the
 * way); negative: an error. */
int view_find(const struct view_layer *layers, size_t n, const char *path, struct view_entry *ret,
              struct err *e);

/* The path with all symlinks on the way (but not at its end) resolved inside the root. 1, or 0 when
 * a directory on the way is missing. */
int view_resolve(const struct view_layer *layers, size_t n, const char *path,
                 char ret[TREE_PATH_MAX + 1], struct err *e);

/* The path's directory, "" for the root, and its last component. */
const char *view_split(const char *path, char parent[TREE_PATH_MAX + 1]);
