/* SPDX-License-Identifier: MIT */
/* An image as docker's `image inspect` shows it. */
#include "base/json_out.h"
#include "base/str.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/ref.h"
#include "image/store.h"

static void put_strv(struct json_out *o, const char *key, char *const *v)
{
    json_out_key(o, key);
    json_out_array(o);
    strv_foreach (s, v)
        json_out_str(o, *s);
    json_out_array_end(o);
}

/* References of every manifest of this image, and NAME@DIGEST for each name of each manifest. */
static int collect(const struct store *s, const char *id, char ***tags, char ***digests,
                   struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    int r = layout_read(s, &idx, e);

    for (size_t i = 0; r >= 0 && i < idx.n_manifests; i++) {
        const struct image_descriptor *d = &idx.manifests[i];
        AUTO_FREE char *other = NULL;
        AUTO_FREE char *full = layout_entry_ref(d);
        CLEANUP(ref) struct ref ref = { 0 };
        struct err ignored = ERR_INIT;
        if (!full || layout_entry_id(s, d, &other, &ignored) < 0 || !STREQ(other, id) ||
            ref_parse(full, &ref, &ignored) < 0)
            continue;
        AUTO_FREE char *name = ref_familiar_name(&ref);
        AUTO_FREE char *tag = ref_familiar(&ref);
        AUTO_FREE char *digest = name ? str_fmt("%s@%s", name, d->digest) : NULL;
        if (!tag || !digest || strv_add(tags, tag) < 0 ||
            (!strv_has(*digests, digest) && strv_add(digests, digest) < 0))
            r = err_nomem(e);
    }
    return r;
}

/* Templates ask for fields that the image's own document leaves out when they are empty. */
static void put_absent(const struct image_run *run, struct buf *text)
{
    const struct {
        const char *key;
        bool there;
        const char *empty;
    } fields[] = {
        { "User", run->user, "\"\"" },
        { "ExposedPorts", run->exposed_ports, "null" },
        { "Env", run->env, "null" },
        { "Entrypoint", run->entrypoint, "null" },
        { "Cmd", run->cmd, "null" },
        { "Volumes", run->volumes, "null" },
        { "WorkingDir", run->working_dir, "\"\"" },
        { "Labels", run->labels.n > 0, "null" },
        { "OnBuild", run->on_build, "null" },
        { "StopSignal", run->stop_signal, "\"\"" },
        { "Healthcheck", run->healthcheck, "null" },
    };

    if (text->failed || text->len < 2 || text->data[text->len - 1] != '}')
        return;
    text->data[--text->len] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (!fields[i].there)
            buf_fmt(text, "%s\"%s\":%s", text->len > 1 ? "," : "", fields[i].key, fields[i].empty);
    buf_str(text, "}");
}

static void put_config(struct json_out *o, const struct image_config *c)
{
    AUTO_BUF struct buf text = { 0 };

    json_write(&image_run_table, &c->config, JSON_COMPACT, &text);
    put_absent(&c->config, &text);
    json_out_key(o, "Config");
    json_out_raw(o, text.failed || !text.data ? "{}" : text.data);
    json_out_member_str(o, "Architecture", c->architecture);
    if (c->variant)
        json_out_member_str(o, "Variant", c->variant);
    json_out_member_str(o, "Os", c->os);
    if (c->os_version)
        json_out_member_str(o, "OsVersion", c->os_version);
}

/* The layers' directories as overlay's options name them: the highest first. */
static void put_driver(struct json_out *o, const struct store *s, const struct store_image *img)
{
    AUTO_BUF struct buf lower = { 0 };

    for (size_t n = strv_len(img->layers); n > 0; n--) {
        char path[LAYER_PATH_MAX];
        if (layer_name(img->layers[n - 1]))
            buf_fmt(&lower, "%s%s/%s", lower.len ? ":" : "", s->root,
                    layer_path(img->layers[n - 1], LAYER_TREE, path));
    }
    json_out_key(o, "GraphDriver");
    json_out_object(o);
    json_out_member_str(o, "Name", "overlay");
    json_out_key(o, "Data");
    json_out_object(o);
    json_out_member_str(o, "LowerDir", lower.data ? lower.data : "");
    json_out_object_end(o);
    json_out_object_end(o);
}

static void put_rootfs(struct json_out *o, const struct store_image *img)
{
    json_out_key(o, "RootFS");
    json_out_object(o);
    json_out_member_str(o, "Type", "layers");
    put_strv(o, "Layers", img->diff_ids);
    json_out_object_end(o);
}

static const char *comment_of(const struct image_config *c)
{
    const char *comment = c->n_history > 0 ? c->history[c->n_history - 1].comment : NULL;

    return comment ? comment : "";
}

int store_inspect(const struct store *s, const struct store_image *img, struct buf *out,
                  struct err *e)
{
    struct json_out o = { .buf = out };
    const struct image_config *c = img->config;
    AUTO_STRV char **tags = NULL;
    AUTO_STRV char **digests = NULL;
    int r = collect(s, img->id, &tags, &digests, e);

    if (r < 0)
        return r;
    json_out_object(&o);
    json_out_member_str(&o, "Id", img->id);
    put_strv(&o, "RepoTags", tags);
    put_strv(&o, "RepoDigests", digests);
    json_out_member_str(&o, "Parent", "");
    json_out_member_str(&o, "Comment", comment_of(c));
    json_out_member_str(&o, "Created", c->created ? c->created : "");
    json_out_member_str(&o, "Author", c->author ? c->author : "");
    put_config(&o, c);
    json_out_member_i64(&o, "Size", store_image_size(s, img));
    put_driver(&o, s, img);
    put_rootfs(&o, img);
    json_out_object_end(&o);
    return out->failed ? err_nomem(e) : 0;
}
