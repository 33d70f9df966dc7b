/* SPDX-License-Identifier: MIT */
/* The image store: find, list, tag and remove images; an OCI image layout beside unpacked layers.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_config; /* oci/image.h */

/*
 *     ROOT/images/           an OCI image layout (image-layout.md) that any OCI tool can read:
 *                            oci-layout, index.json, blobs/sha256/HEX. A tag is an entry of
 *                            index.json with annotation org.opencontainers.image.ref.name = the
 *                            full reference; an entry without it is a dangling image.
 *     ROOT/layers/HEX/fs     one unpacked layer, immutable; HEX is its diff-id's
 *     ROOT/layers/HEX/layer.json  its size and the like
 *     ROOT/tmp/              loads under way; what has no living owner is garbage
 *
 * Readers never lock. Writers hold the lock file ROOT/images.lock while they change index.json or
 * delete blobs and layers. A store that does not exist yet is an empty one.
 */
struct store {
    char *root;
    int fd; /* ROOT, or -1 while it does not exist */
};

int store_open(const char *root, struct store *ret, struct err *e);
void store_close(struct store *s);
DEFINE_CLEANUP(struct store, store, store_close(p))

struct store_image {
    char *id;        /* "sha256:…": the config's digest, as docker's image id */
    char *digest;    /* "sha256:…": the manifest's */
    char **refs;     /* full references, sorted; NULL: dangling */
    char **layers;   /* keys for overlay_open(), the lowest first; for records: opaque texts. The
                      * diff-ids, and on top the image's own id where it needs a layer of its own
                      * (image/tool/parents.h) */
    char **diff_ids; /* rootfs.diff_ids, the lowest first */
    int64_t created; /* seconds since 1970, or 0 */
    struct image_config *config;
};

/* What docker counts as an image's size: the bytes of all its layers' tar streams. Reads a small
 * file a layer. */
int64_t store_image_size(const struct store *s, const struct store_image *img);

void store_image_free(struct store_image *img);
DEFINE_CLEANUP(struct store_image *, store_image, store_image_free(*p))

/*
 * Finds by full id, reference, or unambiguous id prefix, in this order. A name without a domain
 * that is not there is looked for as localhost/NAME too, where podman and buildah put theirs.
 * Reads three small files; `refs` holds those of the same manifest. ERR_NOT_FOUND "No such image:
 * TEXT" with a hint; ERR_INVALID for bad grammar or a prefix that fits several images.
 */
int store_find(const struct store *s, const char *text, struct store_image **ret, struct err *e);

struct image_index; /* oci/image.h */
/* The same in an index that has been read: the entry's number. *ret_by_id: `text` was an id. */
int store_find_entry(const struct store *s, const struct image_index *idx, const char *text,
                     bool *ret_by_id, struct err *e);

struct store_list {
    struct store_image **items; /* newest first, one an id */
    size_t count;
};

/* All images. Damaged ones are named by log_warn() and left out. */
int store_list(const struct store *s, struct store_list *ret, struct err *e);
void store_list_free(struct store_list *l);
DEFINE_CLEANUP(struct store_list, store_list, store_list_free(p))

/* Gives the image that `text` finds one more reference; one that named another image moves. A
 * reference with a digest cannot be given: ERR_INVALID. */
int store_tag(struct store *s, const char *text, const char *new_ref, struct err *e);

/* What containers keep alive; asked under the store's lock, after the images have been read. */
struct store_use {
    const char *container; /* name or short id, for messages */
    const char *image_id;  /* "sha256:…" */
    char *const *layers;   /* as store_image.layers */
    bool running;
};
/* Sets the array, which stays the callee's. */
typedef int (*store_uses_fn)(void *arg, const struct store_use **ret, size_t *ret_n, struct err *e);

enum store_remove_flags {
    STORE_REMOVE_FORCE = 1,
};

/*
 * rmi, as docker does it: a reference among several is only untagged; the last one, or an id,
 * removes the image with all blobs and layers that no other image and no container needs.
 * ERR_IN_USE "conflict: unable to delete ID (must be forced) - …" while a container uses it, or
 * while an id has references in several repositories; with force only a running container is in
 * the way. Appends docker's lines ("Untagged: busybox:latest\nDeleted: sha256:…\n") to `report`.
 * `uses` may be NULL: no containers.
 */
int store_remove(struct store *s, const char *text, unsigned flags, store_uses_fn uses, void *arg,
                 struct buf *report, struct err *e);

/* Appends docker's `image inspect` object (compact JSON) of one image. */
int store_inspect(const struct store *s, const struct store_image *img, struct buf *out,
                  struct err *e);
