/* SPDX-License-Identifier: MIT */
/* OCI archive: index.json, nested indexes, manifests, each verified against its descriptor. */
#include "base/str.h"
#include "image/ref.h"
#include "image/tool/digest.h"
#include "image/tool/plan.h"

#define NESTING_MAX 8

struct reader {
    const struct source *src;
    const struct plan_platform *want;
    struct plan *plan;
};

static int blob_name(const char *digest, char *out, size_t len, struct err *e)
{
    if (!ref_is_digest(digest))
        return err_set(e, ERR_INVALID, "\"%s\" is no digest", digest);
    snprintf(out, len, "blobs/%.*s/%s", (int)strcspn(digest, ":"), digest, ref_digest_hex(digest));
    return 0;
}

/* A JSON blob, compared with what its descriptor says. */
static int read_blob(const struct source *src, const struct image_descriptor *d, char **ret,
                     size_t *ret_len, struct err *e)
{
    char name[192];
    char digest[DIGEST_TEXT_MAX];
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    int r = blob_name(d->digest, name, sizeof(name), e);

    if (r >= 0)
        r = source_text(src, name, &text, &len, e);
    if (r < 0)
        return r;
    if ((int64_t)len != d->size)
        return err_set(e, ERR_CORRUPT, "%s: %zu bytes long, its descriptor says %lld", name, len,
                       (long long)d->size);
    r = digest_of(d->digest, text, len, digest, e);
    if (r >= 0 && !STREQ(digest, d->digest))
        r = err_set(e, ERR_CORRUPT, "%s: its digest is %s", name, digest);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(text);
    *ret_len = len;
    return 0;
}

static int find_layer(const struct source *src, const struct image_descriptor *d,
                      struct plan_layer *l, struct err *e)
{
    char name[192];
    enum image_kind kind = image_kind_of(d->media_type);
    int r = blob_name(d->digest, name, sizeof(name), e);

    if (r < 0)
        return r;
    if (kind != IMAGE_KIND_LAYER && kind != IMAGE_KIND_FOREIGN)
        return err_set(e, ERR_UNSUPPORTED, "%s: %s is no layer", name,
                       d->media_type ? d->media_type : "(no type)");
    l->member = source_find(src, name);
    if (!l->member)
        return err_set(e, ERR_CORRUPT, "%s is not in the archive", name);
    if (l->member->size != d->size)
        return err_set(e, ERR_CORRUPT, "%s: %lld bytes long, its descriptor says %lld", name,
                       (long long)l->member->size, (long long)d->size);
    l->name = l->member->name;
    l->digest = strdup(d->digest);
    return l->digest ? 0 : err_nomem(e);
}

static int use_manifest(struct reader *rd, const struct image_manifest *m, struct plan_image *img,
                        struct err *e)
{
    char *text;
    size_t len;

    if (image_kind_of(m->config.media_type) != IMAGE_KIND_CONFIG)
        return err_set(e, ERR_UNSUPPORTED, "an artifact of type %s, no container image",
                       m->config.media_type ? m->config.media_type : "(none)");
    int r = read_blob(rd->src, &m->config, &text, &len, e);
    if (r >= 0)
        r = plan_set_config(img, text, len, e);
    if (r >= 0 && str_set(&img->id, m->config.digest) < 0) /* it may be of another algorithm */
        r = err_nomem(e);
    if (r < 0)
        return err_wrap(e, "config %s", m->config.digest);
    if (m->n_layers != img->n_layers)
        return err_set(e, ERR_CORRUPT, "%zu layers, but its config has %zu diff-ids", m->n_layers,
                       img->n_layers);
    for (size_t i = 0; r >= 0 && i < m->n_layers; i++)
        r = find_layer(rd->src, &m->layers[i], &img->layers[i], e);
    return r;
}

/* docker's full name if it is there, else what the image-spec has. */
static const char *entry_name(const struct image_descriptor *d)
{
    const char *name = json_map_get(&d->annotations, IMAGE_CONTAINERD_NAME);

    return name ? name : json_map_get(&d->annotations, IMAGE_REF_NAME);
}

static int read_image(struct reader *rd, const struct image_descriptor *d, const char *name,
                      struct err *e)
{
    CLEANUP(image_manifest) struct image_manifest m = { 0 };
    struct plan_image *img = plan_add_image(rd->plan, e);
    int r = img ? read_blob(rd->src, d, &img->manifest, &img->manifest_len, e) : -e->kind;

    if (r >= 0)
        r = image_manifest_read(img->manifest, img->manifest_len, &m, e);
    if (r >= 0) {
        img->manifest_type = str_dup(d->media_type);
        r = use_manifest(rd, &m, img, e);
    }
    if (r >= 0 && name)
        r = plan_add_ref(img, name, e);
    return r < 0 ? err_wrap(e, "manifest %s", d->digest) : 0;
}

/* How well an entry fits: 0 not at all; without a platform it fits, but less than an exact one. */
static int fitness(const struct plan_platform *want, const struct image_descriptor *d)
{
    const struct image_platform *p = d->platform;

    if (!p || !p->os || !p->architecture)
        return 1;
    if (!STREQ(p->os, want->os) || !STREQ(p->architecture, want->architecture))
        return 0;
    if (want->variant && p->variant)
        return STREQ(want->variant, p->variant) ? 4 : 2;
    return !want->variant && p->variant ? 2 : 3;
}

static void add_platform(struct buf *b, const struct image_descriptor *d)
{
    const struct image_platform *p = d->platform;

    if (p && p->os && p->architecture)
        buf_fmt(b, "%s%s/%s%s%s", b->len ? ", " : "", p->os, p->architecture, p->variant ? "/" : "",
                p->variant ? p->variant : "");
}

static int no_platform(const struct plan_platform *want, const struct image_index *idx,
                       struct err *e)
{
    CLEANUP(buf) struct buf have = { 0 };

    for (size_t i = 0; i < idx->n_manifests; i++)
        add_platform(&have, &idx->manifests[i]);
    err_set(e, ERR_NOT_FOUND, "no image for platform %s/%s%s%s", want->os, want->architecture,
            want->variant ? "/" : "", want->variant ? want->variant : "");
    return err_hint(e, "the archive has: %s", have.data ? have.data : "nothing");
}

/* The entry that fits best, or -1. */
static int best_entry(const struct plan_platform *want, const struct image_index *idx)
{
    int best = -1;
    int most = 0;

    for (size_t i = 0; i < idx->n_manifests; i++) {
        int fit = fitness(want, &idx->manifests[i]);
        if (fit > most) {
            most = fit;
            best = (int)i;
        }
    }
    return best;
}

/* Follows indexes down to a manifest. */
static int read_entry(struct reader *rd, const struct image_descriptor *d, const char *name,
                      unsigned depth, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    AUTO_FREE char *text = NULL;
    size_t len;

    if (image_kind_of(d->media_type) == IMAGE_KIND_MANIFEST)
        return read_image(rd, d, name, e);
    if (image_kind_of(d->media_type) != IMAGE_KIND_INDEX)
        return err_set(e, ERR_UNSUPPORTED, "%s: type %s is neither manifest nor index", d->digest,
                       d->media_type ? d->media_type : "(none)");
    if (depth >= NESTING_MAX)
        return err_set(e, ERR_LIMIT, "%s: indexes nested too deeply", d->digest);
    int r = read_blob(rd->src, d, &text, &len, e);
    if (r >= 0)
        r = image_index_read(text, len, &idx, e);
    if (r < 0)
        return err_wrap(e, "index %s", d->digest);
    int best = best_entry(rd->want, &idx);
    return best < 0 ? no_platform(rd->want, &idx, e)
                    : read_entry(rd, &idx.manifests[best], name, depth + 1, e);
}

/* True when the entry is the best of those with its name; nameless ones stand for themselves. */
static bool is_chosen(const struct reader *rd, const struct image_index *idx, size_t i)
{
    const char *name = entry_name(&idx->manifests[i]);
    int fit = fitness(rd->want, &idx->manifests[i]);

    for (size_t k = 0; name && k < idx->n_manifests; k++) {
        const char *other = entry_name(&idx->manifests[k]);
        if (k == i || !other || !STREQ(name, other))
            continue;
        int rival = fitness(rd->want, &idx->manifests[k]);
        if (rival > fit || (rival == fit && k < i))
            return false;
    }
    return true;
}

/* buildkit puts provenance beside images, as manifests for a platform called unknown. */
static bool is_attestation(const struct image_descriptor *d)
{
    return json_map_has(&d->annotations, "vnd.docker.reference.type");
}

static int check_layout(const struct source *src, struct err *e)
{
    CLEANUP(image_layout) struct image_layout layout = { 0 };
    AUTO_FREE char *text = NULL;
    size_t len;

    if (!source_find(src, "oci-layout"))
        return 0;
    int r = source_text(src, "oci-layout", &text, &len, e);
    if (r < 0)
        return r;
    r = image_layout_read(text, len, &layout, e);
    return r < 0 ? err_wrap(e, "oci-layout") : 0;
}

int plan_oci(const struct source *src, const struct plan_platform *want, struct plan *p,
             struct err *e)
{
    struct reader rd = { src, want, p };
    CLEANUP(image_index) struct image_index idx = { 0 };
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = check_layout(src, e);

    if (r >= 0)
        r = source_text(src, "index.json", &text, &len, e);
    if (r < 0)
        return r;
    r = image_index_read(text, len, &idx, e);
    if (r < 0)
        return err_wrap(e, "index.json");
    for (size_t i = 0; r >= 0 && i < idx.n_manifests; i++) {
        const struct image_descriptor *d = &idx.manifests[i];
        if (!is_attestation(d) && is_chosen(&rd, &idx, i))
            r = read_entry(&rd, d, entry_name(d), 0, e);
    }
    if (r >= 0 && p->n == 0)
        r = err_set(e, ERR_NOT_FOUND, "index.json: no images in it");
    return r;
}
