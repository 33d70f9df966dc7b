/* SPDX-License-Identifier: MIT */
/* Output for people and scripts: aligned tables and the Go-template subset of --format. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

struct json_value;

/*
 * Templates, as text/template and docker's additions define them: fields (.A.B), json, range,
 * else, end, if, with, index, slice, join, len, print, printf, println, eq ne lt le gt ge, and or
 * not, upper lower title split truncate pad, pipes, variables, parentheses, comments, {{- -}}.
 */
struct fmt_template;

/* ERR_INVALID: "template: 1:7: …" with line and column. */
int fmt_parse(const char *text, struct fmt_template **ret, struct err *e);
void fmt_template_free(struct fmt_template *t);
DEFINE_CLEANUP(struct fmt_template *, fmt_template, fmt_template_free(*p))

/* A method such as {{.Label "key"}}: writes its result for the object that the dot is. */
struct fmt_method {
    const char *name;
    int (*call)(const struct json_value *dot, const char *arg, struct buf *out, struct err *e);
};

/*
 * Applies the template to `root` and appends the result. A field that starts with an upper-case
 * letter and is missing is ERR_INVALID (as in a Go struct), any other missing key is
 * "<no value>" (as in a map). `methods` ends with an empty row and may be NULL.
 */
int fmt_apply(const struct fmt_template *t, const struct json_value *root,
              const struct fmt_method *methods, struct buf *out, struct err *e);

/* Lines of cells separated by tabs, aligned as docker does: columns at least `column_min` wide, 3
 * spaces between them, nothing after the last. `text` is consumed line by line. */
#define FMT_COLUMN_MIN 10 /* docker's */
void fmt_align(const char *text, size_t column_min, struct buf *out);

/* A column that `table` formats may name. A table ends with an empty row. */
struct fmt_field {
    const char *name;   /* "ID" */
    const char *header; /* "CONTAINER ID" */
};

/* How a list is printed. */
struct fmt_list {
    const char *format; /* --format: NULL, "table", "table TEMPLATE", "json", TEMPLATE */
    const char *table;  /* the template behind a plain "table" */
    const struct fmt_field *fields;
    const struct fmt_method *methods; /* may be NULL */
};

/* Renders objects: a table with its header, a JSON object a line, or the template once a line.
 * "\t" and "\n" written out in the format are a tab and a line feed. */
int fmt_rows(const struct fmt_list *list, struct json_value *const *rows, size_t nrows,
             struct buf *out, struct err *e);
