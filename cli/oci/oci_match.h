/* SPDX-License-Identifier: MIT */
/* --regex: one command on every container whose id matches. */
#pragma once

#include "base/err.h"

typedef int (*oci_match_fn)(const char *id, const void *arg, struct err *e);

/* Calls `fn` for each container below `root` whose id matches the extended regular expression
 * (regex(7)); goes on after failures and returns the first. None that matches is no error. */
int oci_match(const char *root, const char *pattern, oci_match_fn fn, const void *arg,
              struct err *e);
