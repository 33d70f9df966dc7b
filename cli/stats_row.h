/* SPDX-License-Identifier: MIT */
/* One container as a row of `hako stats`. */
#pragma once

#include "base/buf.h"
#include "base/fmt.h"
#include "engine/meter.h"

#include <stdbool.h>

struct stats_row_how {
    bool no_trunc;
    bool pressure;
    uint64_t memory; /* bytes that the host has */
};

extern const struct fmt_field stats_row_fields[];

/* The template of the columns. */
const char *stats_row_table(bool pressure);

/* The same columns without a template: their headers, and a row's cells, each line's separated by
 * tabs. */
void stats_row_header(bool pressure, struct buf *out);
void stats_row_cells(const struct stats_row_how *how, const struct meter_item *c, struct buf *out);

/* The row as one JSON object: docker's keys, and what stands behind them as numbers, null where
 * that is not counted. */
void stats_row_json(const struct stats_row_how *how, const struct meter_item *c, struct buf *out);
