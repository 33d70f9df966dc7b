/* SPDX-License-Identifier: MIT */
/* The steps of a load, up to its commit. */
#include "image/tool/load.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "image/layout.h"
#include "image/ref.h"
#include "image/tool/links.h"
#include "image/tool/load_state.h"
#include "image/tool/parents.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

static volatile sig_atomic_t interrupted;

void load_interrupt(void)
{
    interrupted = 1;
}

bool load_interrupted(void)
{
    return interrupted;
}

int load_add_move(struct load *l, const char *from, const char *to, struct err *e)
{
    struct load_move *m = VEC_ADD(l->moves, l->n_moves);

    if (!m)
        return err_nomem(e);
    *m = (struct load_move){ strdup(from), strdup(to) };
    return m->from && m->to ? 0 : err_nomem(e);
}

static int add_blob_move(struct load *l, const char *from, const char *digest, struct err *e)
{
    char to[LAYOUT_PATH_MAX];

    if (!layout_blob_path(digest, to))
        return err_set(e, ERR_INVALID, "\"%s\" is no digest", digest);
    return load_add_move(l, from, to, e);
}

static int write_blob(struct load *l, char kind, size_t i, const char *text, size_t len,
                      const char *digest, struct err *e)
{
    char name[64];

    snprintf(name, sizeof(name), "blobs/%c%zu", kind, i);
    AUTO_FD int fd = openat(l->scratch.fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || fs_write_all(fd, text, len) < 0)
        return err_sys(e, "write", name);
    return add_blob_move(l, name, digest, e);
}

static const char *layer_type(enum image_compression how)
{
    switch (how) {
    case IMAGE_GZIP: return IMAGE_TYPE_LAYER_GZIP;
    case IMAGE_ZSTD: return IMAGE_TYPE_LAYER_ZSTD;
    case IMAGE_PLAIN: break;
    }
    return IMAGE_TYPE_LAYER;
}

static int set_descriptor(struct image_descriptor *d, const char *type, const char *digest,
                          int64_t size, struct err *e)
{
    *d = (struct image_descriptor){ .media_type = strdup(type),
                                    .digest = strdup(digest),
                                    .size = size };
    return d->media_type && d->digest ? 0 : err_nomem(e);
}

/* docker-archive has no manifest: this one refers to the blobs as they came. */
static int make_manifest(const struct load *l, struct plan_image *img, struct err *e)
{
    CLEANUP(image_manifest) struct image_manifest m = { .schema_version = 2 };
    CLEANUP(buf) struct buf text = { 0 };

    m.media_type = strdup(IMAGE_TYPE_MANIFEST);
    m.layers = calloc(img->n_layers, sizeof(*m.layers));
    if (!m.media_type || !m.layers)
        return err_nomem(e);
    m.n_layers = img->n_layers;
    int r = set_descriptor(&m.config, IMAGE_TYPE_CONFIG, img->id, (int64_t)img->config_len, e);
    for (size_t i = 0; r >= 0 && i < img->n_layers; i++) {
        const struct layers_work *w = layers_of(&l->layers, &img->layers[i]);
        r = set_descriptor(&m.layers[i], layer_type(w->compression), w->digest,
                           w->layer->member->size, e);
    }
    if (r < 0)
        return r;
    json_write(&image_manifest_table, &m, JSON_COMPACT, &text);
    if (text.failed)
        return err_nomem(e);
    img->manifest_len = text.len;
    img->manifest = buf_take(&text);
    img->manifest_type = strdup(IMAGE_TYPE_MANIFEST);
    return img->manifest_type ? 0 : err_nomem(e);
}

static int write_documents(struct load *l, size_t i, struct err *e)
{
    struct plan_image *img = &l->plan.images[i];
    char digest[DIGEST_TEXT_MAX];
    int r = img->manifest ? 0 : make_manifest(l, img, e);

    if (r >= 0)
        r = write_blob(l, 'c', i, img->config, img->config_len, img->id, e);
    if (r >= 0)
        r = digest_of("sha256", img->manifest, img->manifest_len, digest, e);
    if (r >= 0)
        r = write_blob(l, 'm', i, img->manifest, img->manifest_len, digest, e);
    if (r >= 0)
        r = set_descriptor(&l->manifests[i],
                           img->manifest_type ? img->manifest_type : IMAGE_TYPE_MANIFEST, digest,
                           (int64_t)img->manifest_len, e);
    return r;
}

/* The work that unpacked this layer, or else read what the store knows of it. */
static const struct layers_work *maker_of(const struct load *l, const char *diff_id)
{
    const struct layers_work *found = NULL;

    for (size_t i = 0; i < l->layers.n; i++) {
        const struct layers_work *w = &l->layers.works[i];
        if (STREQ(w->layer->diff_id, diff_id) && (!found || !w->present))
            found = w;
    }
    return found;
}

static int open_tree_of(const struct load *l, const struct layers_work *w, int *ret, struct err *e)
{
    char path[64];
    bool opaque;

    if (w->present)
        return layer_open(l->store, w->layer->diff_id, &opaque, ret, e);
    snprintf(path, sizeof(path), "layers/%zu/" LAYER_TREE, (size_t)(w - l->layers.works));
    *ret = openat(l->scratch.fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret < 0 ? err_sys(e, "open", path) : 0;
}

static int make_top_layer(struct load *l, size_t i, const struct view_layer *layers, char **paths,
                          const struct links *links, struct err *e)
{
    const char *id = l->plan.images[i].id;
    struct layer_record rec = { .entries = (int64_t)(strv_len(paths) + links->n) };
    char from[64];
    char to[LAYER_PATH_MAX];

    snprintf(from, sizeof(from), "layers/p%zu", i);
    if (mkdirat(l->scratch.fd, from, 0700) < 0)
        return err_sys(e, "mkdir", from);
    AUTO_FD int dir = openat(l->scratch.fd, from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || mkdirat(dir, LAYER_TREE, 0755) < 0)
        return err_sys(e, "mkdir", from);
    AUTO_FD int tree = openat(dir, LAYER_TREE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree < 0)
        return err_sys(e, "open", from);
    int r = parents_make(layers, l->plan.images[i].n_layers, paths, links, tree, e);
    if (r >= 0)
        r = layer_write_record(dir, &rec, e);
    return r < 0 ? r : load_add_move(l, from, layer_path(id, "", to), e);
}

/* What the layers cannot hold themselves: see parents.h and links.h. */
static int add_top_layer(struct load *l, size_t i, const struct view_layer *layers, struct err *e)
{
    const struct plan_image *img = &l->plan.images[i];
    CLEANUP(links) struct links links = { 0 };
    AUTO_STRV char **paths = NULL;

    if (layer_exists(l->store, img->id))
        return 0;
    int r = links_resolve(layers, img->n_layers, &links, e);
    if (r >= 0)
        r = parents_find(layers, img->n_layers, &paths, e);
    if (r >= 0)
        r = links_parents(&links, &paths, e);
    return r >= 0 && paths ? make_top_layer(l, i, layers, paths, &links, e) : r;
}

static int complete_image(struct load *l, size_t i, struct err *e)
{
    const struct plan_image *img = &l->plan.images[i];
    AUTO_FREE struct view_layer *layers = calloc(img->n_layers, sizeof(*layers));
    size_t n = 0;
    int r = 0;

    if (!layers)
        return err_nomem(e);
    while (r >= 0 && n < img->n_layers) {
        const struct layers_work *w = maker_of(l, img->layers[n].diff_id);
        struct view_layer *v = &layers[n];
        r = open_tree_of(l, w, &v->tree, e);
        v->implied = w->implied.data;
        v->implied_len = w->implied.len;
        v->links = w->links.data;
        v->links_len = w->links.len;
        v->name = img->layers[n].name;
        n += r >= 0;
    }
    if (r >= 0)
        r = add_top_layer(l, i, layers, e);
    while (n > 0)
        mem_close(&layers[--n].tree);
    return r;
}

static int move_layers(struct load *l, struct err *e)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < l->layers.n; i++) {
        const struct layers_work *w = &l->layers.works[i];
        char from[64];
        char to[LAYER_PATH_MAX];
        snprintf(from, sizeof(from), "blobs/%zu", i);
        r = add_blob_move(l, from, w->digest, e);
        snprintf(from, sizeof(from), "layers/%zu", i);
        if (r >= 0 && !w->present)
            r = load_add_move(l, from, layer_path(w->layer->diff_id, "", to), e);
    }
    return r;
}

/* Says which layers we count on, so that no rmi takes them away meanwhile. */
static int pin_layers(const struct load *l, struct err *e)
{
    if (mkdirat(l->scratch.fd, SCRATCH_PINS, 0700) < 0)
        return err_sys(e, "mkdir", SCRATCH_PINS);
    for (size_t i = 0; i < l->plan.n; i++) {
        for (size_t k = 0; k < l->plan.images[i].n_layers; k++) {
            char path[192];
            snprintf(path, sizeof(path), SCRATCH_PINS "/%s",
                     layer_name(l->plan.images[i].layers[k].diff_id));
            AUTO_FD int fd = openat(l->scratch.fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
            if (fd < 0)
                return err_sys(e, "create", path);
        }
    }
    return 0;
}

static int prepare(struct load *l, struct err *e)
{
    AUTO_FD int lock = -1;
    int r = scratch_lock_store(l->store, &lock, e);

    if (r >= 0)
        r = pin_layers(l, e);
    if (r >= 0)
        r = layers_init(&l->layers, l->store, &l->scratch, &l->plan, e);
    mem_close(&lock);
    l->manifests = calloc(l->plan.n + 1, sizeof(*l->manifests));
    if (r >= 0 && !l->manifests)
        r = err_nomem(e);
    if (r >= 0)
        r = layers_run(&l->layers, l->args->quiet, e);
    if (r >= 0)
        r = move_layers(l, e);
    for (size_t i = 0; r >= 0 && i < l->plan.n; i++) {
        r = write_documents(l, i, e);
        if (r >= 0)
            r = complete_image(l, i, e);
    }
    return r;
}

static void report_images(const struct load *l, struct buf *report)
{
    for (size_t i = 0; i < l->plan.n; i++) {
        const struct plan_image *img = &l->plan.images[i];
        if (!img->refs)
            buf_fmt(report, "Loaded image ID: %s\n", img->id);
        strv_foreach (ref, img->refs) {
            AUTO_FREE char *name = ref_shorten(*ref);
            buf_fmt(report, "Loaded image: %s\n", name ? name : *ref);
        }
    }
}

static int load_steps(struct load *l, struct err *e)
{
    struct plan_platform want;
    AUTO_FREE char *platform = str_dup(l->args->platform);
    AUTO_FD int lock = -1;
    int r = plan_parse_platform(platform, &want, e);

    if (r >= 0)
        r = scratch_lock_store(l->store, &lock, e);
    if (r >= 0)
        r = scratch_make(l->store, "load", &l->scratch, e);
    mem_close(&lock);
    if (r < 0)
        return r;
    r = source_open(l->args->input, l->scratch.fd, &l->source, e);
    if (r >= 0)
        r = plan_read(&l->source, &want, &l->plan, e);
    if (r >= 0)
        r = prepare(l, e);
    if (r >= 0)
        r = load_commit(l, e);
    return r;
}

static void load_free(struct load *l)
{
    for (size_t i = 0; l->manifests && i < l->plan.n; i++)
        json_free(&image_descriptor_table, &l->manifests[i]);
    free(l->manifests);
    for (size_t i = 0; i < l->n_moves; i++) {
        free(l->moves[i].from);
        free(l->moves[i].to);
    }
    free(l->moves);
    layers_free(&l->layers);
    plan_free(&l->plan);
    source_close(&l->source);
    scratch_drop(l->store, &l->scratch);
}

int load_archive(struct store *s, const struct load_args *args, struct buf *report, struct err *e)
{
    struct load l = { .store = s,
                      .args = args,
                      .scratch = { .fd = -1, .lock_fd = -1 },
                      .source = { .fd = -1, .spool_fd = -1 } };
    int r = load_steps(&l, e);

    if (r >= 0)
        report_images(&l, report);
    else if (interrupted)
        r = err_set(e, ERR_STATE, "interrupted");
    if (r < 0)
        err_wrap(e, "%s", STREQ(args->input, "-") ? "standard input" : args->input);
    load_free(&l);
    return r;
}
