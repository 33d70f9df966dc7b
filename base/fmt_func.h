/* SPDX-License-Identifier: MIT */
/* Values that a template computes, and the functions it may call. For base/fmt_*.c. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/json_value.h"

#include <stdbool.h>

/* Keeps what a template computed until it is done. NULL stands for a missing value everywhere. */
struct fmt_made {
    struct json_value **values;
    size_t n;
};

const struct json_value *fmt_value_bool(bool b);
/* Strings and numbers from text; the buffer is taken over and left empty. NULL without memory. */
const struct json_value *fmt_value_text(struct fmt_made *m, enum json_type type, struct buf *b);
void fmt_value_free(struct fmt_made *m);

#define FMT_ARGS_MAX 32

/* Errors are ERR_INVALID without a place; the caller adds it. */
typedef int (*fmt_func_fn)(struct fmt_made *m, const struct json_value *const *args, size_t n,
                           const struct json_value **ret, struct err *e);

struct fmt_func {
    const char *name;
    size_t min_args;
    size_t max_args;
    fmt_func_fn call;
};

/* NULL when there is no such function. */
const struct fmt_func *fmt_func_find(const char *name);

/* As Go sees it: false, 0, "", empty, null and missing are false. */
bool fmt_value_truth(const struct json_value *v);

/* The value as Go's %v prints it. */
void fmt_value_print(const struct json_value *v, struct buf *out);

/* The members by name, n of them and a NULL; the caller frees the vector. NULL without memory. */
const struct json_member **fmt_value_sorted(const struct json_value *v);

/* printf: args[0] is the format. Part of the table above. */
int fmt_printf(struct fmt_made *m, const struct json_value *const *args, size_t n,
               const struct json_value **ret, struct err *e);
/* eq ne lt le gt ge. */
int fmt_compare_eq(struct fmt_made *m, const struct json_value *const *args, size_t n,
                   const struct json_value **ret, struct err *e);
int fmt_compare_ne(struct fmt_made *m, const struct json_value *const *args, size_t n,
                   const struct json_value **ret, struct err *e);
int fmt_compare_lt(struct fmt_made *m, const struct json_value *const *args, size_t n,
                   const struct json_value **ret, struct err *e);
int fmt_compare_le(struct fmt_made *m, const struct json_value *const *args, size_t n,
                   const struct json_value **ret, struct err *e);
int fmt_compare_gt(struct fmt_made *m, const struct json_value *const *args, size_t n,
                   const struct json_value **ret, struct err *e);
int fmt_compare_ge(struct fmt_made *m, const struct json_value *const *args, size_t n,
                   const struct json_value **ret, struct err *e);
