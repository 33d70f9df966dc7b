/* SPDX-License-Identifier: MIT */
/* Comma-separated KEY=VALUE fields, as --mount and --network take them. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* One line of CSV (RFC 4180: a field in double quotes may hold commas, and quotes doubled) as a
 * strv. ERR_INVALID for stray quotes. */
int parse_csv(const char *text, char ***ret, struct err *e);

/* NULL counts as true; else true, false, 1, 0. */
int parse_csv_bool(const char *value, bool *ret, struct err *e);

/* True when the word is one of `names`, which are separated by spaces. */
bool parse_csv_is(const char *names, const char *word, size_t len);
