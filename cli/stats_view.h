/* SPDX-License-Identifier: MIT */
/* What `hako stats` prints of a look: a table, JSON lines, or a template's lines. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "cli/stats_row.h"
#include "engine/meter.h"

struct stats_view {
    const char *format; /* --format, or NULL */
    struct stats_row_how how;
};

/* Fails, before anything is read, where the format will. */
int stats_view_check(const struct stats_view *v, struct err *e);

/* Appends what is to be printed of the set. The plain table and JSON go without templates and
 * objects: they are what is drawn again and again. */
int stats_view_text(const struct stats_view *v, const struct meter *m, struct buf *out,
                    struct err *e);
