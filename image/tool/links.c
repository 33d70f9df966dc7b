/* SPDX-License-Identifier: MIT */
/* Hard links of a layer to files that only lower layers have. */
#include "image/tool/links.h"

#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"

#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>

#define LINKS_MAX 16384 /* of one image: they are looked for by each other */

/* Does the layer itself, or one above it, show something else at the path, or hide it? */
static bool is_hidden(const struct view_layer *layers, size_t own, size_t n, const char *path)
{
    char parent[TREE_PATH_MAX + 1];
    const char *leaf = view_split(path, parent);

    for (size_t i = own; i < n; i++) {
        AUTO_FD int dir = -1;
        bool opaque;
        enum view_sight sight = view_look(&layers[i], parent, &dir, &opaque);
        if (sight == VIEW_DIR && faccessat(dir, leaf, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
        if (i > own && (sight == VIEW_WALL || opaque))
            return true;
    }
    return false;
}

/* The last link of this name. */
static struct links_item *last_of(const struct links *l, const char *path)
{
    for (size_t i = l->n; i-- > 0;)
        if (STREQ(l->items[i].path, path))
            return &l->items[i];
    return NULL;
}

static int compare_files(const void *a, const void *b)
{
    const struct view_entry *x = &((const struct links_file *)a)->source;
    const struct view_entry *y = &((const struct links_file *)b)->source;

    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    return x->st.st_ino == y->st.st_ino ? 0 : x->st.st_ino < y->st.st_ino ? -1 : 1;
}

/* Takes the entry's descriptor over, also on failure. */
static int add_file(struct links *l, struct view_entry *source, size_t *ret, struct err *e)
{
    const struct links_file same = { .source = *source };

    for (*ret = 0; *ret < l->n_files; ++*ret)
        if (compare_files(&l->files[*ret], &same) == 0) {
            mem_close(&source->dir);
            return 0;
        }
    struct links_file *f = VEC_ADD(l->files, l->n_files);
    if (!f) {
        mem_close(&source->dir);
        return err_nomem(e);
    }
    f->source = *source;
    return 0;
}

static int find_file(struct links *l, const struct view_layer *layers, size_t own,
                     struct links_item *item, struct err *e)
{
    const struct links_item *other = last_of(l, item->target);
    struct view_entry source = { .dir = -1 };

    if (other) { /* not made yet: it leads to the file of that one */
        item->file = other->file;
        return 0;
    }
    int r = view_find(layers, own + 1, item->target, &source, e);
    if (r == 0)
        return err_set(e, ERR_INVALID, "no such file in this layer or below it");
    if (r > 0 && S_ISDIR(source.st.st_mode)) {
        mem_close(&source.dir);
        return err_set(e, ERR_INVALID, "not a file");
    }
    return r < 0 ? r : add_file(l, &source, &item->file, e);
}

static int resolve_one(struct links *l, const struct view_layer *layers, size_t own, size_t n,
                       struct links_item *item, const char *to, struct err *e)
{
    char target[TREE_PATH_MAX + 1];
    int r = view_resolve(layers, own + 1, to, target, e);

    if (r == 0)
        return err_set(e, ERR_INVALID, "no such file in this layer or below it");
    if (r > 0 && !(item->target = strdup(target)))
        r = err_nomem(e);
    if (r > 0)
        r = find_file(l, layers, own, item, e);
    if (r < 0)
        return r;
    item->hidden = is_hidden(layers, own, n, item->path);
    return 0;
}

static int resolve_layer(struct links *l, const struct view_layer *layers, size_t own, size_t n,
                         struct err *e)
{
    const char *at = layers[own].links;
    const char *end = at + layers[own].links_len;

    while (at && at < end) {
        const char *to = at + strlen(at) + 1;
        if (l->n == LINKS_MAX)
            return err_set(e, ERR_LIMIT, "more than %d hard links to files of lower layers",
                           LINKS_MAX);
        struct links_item item = { .path = at };
        int r = resolve_one(l, layers, own, n, &item, to, e);
        struct links_item *kept = r < 0 ? NULL : VEC_ADD(l->items, l->n);
        if (!kept) {
            free(item.target);
            if (r >= 0)
                return err_nomem(e);
            err_wrap(e, "hard link to %s", to);
            return err_wrap(e, "%s: entry %s", layers[own].name, at);
        }
        *kept = item;
        at = to + strlen(to) + 1;
    }
    return 0;
}

/* ---- the names that the files have below ---- */

static int add_name(const struct links *l, const struct view_layer *layers, size_t n,
                    struct links_file *f, const char *path, struct err *e)
{
    struct links_file now = { .source = { .dir = -1 } };
    const struct links_item *item = last_of(l, path);

    if (item && !item->hidden)
        return 0; /* a link has taken the name */
    int r = view_find(layers, n, path, &now.source, e);

    mem_close(&now.source.dir);
    if (r <= 0 || compare_files(&now, f) != 0 || strv_has(f->names, path))
        return r < 0 ? r : 0;
    return strv_add(&f->names, path) < 0 ? err_nomem(e) : 0;
}

/* One walk over a layer for all of its files that have other names in it. */
static int find_names(struct links *l, const struct view_layer *layers, size_t n, size_t layer,
                      struct err *e)
{
    char start[FS_FD_PATH_MAX + 2];
    char fd[FS_FD_PATH_MAX];
    char *const roots[] = { start, NULL };
    int r = 0;

    snprintf(start, sizeof(start), "%s/.", fs_fd_path(layers[layer].tree, fd));
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!walk)
        return err_sys(e, "walk", layers[layer].name);
    for (const FTSENT *at; r >= 0 && (at = fts_read(walk));) {
        if (at->fts_level == 0 || at->fts_info == FTS_D || at->fts_info == FTS_DP ||
            at->fts_info == FTS_NS || at->fts_statp->st_nlink < 2)
            continue;
        const struct links_file key = { .source = { .layer = layer, .st = *at->fts_statp } };
        struct links_file *f =
            bsearch(&key, l->files, l->n_files, sizeof(*l->files), compare_files);
        if (f && f->wanted)
            r = add_name(l, layers, n, f, at->fts_path + strlen(start) + 1, e);
    }
    fts_close(walk);
    return r;
}

/* The files are sorted, so that they can be found, and the items know their new places. */
static int sort_files(struct links *l, struct err *e)
{
    AUTO_FREE ino_t *inos = calloc(l->n_files + 1, sizeof(*inos));
    AUTO_FREE size_t *layers = calloc(l->n_files + 1, sizeof(*layers));

    if (!inos || !layers)
        return err_nomem(e);
    for (size_t i = 0; i < l->n_files; i++) {
        inos[i] = l->files[i].source.st.st_ino;
        layers[i] = l->files[i].source.layer;
    }
    if (l->n_files > 0)
        qsort(l->files, l->n_files, sizeof(*l->files), compare_files);
    for (size_t i = 0; i < l->n; i++) {
        struct links_item *item = &l->items[i];
        const struct links_file key = { .source = { .layer = layers[item->file],
                                                    .st = { .st_ino = inos[item->file] } } };
        const struct links_file *f =
            bsearch(&key, l->files, l->n_files, sizeof(*l->files), compare_files);
        item->file = (size_t)(f - l->files);
    }
    return 0;
}

/* Of links of one name the last one counts. */
static void settle(struct links *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct links_item *item = &l->items[i];
        item->hidden = item->hidden || last_of(l, item->path) != item;
        l->files[item->file].wanted = l->files[item->file].wanted || !item->hidden;
    }
}

static int find_all_names(struct links *l, const struct view_layer *layers, size_t n, struct err *e)
{
    size_t walked = n;
    int r = sort_files(l, e);

    settle(l);
    for (size_t i = 0; r >= 0 && i < l->n; i++)
        r = add_name(l, layers, n, &l->files[l->items[i].file], l->items[i].target, e);
    for (size_t i = 0; r >= 0 && i < l->n_files; i++) {
        const struct links_file *f = &l->files[i];
        if (!f->wanted || f->source.st.st_nlink < 2 || f->source.layer == walked)
            continue;
        walked = f->source.layer;
        r = find_names(l, layers, n, walked, e);
    }
    return r;
}

int links_resolve(const struct view_layer *layers, size_t n, struct links *ret, struct err *e)
{
    CLEANUP(links) struct links l = { 0 };
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = resolve_layer(&l, layers, i, n, e);
    if (r >= 0)
        r = find_all_names(&l, layers, n, e);
    if (r < 0)
        return r;
    *ret = l;
    l = (struct links){ 0 };
    return 0;
}

void links_free(struct links *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->items[i].target);
    for (size_t i = 0; i < l->n_files; i++) {
        strv_free(l->files[i].names);
        mem_close(&l->files[i].source.dir);
    }
    free(l->items);
    free(l->files);
    *l = (struct links){ 0 };
}
