/* SPDX-License-Identifier: MIT */
/* Everything that hako prints goes through here. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/fmt.h"
#include "base/json_value.h"
#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>

/* "hako: MSG", then "hint: …" on stderr. With `path` ("hako run"), a line that tells where the
 * command's help is. */
void output_error(const struct err *e, const char *path);

/* The log sink: "hako: warning: …" on stderr. */
void output_log(enum log_level level, const char *line);

/* To standard output, whole; a full disk or a closed pipe is an error. */
int output_text(const char *text, size_t len, struct err *e);
int output_buf(const struct buf *b, struct err *e);
__attribute__((format(printf, 2, 3))) int output_line(struct err *e, const char *fmt, ...);

/* The terminal's width, 0 when standard output is none. */
size_t output_width(void);

/* What the commands that take several names do with each of them. */
typedef int (*output_each_fn)(void *arg, const char *name, struct err *e);

enum output_each_flags {
    OUTPUT_EACH_SILENT = 1,   /* do not print the name after success: `fn` prints what there is */
    OUTPUT_EACH_MAY_MISS = 2, /* ERR_NOT_FOUND is told, but counts as success */
    OUTPUT_EACH_SKIP = 4,     /* ERR_NOT_FOUND is not even told */
};

/* As docker's, they go on after a failure, which is printed at once. The exit code: 1 when there
 * was one. */
int output_each(char *const *names, unsigned flags, output_each_fn fn, void *arg, struct err *e);

/* A list's rows: objects made one after another as JSON text, then printed through a format. */
struct output_rows {
    struct json_value **items;
    size_t count;
};
int output_row(struct output_rows *rows, struct buf *json, struct err *e);
void output_rows_free(struct output_rows *rows);
DEFINE_CLEANUP(struct output_rows, output_rows, output_rows_free(p))

/* The rows as the list's format has it; with -q, unless there is one, their ids. */
int output_list(struct fmt_list list, bool quiet, const struct output_rows *rows, struct err *e);

/* One object (JSON text): "json" as it is, else through the template of --format; without one
 * through `text`, whose tab-separated lines are aligned. */
int output_object(const struct buf *json, const char *format, const char *text, struct err *e);
