/* SPDX-License-Identifier: MIT */
/* hako images: list images. */
#include "base/fmt.h"
#include "base/json_out.h"
#include "base/num.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/image_filter.h"
#include "cli/moment.h"
#include "cli/output.h"
#include "cli/words.h"
#include "image/ref.h"

#include <time.h>

#define NANO         1000000000LL
#define ID_SHORT_LEN 12

struct images_args {
    bool all;
    bool digests;
    bool no_trunc;
    bool quiet;
    char **filters;
    const char *format;
};

static void words_filter(void *ctx, const char *prefix, struct buf *out)
{
    buf_str(out, "before=\ndangling=true\ndangling=false\nlabel=\nreference=\nsince=\n");
}

#define AT(field) OPT_AT(struct images_args, field)
static const struct opt options[] = {
    { 'a', "all", OPT_FLAG, AT(all), NULL, "Every image; there are no intermediate ones to hide" },
    { 0, "digests", OPT_FLAG, AT(digests), NULL, "Add a column with the manifests' digests" },
    { 'f', "filter", OPT_STRV, AT(filters), "KEY=VALUE",
      "Only those with this reference, label, dangling, before, since", .words = words_filter },
    { 0, "format", OPT_STRING, AT(format), "FORMAT",
      "Print as table, table TEMPLATE, json, or by a Go template" },
    { 0, "no-trunc", OPT_FLAG, AT(no_trunc), NULL, "Do not shorten ids" },
    { 'q', "quiet", OPT_FLAG, AT(quiet), NULL, "Print ids only" },
    { 0 },
};

static const struct fmt_field fields[] = {
    { "ID", "IMAGE ID" },
    { "Repository", "REPOSITORY" },
    { "Tag", "TAG" },
    { "Digest", "DIGEST" },
    { "CreatedSince", "CREATED" },
    { "CreatedAt", "CREATED AT" },
    { "Size", "SIZE" },
    { "Containers", "CONTAINERS" },
    { "SharedSize", "SHARED SIZE" },
    { "UniqueSize", "UNIQUE SIZE" },
    { "VirtualSize", "VIRTUAL SIZE" },
    { 0 },
};

/* One reference of an image as a JSON object; `full` NULL: it has none. */
static int add_row(const struct images_args *a, const struct store_image *img, uint64_t size,
                   const char *full, struct output_rows *rows, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    struct json_out o = { .buf = &b };
    CLEANUP(ref) struct ref ref = { 0 };
    AUTO_FREE char *name = NULL;
    AUTO_FREE char *id = NULL;
    AUTO_FREE char *age = NULL;
    char moment[MOMENT_MAX];
    char text[32];

    if (full && ref_parse(full, &ref, e) < 0)
        return -e->kind;
    name = full ? ref_familiar_name(&ref) : str_dup("<none>");
    id = a->no_trunc ? str_dup(img->id) : str_fmt("%.*s", ID_SHORT_LEN, ref_digest_hex(img->id));
    age = img->created
              ? str_fmt("%s ago", num_age_text(time(NULL) - img->created, text, sizeof(text)))
              : str_dup("N/A");
    if (!name || !id || !age)
        return err_nomem(e);
    json_out_object(&o);
    json_out_member_str(&o, "Containers", "N/A");
    json_out_member_str(&o, "CreatedAt", moment_list_text(img->created * NANO, moment));
    json_out_member_str(&o, "CreatedSince", age);
    json_out_member_str(&o, "Digest", img->digest ? img->digest : "<none>");
    json_out_member_str(&o, "ID", id);
    json_out_member_str(&o, "Repository", name);
    json_out_member_str(&o, "SharedSize", "N/A");
    json_out_member_str(&o, "Size", num_size_text(size, text, sizeof(text)));
    json_out_member_str(&o, "Tag", ref.tag ? ref.tag : "<none>");
    json_out_member_str(&o, "UniqueSize", "N/A");
    json_out_member_str(&o, "VirtualSize", text);
    json_out_object_end(&o);
    return output_row(rows, &b, e);
}

static int add_image(const struct images_args *a, const struct store *store,
                     const struct image_filter *f, const struct store_image *img,
                     struct output_rows *rows, struct err *e)
{
    if (!image_filter_match(f, img))
        return 0;
    uint64_t size = (uint64_t)store_image_size(store, img);
    if (!img->refs)
        return image_filter_match_ref(f, NULL) ? add_row(a, img, size, NULL, rows, e) : 0;
    strv_foreach (full, img->refs) {
        int r = image_filter_match_ref(f, *full) ? add_row(a, img, size, *full, rows, e) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int print(const struct images_args *a, const struct output_rows *rows, struct err *e)
{
    const struct fmt_list list = {
        .format = a->format,
        .table = a->digests ? "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}"
                              "\t{{.Size}}"
                            : "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}",
        .fields = fields,
    };

    return output_list(list, a->quiet, rows, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct images_args *a = args;
    struct store store;
    CLEANUP(store_list) struct store_list list = { 0 };
    CLEANUP(output_rows) struct output_rows rows = { 0 };
    CLEANUP(image_filter) struct image_filter filter = { 0 };
    int r = cli_store(ctx, &store, e);

    if (r >= 0)
        r = image_filter_parse(a->filters, operands[0], &store, &filter, e);
    if (r >= 0)
        r = store_list(&store, &list, e);
    for (size_t i = 0; i < list.count && r >= 0; i++)
        r = add_image(a, &store, &filter, list.items[i], &rows, e);
    return r < 0 ? r : print(a, &rows, e);
}

const struct opt_cmd cmd_images = {
    .usage = "[OPTIONS] [REPOSITORY[:TAG]]",
    .summary = "List images",
    .opts = options,
    .args_size = sizeof(struct images_args),
    .max_operands = 1,
    .words = words_images,
    .run = run,
};
