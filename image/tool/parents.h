/* SPDX-License-Identifier: MIT */
/* Directories that a layer names only in the paths of its files. */
#pragma once

#include "base/err.h"
#include "image/tool/links.h"
#include "image/tool/view.h"

#include <stddef.h>

/*
 * A layer's archive may have "usr/bin/x" without an entry for "usr". Unpacked alone, usr gets
 * default attributes, which in an overlay would cover those that a lower layer gave it. A layer is
 * shared by images with different lower layers, so it cannot take theirs: instead the image gets a
 * layer of its own on top, keyed by its id, with nothing but such directories in their true state.
 */
/* Directories of one image that would lose their attributes: a strv of paths, parents first; NULL:
 * none, and no further layer is needed. `layers`: the lowest first. */
int parents_find(const struct view_layer *layers, size_t n, char ***ret, struct err *e);

/* Makes them in `tree`, an empty directory, with the links in them. Sorts the paths. */
int parents_make(const struct view_layer *layers, size_t n, char **paths, const struct links *links,
                 int tree, struct err *e);
