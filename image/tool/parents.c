/* SPDX-License-Identifier: MIT */
/* Finding and making of an image's layer of directories. */
#include "image/tool/parents.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/layer.h"
#include "image/tool/tree.h"

#include <fcntl.h>

#define PATHS_MAX 65536 /* in one image */

static bool is_implied(const struct view_layer *l, const char *path)
{
    const char *end = l->implied + l->implied_len;

    for (const char *p = l->implied; p && p < end; p += strlen(p) + 1)
        if (STREQ(p, path))
            return true;
    return false;
}

static bool says_nothing(const struct view_layer *l, const char *path, int dir)
{
    struct stat st;

    if (*path)
        return is_implied(l, path);
    return fstat(dir, &st) == 0 && layer_root_is_implied(&st);
}

/* The directory as the highest layer with an entry for it has it, or -1. *ret_covered: a higher
 * layer covers it by one without. */
static int find_given(const struct view_layer *layers, size_t n, const char *path,
                      bool *ret_covered)
{
    *ret_covered = false;
    while (n > 0) {
        const struct view_layer *l = &layers[--n];
        AUTO_FD int dir = -1;
        bool opaque;
        enum view_sight sight = view_look(l, path, &dir, &opaque);
        if (sight == VIEW_WALL)
            return -1;
        if (sight == VIEW_DIR && !says_nothing(l, path, dir))
            return TAKE_FD(dir);
        *ret_covered = *ret_covered || sight == VIEW_DIR;
        if (opaque)
            return -1;
    }
    return -1;
}

/* Implied by all that have it: as the highest one has it, or -1. */
static int find_any(const struct view_layer *layers, size_t n, const char *path)
{
    bool opaque;

    while (n-- > 0) {
        AUTO_FD int dir = -1;
        enum view_sight sight = view_look(&layers[n], path, &dir, &opaque);
        if (sight != VIEW_NOTHING)
            return TAKE_FD(dir);
    }
    return -1;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths that any layer but the lowest implies, sorted, each once. */
static int collect(const struct view_layer *layers, size_t n, const char ***ret, size_t *ret_n,
                   struct err *e)
{
    AUTO_FREE const char **all = calloc(PATHS_MAX, sizeof(*all));
    size_t count = 0;
    size_t kept = 0;

    if (!all)
        return err_nomem(e);
    for (size_t i = 1; i < n; i++) {
        const char *end = layers[i].implied + layers[i].implied_len;
        for (const char *p = layers[i].implied; p && p < end; p += strlen(p) + 1) {
            if (count == PATHS_MAX)
                return err_set(e, ERR_LIMIT, "more than %d directories without entries", PATHS_MAX);
            all[count++] = p;
        }
    }
    qsort(all, count, sizeof(*all), compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !STREQ(all[kept - 1], all[i]))
            all[kept++] = all[i];
    *ret = TAKE_PTR(all);
    *ret_n = kept;
    return 0;
}

int parents_find(const struct view_layer *layers, size_t n, char ***ret, struct err *e)
{
    AUTO_FREE const char **paths = NULL;
    AUTO_FREE char **found = NULL;
    size_t n_paths = 0;
    size_t n_found = 0;
    int r = collect(layers, n, &paths, &n_paths, e);

    if (r < 0)
        return r;
    found = calloc(n_paths + 1, sizeof(*found));
    if (!found)
        return err_nomem(e);
    for (size_t i = 0; r >= 0 && i < n_paths; i++) {
        bool covered;
        AUTO_FD int dir = find_given(layers, n, paths[i], &covered);
        if (dir >= 0 && covered && !(found[n_found++] = strdup(paths[i])))
            r = err_nomem(e);
    }
    if (r < 0 || n_found == 0) {
        strv_free(TAKE_PTR(found));
        *ret = r < 0 ? *ret : NULL;
        return r;
    }
    *ret = TAKE_PTR(found);
    return 0;
}

/* Gives the directory `path` of the new tree the attributes that it should have. */
static int set_one(const struct view_layer *layers, size_t n, const char *path, int tree,
                   struct err *e)
{
    bool covered;
    AUTO_FD int given = find_given(layers, n, path, &covered);
    AUTO_FD int from = given >= 0 ? TAKE_FD(given) : find_any(layers, n, path);
    AUTO_FD int to = fs_open_in(tree, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

    if (to < 0)
        return err_sys(e, "open", path);
    return from < 0 ? 0 : layer_copy_attributes(from, to, e);
}

int parents_make(const struct view_layer *layers, size_t n, char **paths, const struct links *links,
                 int tree, struct err *e)
{
    int r = 0;

    if (paths)
        qsort(paths, strv_len(paths), sizeof(*paths), compare);
    strv_foreach (p, paths) {
        AUTO_FD int dir = fs_mkdir_in(tree, *p, 0755);
        if (dir < 0)
            return err_sys(e, "mkdir", *p);
    }
    r = links_make(links, tree, e);
    /* The deepest first, as making a directory changes the times of its parent: a path that
     * another one continues stands before it. */
    for (size_t i = strv_len(paths); r >= 0 && i > 0; i--) {
        AUTO_FREE char *path = strdup(paths[i - 1]);
        if (!path)
            return err_nomem(e);
        for (char *slash = path; r >= 0 && slash; slash = strrchr(path, '/')) {
            if (slash != path)
                *slash = '\0';
            r = set_one(layers, n, path, tree, e);
        }
    }
    return r < 0 ? r : set_one(layers, n, "", tree, e);
}
