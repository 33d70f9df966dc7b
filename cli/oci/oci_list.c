/* SPDX-License-Identifier: MIT */
/* hako-oci state and list: what containers there are, and in which state. */
#include "base/fmt.h"
#include "base/json_out.h"
#include "base/str.h"
#include "cli/oci/oci.h"
#include "cli/output.h"
#include "runtime/lifecycle.h"

static int show(void *ctx, const void *args, char **operands, struct err *e)
{
    CLEANUP(state) struct state s = { 0 };
    AUTO_BUF struct buf out = { 0 };

    int r = lifecycle_state(oci_root(ctx), operands[0], &s, e);
    if (r < 0)
        return r;
    json_write(&state_table, &s, JSON_PRETTY, &out);
    buf_char(&out, '\n');
    return output_buf(&out, e);
}

const struct opt_cmd oci_state = {
    .usage = "ID",
    .summary = "Print the state of a container as JSON",
    .min_operands = 1,
    .max_operands = 1,
    .words = oci_words_containers,
    .run = show,
};

enum list_format { LIST_TABLE, LIST_JSON };
static const char *const formats[] = { "table", "json", NULL };

struct list_args {
    int format;
    bool quiet;
};

static const struct opt options[] = {
    { 'f', "format", OPT_ENUM, OPT_AT(struct list_args, format), "FORMAT", "Print a table, or json",
      .choices = formats },
    { 'q', "quiet", OPT_FLAG, OPT_AT(struct list_args, quiet), NULL, "Print ids only" },
    { 0 },
};

/* runc's. */
#define COLUMN_MIN 12

static void table(const struct state *v, size_t n, struct buf *out)
{
    AUTO_BUF struct buf rows = { 0 };

    buf_str(&rows, "ID\tPID\tSTATUS\tBUNDLE\tCREATED\tOWNER\n");
    for (size_t i = 0; i < n; i++)
        buf_fmt(&rows, "%s\t%d\t%s\t%s\t%s\t%s\n", v[i].id, v[i].pid,
                json_enum_name(state_status_names, (int)v[i].status), str_text(v[i].bundle),
                str_text(v[i].created), str_text(v[i].owner));
    if (rows.failed)
        out->failed = true;
    else
        fmt_align(rows.data, COLUMN_MIN, out);
}

static int list(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct list_args *a = args;
    AUTO_BUF struct buf out = { 0 };
    struct state *v = NULL;
    size_t n = 0;

    int r = lifecycle_list(oci_root(ctx), &v, &n, e);
    if (r < 0)
        return r;
    if (a->quiet) {
        for (size_t i = 0; i < n; i++)
            buf_fmt(&out, "%s\n", v[i].id);
    } else if (a->format == LIST_JSON) {
        json_write_array(&state_table, v, n, JSON_COMPACT, &out);
        buf_char(&out, '\n');
    } else {
        table(v, n, &out);
    }
    lifecycle_list_free(v, n);
    return output_buf(&out, e);
}

const struct opt_cmd oci_list = {
    .usage = "[OPTIONS]",
    .summary = "List containers",
    .opts = options,
    .args_size = sizeof(struct list_args),
    .run = list,
};
