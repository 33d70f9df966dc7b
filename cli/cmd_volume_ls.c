/* SPDX-License-Identifier: MIT */
/* hako volume ls: list volumes. */
#include "base/json_out.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/list_filter.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "engine/volume.h"

struct ls_args {
    bool quiet;
    char **filters;
    const char *format;
};

static void words_filter(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, "dangling=\ndriver=\nlabel=\nname=\n");
}

#define AT(field) OPT_AT(struct ls_args, field)
static const struct opt options[] = {
    { 'f', "filter", OPT_STRV, AT(filters), "KEY=VALUE",
      "Only those with this driver, label, name, or dangling", .words = words_filter },
    { 0, "format", OPT_STRING, AT(format), "FORMAT",
      "Print as table, table TEMPLATE, json, or by a Go template" },
    { 'q', "quiet", OPT_FLAG, AT(quiet), NULL, "Print names only" },
    { 0 },
};

static const struct fmt_field fields[] = {
    { "Driver", "DRIVER" },         { "Name", "VOLUME NAME" }, { "Scope", "SCOPE" },
    { "Mountpoint", "MOUNTPOINT" }, { "Labels", "LABELS" },    { 0 },
};
static const struct fmt_method methods[] = { { "Label", rows_label }, { 0 } };

/* A volume, and whether a container mounts it. */
struct item {
    struct volume volume;
    bool used;
};

static bool match_dangling(const void *item, const char *value)
{
    bool want = STREQ(value, "true") || STREQ(value, "1");

    return ((const struct item *)item)->used != want;
}

static bool match_driver(const void *item, const char *value)
{
    return STREQ(value, "local");
}

static bool match_label(const void *item, const char *value)
{
    return rows_has_label(&((const struct item *)item)->volume.record.labels, value);
}

static bool match_name(const void *item, const char *value)
{
    return strstr(((const struct item *)item)->volume.name, value) != NULL;
}

static const struct list_filter filters[] = {
    { "dangling", match_dangling, false },
    { "driver", match_driver, false },
    { "label", match_label, true },
    { "name", match_name, false },
    { 0 },
};

static int add_row(const struct volume *v, struct output_rows *rows, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    AUTO_BUF struct buf labels = { 0 };
    struct json_out o = { .buf = &b };

    rows_labels(&v->record.labels, &labels);
    if (labels.failed)
        return err_nomem(e);
    json_out_object(&o);
    json_out_member_str(&o, "Driver", "local");
    json_out_member_str(&o, "Labels", labels.data ? labels.data : "");
    json_out_member_str(&o, "Mountpoint", v->mountpoint);
    json_out_member_str(&o, "Name", v->name);
    json_out_member_str(&o, "Scope", "local");
    json_out_object_end(&o);
    return output_row(rows, &b, e);
}

static bool asks_for_use(char *const *texts)
{
    strv_foreach (text, texts)
        if (str_starts(*text, "dangling="))
            return true;
    return false;
}

static int add(const struct paths *p, const struct ls_args *a, const char *name,
               struct output_rows *rows, struct err *e)
{
    AUTO_STRV char **users = NULL;
    CLEANUP(volume) struct volume v = { 0 };
    int r = volume_read(p, name, &v, e);

    if (r == -ERR_NOT_FOUND) { /* removed meanwhile */
        err_clear(e);
        return 0;
    }
    if (r >= 0 && asks_for_use(a->filters))
        r = volume_users(p, name, NULL, &users, e);
    if (r < 0)
        return r;
    const struct item item = { .volume = v, .used = users != NULL };
    return list_filter_match(filters, a->filters, &item) ? add_row(&v, rows, e) : 0;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct ls_args *a = args;
    CLEANUP(output_rows) struct output_rows rows = { 0 };
    const struct fmt_list list = {
        .format = a->quiet && !a->format ? "{{.Name}}" : a->format,
        .table = "{{.Driver}}\t{{.Name}}",
        .fields = fields,
        .methods = methods,
    };
    AUTO_STRV char **names = NULL;
    const struct paths *p;
    int r = list_filter_check(filters, a->filters, e);

    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r >= 0)
        r = volume_names(p, &names, e);
    strv_foreach (name, names)
        r = r < 0 ? r : add(p, a, *name, &rows, e);
    return r < 0 ? r : output_list(list, false, &rows, e);
}

const struct opt_cmd cmd_volume_ls = {
    .usage = "[OPTIONS]",
    .summary = "List volumes",
    .opts = options,
    .args_size = sizeof(struct ls_args),
    .run = run,
};
