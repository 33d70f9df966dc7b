/* SPDX-License-Identifier: MIT */
/* Finding and listing images. */
#include "image/store.h"

#include "base/log.h"
#include "base/str.h"
#include "base/vec.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/ref.h"

#include <fcntl.h>
#include <time.h>

int store_open(const char *root, struct store *ret, struct err *e)
{
    AUTO_FREE char *copy = strdup(root);
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno != ENOENT)
        return err_sys(e, "open", root);
    if (!copy) {
        mem_close(&fd);
        return err_nomem(e);
    }
    *ret = (struct store){ .root = TAKE_PTR(copy), .fd = fd };
    return 0;
}

void store_close(struct store *s)
{
    mem_close(&s->fd);
    free(TAKE_PTR(s->root));
}

void store_image_free(struct store_image *img)
{
    if (!img)
        return;
    free(img->id);
    free(img->digest);
    strv_free(img->refs);
    strv_free(img->layers);
    strv_free(img->diff_ids);
    if (img->config)
        image_config_free(img->config);
    free(img->config);
    free(img);
}

/* timegm(3) without its look at the zone files. Years begin in March. */
static int64_t utc_seconds(const struct tm *tm)
{
    int64_t year = tm->tm_year + 1900LL - (tm->tm_mon < 2);
    int64_t month = (tm->tm_mon + 10) % 12;
    int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 +
                   tm->tm_mday - 1 - 719468;

    return ((days * 24 + tm->tm_hour) * 60 + tm->tm_min) * 60 + tm->tm_sec;
}

static int64_t created_seconds(const char *rfc3339)
{
    struct tm tm = { 0 };
    int hours = 0;
    int minutes = 0;
    char sign = 'Z';

    const char *rest = rfc3339 ? strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    if (!rest)
        return 0;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (*rest == '+' || *rest == '-') {
        sign = *rest;
        if (sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2)
            return 0;
    }
    int64_t offset = hours * 3600 + minutes * 60;
    return utc_seconds(&tm) - (sign == '-' ? -offset : offset);
}

/* The layers that a container of this image stacks. */
static int set_layers(const struct store *s, struct store_image *img, struct err *e)
{
    img->diff_ids = strv_dup(img->config->rootfs.diff_ids);
    img->layers = strv_dup(img->config->rootfs.diff_ids);
    if (img->config->rootfs.diff_ids && (!img->diff_ids || !img->layers))
        return err_nomem(e);
    if (layer_exists(s, img->id) && strv_add(&img->layers, img->id) < 0)
        return err_nomem(e);
    return 0;
}

static int load_config(const struct store *s, const struct image_descriptor *d,
                       struct store_image *img, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = layout_read_blob(s, d, &text, &len, e);

    if (r < 0)
        return r;
    img->config = calloc(1, sizeof(*img->config));
    if (!img->config)
        return err_nomem(e);
    r = image_config_read(text, len, img->config, e);
    if (r < 0)
        return err_wrap(e, "image config %s", d->digest);
    img->created = created_seconds(img->config->created);
    return set_layers(s, img, e);
}

/* The references of all entries with this manifest, sorted. */
static int add_refs(const struct image_index *idx, const char *digest, struct store_image *img,
                    struct err *e)
{
    for (size_t i = 0; i < idx->n_manifests; i++) {
        if (!STREQ(idx->manifests[i].digest, digest))
            continue;
        AUTO_FREE char *ref = layout_entry_ref(&idx->manifests[i]);
        if (ref && !strv_has(img->refs, ref) && strv_add(&img->refs, ref) < 0)
            return err_nomem(e);
    }
    return 0;
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_refs(struct store_image *img)
{
    if (img->refs)
        qsort(img->refs, strv_len(img->refs), sizeof(*img->refs), compare_text);
}

static int load_image(const struct store *s, const struct image_index *idx, size_t i,
                      struct store_image **ret, struct err *e)
{
    CLEANUP(image_manifest) struct image_manifest man = { 0 };
    CLEANUP(store_image) struct store_image *img = calloc(1, sizeof(*img));
    const struct image_descriptor *d = &idx->manifests[i];

    if (!img)
        return err_nomem(e);
    int r = layout_read_manifest(s, d, &man, e);
    if (r < 0)
        return r;
    img->id = strdup(man.config.digest);
    img->digest = strdup(d->digest);
    if (!img->id || !img->digest)
        return err_nomem(e);
    r = load_config(s, &man.config, img, e);
    if (r >= 0)
        r = add_refs(idx, d->digest, img, e);
    if (r < 0)
        return r;
    sort_refs(img);
    *ret = TAKE_PTR(img);
    return 0;
}

static int not_found(const struct store *s, const char *text, struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "No such image: %s", text);
    return err_hint(e, "\"hako images\" lists what is in %s; \"hako load -i FILE\" adds an image",
                    s->root);
}

/* NAME@DIGEST: an entry of that manifest, one of whose references has the name. */
static int find_digest(const struct image_index *idx, const struct ref *want)
{
    for (size_t i = 0; i < idx->n_manifests; i++) {
        CLEANUP(ref) struct ref have = { 0 };
        struct err ignored = ERR_INIT;
        const char *name = json_map_get(&idx->manifests[i].annotations, IMAGE_REF_NAME);
        if (name && STREQ(idx->manifests[i].digest, want->digest) &&
            ref_parse(name, &have, &ignored) >= 0 && STREQ(have.domain, want->domain) &&
            STREQ(have.path, want->path))
            return (int)i;
    }
    return -1;
}

static int find_name(const struct image_index *idx, const struct ref *want)
{
    AUTO_FREE char *full = ref_full(want);
    int i = -1;

    if (want->digest)
        return find_digest(idx, want);
    if (full)
        i = layout_find_ref(idx, full);
    if (i < 0 && want->short_name) {
        const char *path = str_after(want->path, "library/");
        AUTO_FREE char *local = str_fmt("localhost/%s:%s", path ? path : want->path, want->tag);
        i = local ? layout_find_ref(idx, local) : -1;
    }
    return i;
}

static bool has_prefix(const char *id, const char *text)
{
    return str_starts(id, text) || str_starts(ref_digest_hex(id), text);
}

/* The entry whose image id starts with the text; ERR_NOT_FOUND for none. Entries that are no
 * images, or damaged, have no id. */
static int find_id(const struct store *s, const struct image_index *idx, const char *text,
                   struct err *e)
{
    AUTO_FREE char *found = NULL;
    int at = -1;

    for (size_t i = 0; i < idx->n_manifests; i++) {
        AUTO_FREE char *id = NULL;
        struct err ignored = ERR_INIT;
        if (layout_entry_id(s, &idx->manifests[i], &id, &ignored) < 0 || !has_prefix(id, text))
            continue;
        if (found && !STREQ(found, id))
            return err_set(e, ERR_INVALID, "multiple images found with ID prefix %s", text);
        if (found)
            continue;
        found = TAKE_PTR(id);
        at = (int)i;
    }
    return at >= 0 ? at : not_found(s, text, e);
}

int store_find_entry(const struct store *s, const struct image_index *idx, const char *text,
                     bool *ret_by_id, struct err *e)
{
    CLEANUP(ref) struct ref want = { 0 };
    bool id = ref_is_id(text);
    int i = -1;

    *ret_by_id = true;
    if (id && strlen(ref_digest_hex(text)) == 64)
        return find_id(s, idx, text, e);
    int r = ref_parse(text, &want, e);
    if (r < 0 && !id)
        return r;
    if (r >= 0)
        i = find_name(idx, &want);
    *ret_by_id = i < 0;
    if (i >= 0)
        return i;
    return id ? find_id(s, idx, text, e) : not_found(s, text, e);
}

int store_find(const struct store *s, const char *text, struct store_image **ret, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    bool by_id;
    int i = layout_read(s, &idx, e);

    if (i >= 0)
        i = store_find_entry(s, &idx, text, &by_id, e);
    return i < 0 ? i : load_image(s, &idx, (size_t)i, ret, e);
}

/* One image can have two manifests: the same config with layers compressed differently. */
static int merge_refs(struct store_image *into, const struct store_image *img, struct err *e)
{
    strv_foreach (ref, img->refs)
        if (!strv_has(into->refs, *ref) && strv_add(&into->refs, *ref) < 0)
            return err_nomem(e);
    sort_refs(into);
    return 0;
}

static int list_add(struct store_list *l, struct store_image *img, struct err *e)
{
    CLEANUP(store_image) struct store_image *own = img;

    for (size_t i = 0; i < l->count; i++)
        if (STREQ(l->items[i]->id, img->id))
            return merge_refs(l->items[i], img, e);
    struct store_image **item = VEC_ADD(l->items, l->count);
    if (!item)
        return err_nomem(e);
    *item = TAKE_PTR(own);
    return 0;
}

static int newest_first(const void *a, const void *b)
{
    const struct store_image *x = *(struct store_image *const *)a;
    const struct store_image *y = *(struct store_image *const *)b;

    if (x->created != y->created)
        return x->created > y->created ? -1 : 1;
    return strcmp(x->id, y->id);
}

/* The digests of what has been listed, so that a tag's second entry is not read again. */
static bool seen_before(const struct image_index *idx, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (STREQ(idx->manifests[k].digest, idx->manifests[i].digest))
            return true;
    return false;
}

int store_list(const struct store *s, struct store_list *ret, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    CLEANUP(store_list) struct store_list list = { 0 };
    int r = layout_read(s, &idx, e);

    for (size_t i = 0; r >= 0 && i < idx.n_manifests; i++) {
        struct store_image *img = NULL;
        struct err one = ERR_INIT;
        if (seen_before(&idx, i))
            continue;
        if (load_image(s, &idx, i, &img, &one) < 0)
            log_warn("image %s: %s", idx.manifests[i].digest, one.msg);
        else
            r = list_add(&list, img, e);
    }
    if (r < 0)
        return r;
    if (list.count > 0)
        qsort(list.items, list.count, sizeof(*list.items), newest_first);
    *ret = list;
    list = (struct store_list){ 0 };
    return 0;
}

void store_list_free(struct store_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        store_image_free(l->items[i]);
    free(l->items);
    *l = (struct store_list){ 0 };
}

int64_t store_image_size(const struct store *s, const struct store_image *img)
{
    int64_t sum = 0;

    strv_foreach (id, img->diff_ids) {
        struct layer_record rec = { 0 };
        struct err ignored = ERR_INIT;
        if (layer_read_record(s, *id, &rec, &ignored) >= 0)
            sum += rec.size;
    }
    return sum;
}
