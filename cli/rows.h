/* SPDX-License-Identifier: MIT */
/* What the rows of several lists have in common: labels, cut texts, -q. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/fmt.h"
#include "base/json_map.h"
#include "base/json_value.h"

#include <stddef.h>

/* "a=1,b=2", sorted by key, for the Labels column. */
void rows_labels(const struct json_map *labels, struct buf *out);

/* The method .Label: the value of one label, from the row's Labels. */
int rows_label(const struct json_value *dot, const char *arg, struct buf *out, struct err *e);

/* At most `max` characters, the last of them "…" when there were more. malloc'd. */
char *rows_ellipsis(const char *text, size_t max);

/* docker's label filter, "KEY" or "KEY=VALUE". */
bool rows_has_label(const struct json_map *labels, const char *text);
