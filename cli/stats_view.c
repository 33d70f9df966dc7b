/* SPDX-License-Identifier: MIT */
/* What `hako stats` prints of a look. */
#include "cli/stats_view.h"

#include "base/str.h"
#include "cli/output.h"

static int add_table(const struct stats_view *v, const struct meter *m, struct buf *out,
                     struct err *e)
{
    AUTO_BUF struct buf lines = { 0 };

    stats_row_header(v->how.pressure, &lines);
    for (size_t i = 0; i < m->n; i++)
        stats_row_cells(&v->how, &m->items[i], &lines);
    if (lines.failed)
        return err_nomem(e);
    fmt_align(lines.data, FMT_COLUMN_MIN, out);
    return out->failed ? err_nomem(e) : 0;
}

static int add_json(const struct stats_view *v, const struct meter *m, struct buf *out,
                    struct err *e)
{
    for (size_t i = 0; i < m->n; i++) {
        stats_row_json(&v->how, &m->items[i], out);
        buf_char(out, '\n');
    }
    return out->failed ? err_nomem(e) : 0;
}

static int add_rows(const struct stats_view *v, const struct meter *m, struct buf *out,
                    struct err *e)
{
    CLEANUP(output_rows) struct output_rows rows = { 0 };
    AUTO_BUF struct buf json = { 0 };
    const struct fmt_list list = {
        .format = v->format,
        .table = stats_row_table(v->how.pressure),
        .fields = stats_row_fields,
    };
    int r = 0;

    for (size_t i = 0; r >= 0 && m && i < m->n; i++) {
        stats_row_json(&v->how, &m->items[i], &json);
        r = output_row(&rows, &json, e);
    }
    return r < 0 ? r : fmt_rows(&list, rows.items, rows.count, out, e);
}

int stats_view_check(const struct stats_view *v, struct err *e)
{
    AUTO_BUF struct buf nothing = { 0 };

    return add_rows(v, NULL, &nothing, e);
}

int stats_view_text(const struct stats_view *v, const struct meter *m, struct buf *out,
                    struct err *e)
{
    if (!v->format || STREQ(v->format, "table"))
        return add_table(v, m, out, e);
    return STREQ(v->format, "json") ? add_json(v, m, out, e) : add_rows(v, m, out, e);
}
