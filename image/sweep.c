/* SPDX-License-Identifier: MIT */
/* Mark and sweep over blobs and layers. */
#include "image/sweep.h"

#include "base/fs.h"
#include "base/str.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/ref.h"

#include <fcntl.h>

#define NESTING_MAX 8 /* of indexes in indexes */

void sweep_marks_free(struct sweep_marks *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->names[i]);
    free(m->names);
    *m = (struct sweep_marks){ 0 };
}

int sweep_mark(struct sweep_marks *m, const char *name, struct err *e)
{
    if (m->n == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 256;
        char **grown = realloc(m->names, cap * sizeof(*grown));
        if (!grown)
            return err_nomem(e);
        m->names = grown;
        m->cap = cap;
    }
    m->names[m->n] = strdup(name);
    return m->names[m->n++] ? 0 : (m->n--, err_nomem(e));
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void sweep_seal(struct sweep_marks *m)
{
    if (m->n > 0)
        qsort(m->names, m->n, sizeof(*m->names), compare);
}

bool sweep_is_marked(const struct sweep_marks *m, const char *name)
{
    return m->n > 0 && bsearch(&name, m->names, m->n, sizeof(*m->names), compare);
}

/* The name in `blobs/`. */
static int mark_blob(struct sweep_marks *m, const char *digest, struct err *e)
{
    char path[LAYOUT_PATH_MAX];

    if (!layout_blob_path(digest, path))
        return err_set(e, ERR_CORRUPT, "\"%s\" is no digest", digest);
    return sweep_mark(m, path + sizeof(LAYOUT_BLOBS), e);
}

static int mark_config(const struct store *s, const struct image_descriptor *d,
                       struct sweep_marks *m, struct err *e)
{
    CLEANUP(image_config) struct image_config c = { 0 };
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = layout_read_blob(s, d, &text, &len, e);

    if (r >= 0)
        r = image_config_read(text, len, &c, e);
    if (r >= 0)
        r = sweep_mark(m, ref_digest_hex(d->digest), e);
    strv_foreach (id, c.rootfs.diff_ids)
        if (r >= 0)
            r = sweep_mark(m, ref_digest_hex(*id), e);
    return r;
}

static int mark_manifest(const struct store *s, const struct image_descriptor *d,
                         struct sweep_marks *m, struct err *e)
{
    CLEANUP(image_manifest) struct image_manifest man = { 0 };
    int r = layout_read_manifest(s, d, &man, e);

    if (r >= 0)
        r = mark_blob(m, man.config.digest, e);
    for (size_t i = 0; r >= 0 && i < man.n_layers; i++)
        r = mark_blob(m, man.layers[i].digest, e);
    /* Artifacts that other tools keep in the layout have other configs. */
    if (r >= 0 && image_kind_of(man.config.media_type) == IMAGE_KIND_CONFIG)
        r = mark_config(s, &man.config, m, e);
    return r;
}

static int mark_entries(const struct store *s, const struct image_descriptor *d, size_t n,
                        unsigned depth, struct sweep_marks *m, struct err *e);

static int mark_nested(const struct store *s, const struct image_descriptor *d, unsigned depth,
                       struct sweep_marks *m, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = layout_read_blob(s, d, &text, &len, e);

    if (r >= 0)
        r = image_index_read(text, len, &idx, e);
    return r < 0 ? r : mark_entries(s, idx.manifests, idx.n_manifests, depth + 1, m, e);
}

/* A nested index may list platforms whose blobs were never stored. */
static bool is_absent(const struct store *s, const struct image_descriptor *d)
{
    char path[LAYOUT_PATH_MAX];

    return layout_blob_path(d->digest, path) && faccessat(s->fd, path, F_OK, 0) < 0 &&
           errno == ENOENT;
}

static int mark_entries(const struct store *s, const struct image_descriptor *d, size_t n,
                        unsigned depth, struct sweep_marks *m, struct err *e)
{
    int r = depth > NESTING_MAX ? err_set(e, ERR_LIMIT, "indexes nested too deeply") : 0;

    for (size_t i = 0; r >= 0 && i < n; i++) {
        enum image_kind kind = image_kind_of(d[i].media_type);
        if (depth > 0 && is_absent(s, &d[i]))
            continue;
        r = mark_blob(m, d[i].digest, e);
        if (r >= 0 && kind == IMAGE_KIND_INDEX)
            r = mark_nested(s, &d[i], depth, m, e);
        else if (r >= 0 && kind == IMAGE_KIND_MANIFEST)
            r = mark_manifest(s, &d[i], m, e);
    }
    return r;
}

int sweep_mark_index(const struct store *s, const struct image_index *idx, struct sweep_marks *m,
                     struct err *e)
{
    return mark_entries(s, idx->manifests, idx->n_manifests, 0, m, e);
}

static int sweep_blobs(const struct store *s, const struct sweep_marks *m, const char *algorithm,
                       struct err *e)
{
    char dir[64];
    AUTO_STRV char **names = NULL;

    snprintf(dir, sizeof(dir), LAYOUT_BLOBS "/%s", algorithm);
    int r = fs_list(s->fd, dir, &names, e);
    strv_foreach (n, names) {
        char name[256];
        char path[512];
        snprintf(name, sizeof(name), "%s/%s", algorithm, *n);
        snprintf(path, sizeof(path), LAYOUT_BLOBS "/%s", name);
        if (!sweep_is_marked(m, name) && unlinkat(s->fd, path, 0) < 0 && errno != ENOENT)
            return err_sysf(e, "unlink", "%s/%s", s->root, path);
    }
    return r;
}

static int sweep_layers(const struct store *s, const struct sweep_marks *m,
                        const struct scratch *trash, struct buf *report, struct err *e)
{
    AUTO_STRV char **names = NULL;
    int r = fs_list(s->fd, LAYER_DIR, &names, e);

    strv_foreach (n, names) {
        char path[512];
        snprintf(path, sizeof(path), LAYER_DIR "/%s", *n);
        if (sweep_is_marked(m, *n))
            continue;
        if (renameat(s->fd, path, trash->fd, *n) < 0)
            return err_sysf(e, "rename", "%s/%s", s->root, path);
        /* An image's own layer has the image's id. */
        if (!report->data || !strstr(report->data, *n))
            buf_fmt(report, "Deleted: sha256:%s\n", *n);
    }
    return r;
}

int sweep_store(const struct store *s, const struct sweep_marks *m, const struct scratch *trash,
                struct buf *report, struct err *e)
{
    AUTO_STRV char **algorithms = NULL;
    int r = fs_list(s->fd, LAYOUT_BLOBS, &algorithms, e);

    strv_foreach (a, algorithms)
        if (r >= 0)
            r = sweep_blobs(s, m, *a, e);
    return r < 0 ? r : sweep_layers(s, m, trash, report, e);
}
