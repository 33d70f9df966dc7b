/* SPDX-License-Identifier: MIT */
/* What every inspect command does with its objects: an indented array, or a template a time. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Appends the object of `name` as JSON text. ERR_NOT_FOUND when there is none. */
typedef int (*inspect_print_fn)(void *arg, const char *name, struct buf *out, struct err *e);

/* Prints what is found; what is not is an error on standard error. Returns the exit code. `format`
 * as -f: NULL, "json", or a template. */
int inspect_print(char *const *names, const char *format, inspect_print_fn get, void *arg,
                  struct err *e);
