/* SPDX-License-Identifier: MIT */
/* What the store still needs, and the removal of the rest. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "image/scratch.h"
#include "image/store.h"
#include "oci/image.h"

#include <stdbool.h>

/* A set of names: blobs "sha256/HEX" and layers "HEX". */
struct sweep_marks {
    char **names; /* sorted once complete */
    size_t n;
    size_t cap;
};

/* Everything that the index reaches. Fails rather than leave anything out. */
int sweep_mark_index(const struct store *s, const struct image_index *idx, struct sweep_marks *m,
                     struct err *e);
int sweep_mark(struct sweep_marks *m, const char *name, struct err *e);
void sweep_seal(struct sweep_marks *m);
bool sweep_is_marked(const struct sweep_marks *m, const char *name);
void sweep_marks_free(struct sweep_marks *m);
DEFINE_CLEANUP(struct sweep_marks, sweep_marks, sweep_marks_free(p))

/* Removes unmarked blobs and moves unmarked layers into `trash`, to be deleted when the lock has
 * been given back. Appends "Deleted: sha256:HEX\n" for each layer to `report`. */
int sweep_store(const struct store *s, const struct sweep_marks *m, const struct scratch *trash,
                struct buf *report, struct err *e);
