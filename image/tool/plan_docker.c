/* SPDX-License-Identifier: MIT */
/* docker-archive: manifest.json, configs and layers by their paths inside the archive. */
#include "base/str.h"
#include "image/ref.h"
#include "image/tool/plan.h"

/* The digest that a member's name claims: ".../blobs/sha256/HEX", "HEX.json". NULL: none. */
static char *claimed_digest(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name;
    AUTO_FREE char *digest = str_fmt("sha256:%.64s", base);
    const char *rest = strlen(base) >= 64 ? base + 64 : NULL;

    if (!digest || !rest || !ref_is_digest(digest))
        return NULL;
    bool is_blob = *rest == '\0' && str_starts(name, "blobs/sha256/");
    bool is_config = STREQ(rest, ".json") && !slash;
    return is_blob || is_config ? TAKE_PTR(digest) : NULL;
}

static int read_config(const struct source *src, const struct image_docker_entry *ent,
                       struct plan_image *img, struct err *e)
{
    AUTO_FREE char *claim = claimed_digest(ent->config);
    char *text;
    size_t len;
    int r = source_text(src, ent->config, &text, &len, e);

    if (r < 0)
        return r;
    r = plan_set_config(img, text, len, e);
    if (r >= 0 && claim && !STREQ(claim, img->id))
        r = err_set(e, ERR_CORRUPT, "its digest is %s", img->id);
    return r < 0 ? err_wrap(e, "%s", ent->config) : 0;
}

static int find_layers(const struct source *src, const struct image_docker_entry *ent,
                       struct plan_image *img, struct err *e)
{
    size_t n = strv_len(ent->layers);

    if (n != img->n_layers)
        return err_set(e, ERR_CORRUPT, "manifest.json: %zu layers, but %s has %zu diff-ids", n,
                       ent->config, img->n_layers);
    for (size_t i = 0; i < n; i++) {
        struct plan_layer *l = &img->layers[i];
        l->member = source_find(src, ent->layers[i]);
        if (!l->member)
            return err_set(e, ERR_CORRUPT, "%s is not in the archive", ent->layers[i]);
        l->name = l->member->name;
        l->digest = claimed_digest(l->name);
    }
    return 0;
}

static int read_entry(const struct source *src, const struct image_docker_entry *ent,
                      struct plan *p, struct err *e)
{
    struct plan_image *img = plan_add_image(p, e);
    int r = img ? read_config(src, ent, img, e) : -e->kind;

    if (r >= 0)
        r = find_layers(src, ent, img, e);
    strv_foreach (tag, ent->repo_tags)
        if (r >= 0)
            r = plan_add_ref(img, *tag, e);
    return r;
}

int plan_docker(const struct source *src, struct plan *p, struct err *e)
{
    AUTO_FREE char *text = NULL;
    struct image_docker_entry *entries = NULL;
    size_t n = 0;
    size_t len;
    int r = source_text(src, "manifest.json", &text, &len, e);

    if (r < 0)
        return r;
    r = image_docker_read(text, len, &entries, &n, e);
    if (r < 0)
        return err_wrap(e, "manifest.json");
    for (size_t i = 0; i < n && r >= 0; i++)
        r = read_entry(src, &entries[i], p, e);
    json_free_array(&image_docker_entry_table, entries, n);
    return r;
}
