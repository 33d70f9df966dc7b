/* SPDX-License-Identifier: MIT */
/* Hard links of a layer to files that only lower layers have. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "image/tool/view.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A layer is shared by images with different lower layers, so it cannot hold a copy of their files:
 * unpack_layer() only notes such links. The image's own layer on top (parents.h) gets the file,
 * copied up with its attributes, under the link's name and those that it has below.
 */
struct links_file {
    struct view_entry source;
    char **names; /* that show it in the whole stack */
    bool wanted;  /* by a link that is not hidden */
};

struct links_item {
    const char *path; /* borrowed from the layer's notes */
    char *target;     /* resolved */
    size_t file;
    bool hidden; /* by the same layer or a higher one: not to be made */
};

struct links {
    struct links_item *items;
    size_t n;
    struct links_file *files; /* each once */
    size_t n_files;
};

/* Finds the files. A link to nothing is ERR_INVALID with the layer's name and the entry's. */
int links_resolve(const struct view_layer *layers, size_t n, struct links *ret, struct err *e);
void links_free(struct links *l);
DEFINE_CLEANUP(struct links, links, links_free(p))

/* Adds the directories that links_make() needs to the strv. */
int links_parents(const struct links *l, char ***paths, struct err *e);

/* Makes files and links in `tree`, which has their directories. */
int links_make(const struct links *l, int tree, struct err *e);
