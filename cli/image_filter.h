/* SPDX-License-Identifier: MIT */
/* The filters of `hako images -f KEY=VALUE`. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/store.h"

#include <stdbool.h>
#include <stdint.h>

struct image_filter {
    char **references; /* patterns: any of them */
    char **labels;     /* all of them */
    int dangling;      /* 0: does not matter, 1: only those, -1: not those */
    int64_t before;    /* seconds since 1970; INT64_MAX: any */
    int64_t since;     /* INT64_MIN: any */
};

/* `reference` is the operand, or NULL. ERR_INVALID "invalid filter 'KEY'". */
int image_filter_parse(char *const *texts, const char *reference, const struct store *store,
                       struct image_filter *ret, struct err *e);
bool image_filter_match(const struct image_filter *f, const struct store_image *img);
/* Whether this of its references is to be shown; NULL: an image without any. */
bool image_filter_match_ref(const struct image_filter *f, const char *full);
void image_filter_free(struct image_filter *f);
DEFINE_CLEANUP(struct image_filter, image_filter, image_filter_free(p))
