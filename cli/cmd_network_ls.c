/* SPDX-License-Identifier: MIT */
/* hako network ls: list networks. */
#include "base/json_out.h"
#include "base/str.h"
#include "cli/cmd.h"
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

static bool match_driver(const struct network *n, const char *value)
{
    return STREQ(n->driver, value);
}

static bool match_id(const struct network *n, const char *value)
{
    return str_starts(n->id, value);
}

static bool match_label(const struct network *n, const char *value)
{
    return rows_has_label(&n->labels, value);
}

static bool match_name(const struct network *n, const char *value)
{
    return strstr(n->name, value) != NULL;
}

static bool match_scope(const struct network *n, const char *value)
{
    return STREQ(value, "local");
}

static bool match_type(const struct network *n, const char *value)
{
    bool builtin = STREQ(n->name, NETWORK_DEFAULT) || STREQ(n->name, NETWORK_HOST) ||
                   STREQ(n->name, NETWORK_NONE);

    return STREQ(value, builtin ? "builtin" : "custom");
}

static const struct filter {
    const char *name;
    bool (*match)(const struct network *n, const char *value);
    bool and_again; /* given twice, both must hold */
} filters[] = {
    { "driver", match_driver, false }, { "id", match_id, false },
    { "label", match_label, true },    { "name", match_name, false },
    { "scope", match_scope, false },   { "type", match_type, false },
};

/* The value when `text` is a filter of this key, else NULL. */
static const char *value_of(const struct filter *f, const char *text)
{
    const char *rest = str_after(text, f->name);

    return rest && *rest == '=' ? rest + 1 : NULL;
}

static int check_filters(char *const *texts, struct err *e)
{
    strv_foreach (text, texts) {
        bool known = false;
        for (size_t i = 0; i < ARRAY_LEN(filters); i++)
            known |= value_of(&filters[i], *text) != NULL;
        if (!known)
            return err_set(e, ERR_INVALID, "invalid filter '%.*s'", (int)strcspn(*text, "="),
                           *text);
    }
    return 0;
}

static bool matches(const struct network *n, char *const *texts)
{
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        bool given = false;
        bool any = false;
        bool all = true;
        strv_foreach (text, texts) {
            const char *value = value_of(&filters[i], *text);
            bool match = value && filters[i].match(n, value);
            given |= value != NULL;
            any |= match;
            all &= match || !value;
        }
        if (given && !(filters[i].and_again ? all : any))
            return false;
    }
    return true;
}

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
    int r = check_filters(a->filters, e);

    if (r >= 0)
        r = cli_networks(ctx, &place, e);
    if (r >= 0)
        r = network_list(&place, &v, &n, e);
    for (size_t i = 0; i < n && r >= 0; i++)
        if (matches(&v[i], a->filters))
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
