/* SPDX-License-Identifier: MIT */
/* hako network ls: list networks. */
#include "base/json_out.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/list_filter.h"
#include "cli/moment.h"
#include "cli/output.h"
#include "cli/rows.h"

#define ID_SHORT_LEN 12

struct ls_args {
    bool no_trunc;
    bool quiet;
    char **filters;
    const char *format;
};

static void words_filter(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, "driver=\nid=\nlabel=\nname=\nscope=local\ntype=builtin\ntype=custom\n");
}

#define AT(field) OPT_AT(struct ls_args, field)
static const struct opt options[] = {
    { 'f', "filter", OPT_STRV, AT(filters), "KEY=VALUE",
      "Only those with this driver, id, label, name, scope, type", .words = words_filter },
    { 0, "format", OPT_STRING, AT(format), "FORMAT",
      "Print as table, table TEMPLATE, json, or by a Go template" },
    { 0, "no-trunc", OPT_FLAG, AT(no_trunc), NULL, "Do not shorten ids" },
    { 'q', "quiet", OPT_FLAG, AT(quiet), NULL, "Print ids only" },
    { 0 },
};

static const struct fmt_field fields[] = {
    { "ID", "NETWORK ID" },
    { "Name", "NAME" },
    { "Driver", "DRIVER" },
    { "Scope", "SCOPE" },
    { "IPv4", "IPV4" },
    { "IPv6", "IPV6" },
    { "Internal", "INTERNAL" },
    { "Labels", "LABELS" },
    { "CreatedAt", "CREATED AT" },
    { 0 },
};
static const struct fmt_method methods[] = { { "Label", rows_label }, { 0 } };

static bool match_driver(const void *item, const char *value)
{
    return STREQ(((const struct network *)item)->driver, value);
}

static bool match_id(const void *item, const char *value)
{
    return str_starts(((const struct network *)item)->id, value);
}

static bool match_label(const void *item, const char *value)
{
    return rows_has_label(&((const struct network *)item)->labels, value);
}

static bool match_name(const void *item, const char *value)
{
    return strstr(((const struct network *)item)->name, value) != NULL;
}

static bool match_scope(const void *item, const char *value)
{
    return STREQ(value, "local");
}

static bool match_type(const void *item, const char *value)
{
    bool builtin = network_is_predefined(((const struct network *)item)->name);

    return STREQ(value, builtin ? "builtin" : "custom");
}

static const struct list_filter filters[] = {
    { "driver", match_driver, false },
    { "id", match_id, false },
    { "label", match_label, true },
    { "name", match_name, false },
    { "scope", match_scope, false },
    { "type", match_type, false },
    { 0 },
};

static int add_row(const struct ls_args *a, const struct network *n, struct output_rows *rows,
                   struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    AUTO_BUF struct buf labels = { 0 };
    struct json_out o = { .buf = &b };
    char moment[MOMENT_MAX];
    AUTO_FREE char *id = a->no_trunc ? str_dup(n->id) : str_fmt("%.*s", ID_SHORT_LEN, n->id);

    rows_labels(&n->labels, &labels);
    if (!id || labels.failed)
        return err_nomem(e);
    json_out_object(&o);
    json_out_member_str(&o, "CreatedAt", moment_list_text(n->created, moment));
    json_out_member_str(&o, "Driver", n->driver);
    json_out_member_str(&o, "ID", id);
    json_out_member_str(&o, "IPv4", n->subnet ? "true" : "false");
    json_out_member_str(&o, "IPv6", "false");
    json_out_member_str(&o, "Internal", n->internal ? "true" : "false");
    json_out_member_str(&o, "Labels", labels.data ? labels.data : "");
    json_out_member_str(&o, "Name", n->name);
    json_out_member_str(&o, "Scope", "local");
    json_out_object_end(&o);
    return output_row(rows, &b, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct ls_args *a = args;
    CLEANUP(output_rows) struct output_rows rows = { 0 };
    const struct fmt_list list = {
        .format = a->format,
        .table = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
        .fields = fields,
        .methods = methods,
    };
    struct net_place place;
    struct network *v = NULL;
    size_t n = 0;
    int r = list_filter_check(filters, a->filters, e);

    if (r >= 0)
        r = cli_networks(ctx, &place, e);
    if (r >= 0)
        r = network_list(&place, &v, &n, e);
    for (size_t i = 0; i < n && r >= 0; i++)
        if (list_filter_match(filters, a->filters, &v[i]))
            r = add_row(a, &v[i], &rows, e);
    network_list_free(v, n);
    return r < 0 ? r : output_list(list, a->quiet, &rows, e);
}

const struct opt_cmd cmd_network_ls = {
    .usage = "[OPTIONS]",
    .summary = "List networks",
    .opts = options,
    .args_size = sizeof(struct ls_args),
    .run = run,
};
