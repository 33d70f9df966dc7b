/* SPDX-License-Identifier: MIT */
/* hako ps: list containers. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/ps_filter.h"
#include "cli/ps_row.h"
#include "engine/id.h"

#define TABLE                                                                                      \
    "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"

struct ps_args {
    bool all;
    bool latest;
    bool no_trunc;
    bool quiet;
    bool size;
    int64_t last; /* -1: not given */
    char **filters;
    const char *format;
};
static const struct ps_args defaults = { .last = -1 };

static void words_filter(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, "ancestor=\nbefore=\nexited=\nid=\nlabel=\nname=\nnetwork=\nsince=\nstatus=\n");
}

#define AT(field) OPT_AT(struct ps_args, field)
static const struct opt options[] = {
    { 'a', "all", OPT_FLAG, AT(all), NULL, "List stopped containers too" },
    { 'f', "filter", OPT_STRV, AT(filters), "KEY=VALUE",
      "Only those with this id, name, label, status, exited, ancestor, network, before, since",
      .words = words_filter },
    { 0, "format", OPT_STRING, AT(format), "FORMAT",
      "Print as table, table TEMPLATE, json, or by a Go template" },
    { 'n', "last", OPT_INT, AT(last), "N", "The N containers created last, in any state", .min = -1,
      .max = INT32_MAX },
    { 'l', "latest", OPT_FLAG, AT(latest), NULL, "The container created last, in any state" },
    { 0, "no-trunc", OPT_FLAG, AT(no_trunc), NULL, "Do not shorten ids and texts" },
    { 'q', "quiet", OPT_FLAG, AT(quiet), NULL, "Print ids only" },
    { 's', "size", OPT_FLAG, AT(size), NULL, "Add a column with the size of what they wrote" },
    { 0 },
};

static int print(const struct ps_args *a, const struct ps_row_how *how,
                 const struct ps_filters *filters, const struct container_list *list, struct err *e)
{
    CLEANUP(output_rows) struct output_rows rows = { 0 };
    AUTO_BUF struct buf b = { 0 };
    int64_t left = a->latest ? 1 : a->last;
    const struct fmt_list format = {
        .format = a->format,
        .table = a->size ? TABLE "\t{{.Size}}" : TABLE,
        .fields = ps_row_fields,
        .methods = ps_row_methods,
    };

    for (size_t i = 0; i < list->count && left != 0; i++) {
        if (!ps_filters_match(filters, &list->items[i]))
            continue;
        ps_row_json(how, &list->items[i], &b);
        int r = output_row(&rows, &b, e);
        if (r < 0)
            return r;
        left -= left > 0;
    }
    return output_list(format, a->quiet, &rows, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct ps_args *a = args;
    CLEANUP(ps_filters) struct ps_filters filters = { 0 };
    struct store store;
    struct container_list list = { 0 };
    const struct paths *p;
    int r = ps_filters_parse(a->filters, &filters, e);

    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r >= 0 && (filters.count > 0 || a->size))
        r = cli_store(ctx, &store, e);
    if (r >= 0)
        r = list_containers(p, a->all || a->latest || a->last >= 0 || filters.all, &list, e);
    if (r >= 0)
        r = ps_filters_resolve(&filters, &list, &store, e);
    if (r >= 0) {
        const struct ps_row_how how = {
            .no_trunc = a->no_trunc,
            .size = a->size,
            .paths = p,
            .store = &store,
        };
        r = print(a, &how, &filters, &list, e);
    }
    list_free(&list);
    return r < 0 ? r : 0;
}

const struct opt_cmd cmd_ps = {
    .usage = "[OPTIONS]",
    .summary = "List containers",
    .opts = options,
    .args_size = sizeof(struct ps_args),
    .defaults = &defaults,
    .run = run,
};
