/* SPDX-License-Identifier: MIT */
/* Unpacked layers in the store: their directories, and what is recorded beside each. */
#pragma once

#include "base/err.h"
#include "image/store.h"

#include <stdbool.h>
#include <stdint.h>

#define LAYER_DIR    "layers"     /* below the store's root */
#define LAYER_TREE   "fs"         /* in a layer's directory: the unpacked tree */
#define LAYER_RECORD "layer.json" /* its struct layer_record */
#define LAYER_PARENTS                                                                              \
    "parents" /* directories that the archive implies without an entry for                         \
               * them: paths, each ended by NUL; absent when there are none */
#define LAYER_LINKS                                                                                \
    "links" /* hard links to files that only lower layers have: name and target, each ended by     \
             * NUL; absent when there are none */
#define LAYER_OPAQUE "trusted.overlay.opaque"

struct layer_record {
    int64_t size;    /* bytes of the uncompressed tar stream */
    int64_t entries; /* of the tar stream */
};

/* The directory's name in ROOT/layers for a key (a digest), or NULL when the text is none. */
const char *layer_name(const char *key);

/* "layers/HEX/SUB" into a buffer of LAYER_PATH_MAX bytes; returns it. */
#define LAYER_PATH_MAX 192
const char *layer_path(const char *key, const char *sub, char *buf);

/* Opens the tree for reading. *ret_opaque: its root hides all layers below it. ERR_NOT_FOUND when
 * the store lacks the layer. */
int layer_open(const struct store *s, const char *key, bool *ret_opaque, int *ret_fd,
               struct err *e);

/* True for the root of a layer whose archive has no entry for it: it is left with the time 0. */
struct stat;
bool layer_root_is_implied(const struct stat *st);

/* Gives one directory (by descriptor) another one's owner, mode, times and extended attributes,
 * overlayfs's own excepted. */
int layer_copy_attributes(int from, int to, struct err *e);

bool layer_exists(const struct store *s, const char *key);

int layer_read_record(const struct store *s, const char *key, struct layer_record *ret,
                      struct err *e);
/* Writes layer.json into the directory of a layer that is being made. */
int layer_write_record(int dirfd, const struct layer_record *rec, struct err *e);
