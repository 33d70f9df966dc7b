/* SPDX-License-Identifier: MIT */
/* The OCI image layout in the store: index.json, blobs, and the lock of those who write. */
#pragma once

#include "base/err.h"
#include "image/store.h"
#include "oci/image.h"

#define LAYOUT_DIR   "images" /* below the store's root */
#define LAYOUT_BLOBS LAYOUT_DIR "/blobs"
#define LAYOUT_LOCK  "images.lock"

/* Image-spec documents in blobs (manifests, indexes, configs): as other tools limit them. */
#define LAYOUT_JSON_MAX (4u << 20)

DEFINE_CLEANUP(struct image_descriptor, image_descriptor, json_free(&image_descriptor_table, p))

/* The tags. A store without index.json has none. image_index_free() afterwards. */
int layout_read(const struct store *s, struct image_index *ret, struct err *e);

/* Replaces index.json, durably. The caller holds the store's lock. */
int layout_write(const struct store *s, const struct image_index *idx, struct err *e);

/* Makes ROOT (mode 0711) and in it the layout, layers and tmp, whatever is missing. */
int layout_make(struct store *s, struct err *e);
/* Makes the layout's oci-layout file when it is missing. The caller holds the store's lock. */
int layout_mark(const struct store *s, struct err *e);

/* "images/blobs/ALGORITHM/HEX" into a buffer of LAYOUT_PATH_MAX bytes, or NULL for a bad digest. */
#define LAYOUT_PATH_MAX 192
const char *layout_blob_path(const char *digest, char *buf);

/* A JSON blob's text; ERR_CORRUPT if its size is not the descriptor's. Caller frees. */
int layout_read_blob(const struct store *s, const struct image_descriptor *d, char **ret,
                     size_t *ret_len, struct err *e);
int layout_read_manifest(const struct store *s, const struct image_descriptor *d,
                         struct image_manifest *ret, struct err *e);

/* Index of the entry with this full reference, or -1. */
int layout_find_ref(const struct image_index *idx, const char *full);
/* The entry's normal full reference, malloc'd; NULL when it has none (or memory ran out). Other
 * tools may have written a short one. */
char *layout_entry_ref(const struct image_descriptor *d);

/* Appends a copy of the descriptor with this full reference (NULL: dangling). */
int layout_add_entry(struct image_index *idx, const struct image_descriptor *d, const char *full,
                     struct err *e);
void layout_drop_entry(struct image_index *idx, size_t i);

/* Gives `full` to the manifest: an entry that had it goes, or stays dangling if it was the last
 * of its image. `full` NULL: adds a dangling entry unless the image has any. */
int layout_set_ref(const struct store *s, struct image_index *idx, const struct image_descriptor *d,
                   const char *full, struct err *e);

/* The image id behind an entry (its manifest's config digest), malloc'd. */
int layout_entry_id(const struct store *s, const struct image_descriptor *d, char **ret,
                    struct err *e);
