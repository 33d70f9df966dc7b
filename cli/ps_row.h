/* SPDX-License-Identifier: MIT */
/* One container as a row of `hako ps`. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/fmt.h"
#include "engine/list.h"
#include "image/store.h"

#include <stdbool.h>

struct ps_row_how {
    bool no_trunc;
    bool size; /* walk its files for the SIZE column */
    const struct paths *paths;
    const struct store *store;
};

extern const struct fmt_field ps_row_fields[];
extern const struct fmt_method ps_row_methods[];

/* The row as one JSON object, with docker's keys. */
void ps_row_json(const struct ps_row_how *how, const struct container_info *c, struct buf *out);

/* docker's word for a state: "running", "exited" … */
const char *ps_row_state(const struct container_info *c);
