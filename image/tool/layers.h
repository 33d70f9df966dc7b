/* SPDX-License-Identifier: MIT */
/* The layers of a load: read, verified, decompressed and unpacked, several at a time. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "image/layer.h"
#include "image/scratch.h"
#include "image/store.h"
#include "image/tool/digest.h"
#include "image/tool/plan.h"
#include "image/tool/progress.h"

#include <stdbool.h>

/* One blob and the layer in it. Images that share it share this. */
struct layers_work {
    const struct plan_layer *layer;
    bool present; /* the store has the layer, or another work makes it: not unpacked again */
    /* Results: */
    enum image_compression compression;
    char digest[DIGEST_TEXT_MAX]; /* the blob's, computed */
    struct layer_record record;
    struct buf implied; /* as of unpack_layer(); of a layer that the store has, read from there */
    struct buf links;   /* the same */
};

struct layers {
    const struct store *store;
    const struct scratch *scratch; /* blobs go to blobs/N, layers to layers/N, N being the work */
    struct layers_work *works;
    size_t n;
    struct progress progress;
};

/* One work for each different blob of the plan. Frees with layers_free(). */
int layers_init(struct layers *ls, const struct store *s, const struct scratch *sc,
                const struct plan *p, struct err *e);
/* Does them all, with as many threads as there are processors, two at least. */
int layers_run(struct layers *ls, bool quiet, struct err *e);
const struct layers_work *layers_of(const struct layers *ls, const struct plan_layer *l);
void layers_free(struct layers *ls);
