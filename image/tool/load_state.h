/* SPDX-License-Identifier: MIT */
/* What the two halves of a load share: preparing in scratch, and the commit. */
#pragma once

#include "image/scratch.h"
#include "image/tool/layers.h"
#include "image/tool/load.h"
#include "image/tool/plan.h"
#include "image/tool/source.h"

/* A finished file or directory in scratch, and where below the store's root it belongs. */
struct load_move {
    char *from;
    char *to;
};

struct load {
    struct store *store;
    const struct load_args *args;
    struct scratch scratch;
    struct source source;
    struct plan plan;
    struct layers layers;
    struct load_move *moves;
    size_t n_moves;
    struct image_descriptor *manifests; /* one an image of the plan */
};

/* `from` is copied, `to` too. */
int load_add_move(struct load *l, const char *from, const char *to, struct err *e);

/* Puts everything that has been prepared into place and names it: durable and atomic. */
int load_commit(struct load *l, struct err *e);
