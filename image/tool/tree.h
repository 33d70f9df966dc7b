/* SPDX-License-Identifier: MIT */
/* The directory that a layer is unpacked into: paths inside it, replacement, whiteouts. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#define TREE_PATH_MAX 4095 /* bytes of an entry's name */

#define TREE_DIRS_MAX 4000000 /* made or described */

#define TREE_CACHE 64

/* A directory that has been seen: times are set when nothing more is put into it. */
struct tree_dir {
    char *path;
    ino_t ino;
    size_t order;
    bool given; /* by an entry; else only implied by the names of others */
    struct timespec mtime;
};

struct tree {
    int root;
    /* Descriptors of parents: entries come directory by directory. */
    struct {
        char *path;
        int fd;
    } cache[TREE_CACHE];
    bool stale; /* a directory or symlink went: the cache must be forgotten before its next use */
    struct tree_dir *dirs;
    size_t n_dirs;
    size_t cap_dirs;
};

/* `root` (a directory, readable) stays the caller's. */
void tree_init(struct tree *t, int root);
void tree_free(struct tree *t);

/*
 * The normal form of an entry's name: no "." components, no slashes at either end; "" for the root
 * itself, which `umoci insert` calls "/". Refused (ERR_INVALID): other absolute names, ".."
 * components, components that start with ".wh." other than the last; ERR_LIMIT: too long.
 * `out` holds TREE_PATH_MAX + 1.
 */
int tree_normal_name(const char *name, char *out, struct err *e);

/*
 * The directory that holds `path`, resolved inside the root whatever symlinks are in the way
 * (openat2(2), RESOLVE_IN_ROOT); ERR_NOT_FOUND when there is none. With `make`, missing ones are
 * made (0755) and remembered as implied; a whiteout in the way becomes an opaque directory.
 * *ret_leaf points into `path`. The descriptor is the tree's, good until the next call.
 */
int tree_parent(struct tree *t, const char *path, bool make, int *ret_fd, const char **ret_leaf,
                struct err *e);

/* Removes what an earlier entry put there, so that a later one can have the name. *ret_was_other:
 * there was something, and not a directory. A directory stays if keep_dir. */
int tree_clear(struct tree *t, int parent, const char *leaf, bool keep_dir, bool *ret_was_other,
               struct err *e);

/* Remembers a directory's final times. */
int tree_note_dir(struct tree *t, const char *path, ino_t ino, const struct timespec *mtime,
                  struct err *e);

/* True when something of this layer that is no directory stands in the way of `path`: it hides the
 * lower layers' directory there, so that a whiteout in that says nothing. */
bool tree_is_hidden(const struct tree *t, const char *path);

/* Hides lower layers' `leaf`: a device 0:0 as overlayfs wants it, or an opaque directory where this
 * layer has a directory of that name. Anything else of this layer hides it already. */
int tree_whiteout(struct tree *t, int parent, const char *leaf, struct err *e);

/* Marks a directory opaque: leaf "" is `parent` itself. */
int tree_opaque(int parent, const char *leaf, struct err *e);

/* True for overlayfs's whiteout. */
bool tree_is_whiteout(const struct stat *st);

/* Sets the directories' times, and appends the paths of those that no entry described to
 * `implied`, each with its NUL. */
int tree_finish(struct tree *t, struct buf *implied, struct err *e);
