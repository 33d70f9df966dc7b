/* SPDX-License-Identifier: MIT */
/* --filter KEY=VALUE of the lists whose filters need nothing but the item itself. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct list_filter {
    const char *name;
    bool (*match)(const void *item, const char *value);
    bool and_again; /* given twice, both must hold; else one of them */
};

/* ERR_INVALID for a key that the table (which ends with an empty row) does not have. */
int list_filter_check(const struct list_filter *filters, char *const *texts, struct err *e);

/* Does the item pass all the filters that were given? */
bool list_filter_match(const struct list_filter *filters, char *const *texts, const void *item);
