/* SPDX-License-Identifier: MIT */
/* The filters of `hako ps -f KEY=VALUE`. */
#pragma once

#include "base/err.h"
#include "engine/list.h"
#include "image/store.h"

#include <stdbool.h>

/* One -f, made ready. */
struct ps_filter {
    const struct ps_filter_key *key;
    const char *value;             /* behind the "=" */
    struct ps_filter_state *state; /* what the key made of it */
};

struct ps_filters {
    struct ps_filter *items;
    size_t count;
    bool all; /* a filter speaks of containers that do not run */
};

/* Filters of one key are alternatives (labels are not), those of several keys must all hold.
 * `list` and `store` are what names are looked up in. ERR_INVALID "invalid filter 'KEY'". */
int ps_filters_parse(char *const *texts, struct ps_filters *ret, struct err *e);
int ps_filters_resolve(struct ps_filters *f, const struct container_list *list,
                       const struct store *store, struct err *e);
bool ps_filters_match(const struct ps_filters *f, const struct container_info *c);
void ps_filters_free(struct ps_filters *f);
DEFINE_CLEANUP(struct ps_filters, ps_filters, ps_filters_free(p))
