/* SPDX-License-Identifier: MIT */
/* What a stack of unpacked layers shows at a path, as overlayfs would merge them. */
#include "image/tool/view.h"

#include "base/mem.h"
#include "base/str.h"
#include "image/layer.h"

#include <fcntl.h>
#include <sys/xattr.h>

#define HOPS_MAX 40 /* as the kernel's */

static bool is_opaque(int dir)
{
    char y = 0;

    return fgetxattr(dir, LAYER_OPAQUE, &y, 1) == 1 && y == 'y';
}

enum view_sight view_look(const struct view_layer *l, const char *path, int *ret_fd,
                          bool *ret_opaque)
{
    AUTO_FD int dir = fcntl(l->tree, F_DUPFD_CLOEXEC, 3);
    char name[NAME_MAX + 1];

    *ret_opaque = dir >= 0 && is_opaque(dir);
    while (dir >= 0 && *path) {
        size_t len = strcspn(path, "/");
        struct stat st;
        snprintf(name, sizeof(name), "%.*s", (int)len, path);
        if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return *ret_opaque ? VIEW_WALL : VIEW_NOTHING;
        if (!S_ISDIR(st.st_mode))
            return VIEW_WALL;
        int next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        mem_close(&dir);
        dir = next;
        *ret_opaque = *ret_opaque || (dir >= 0 && is_opaque(dir));
        path += len + (path[len] == '/');
    }
    if (dir < 0)
        return VIEW_WALL;
    *ret_fd = TAKE_FD(dir);
    return VIEW_DIR;
}

const char *view_split(const char *path, char parent[TREE_PATH_MAX + 1])
{
    const char *slash = strrchr(path, '/');

    snprintf(parent, TREE_PATH_MAX + 1, "%.*s", slash ? (int)(slash - path) : 0, path);
    return slash ? slash + 1 : path;
}

int view_find(const struct view_layer *layers, size_t n, const char *path, struct view_entry *ret,
              struct err *e)
{
    char parent[TREE_PATH_MAX + 1];
    const char *leaf = view_split(path, parent);

    while (n-- > 0) {
        AUTO_FD int dir = -1;
        bool opaque;
        struct stat st;
        enum view_sight sight = view_look(&layers[n], parent, &dir, &opaque);
        if (sight == VIEW_WALL)
            return 0;
        if (sight == VIEW_DIR && fstatat(dir, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0) {
            if (tree_is_whiteout(&st))
                return 0;
            *ret = (struct view_entry){ .layer = n, .dir = TAKE_FD(dir), .st = st };
            snprintf(ret->leaf, sizeof(ret->leaf), "%s", leaf);
            return 1;
        }
        if (sight == VIEW_DIR && errno != ENOENT)
            return err_sys(e, "stat", path);
        if (opaque)
            return 0;
    }
    return 0;
}

/* The way that is left is the symlink's text and then what stood behind it. */
static int follow(const struct view_entry *at, char *done, char *left, size_t used, struct err *e)
{
    char text[2 * TREE_PATH_MAX + 2];
    ssize_t len = readlinkat(at->dir, at->leaf, text, TREE_PATH_MAX);

    if (len < 0)
        return err_sys(e, "readlink", at->leaf);
    snprintf(text + len, sizeof(text) - (size_t)len, "/%s", left + used);
    if (strlen(text) > TREE_PATH_MAX)
        return err_set(e, ERR_LIMIT, "symbolic links of more than %d bytes", TREE_PATH_MAX);
    if (*text == '/')
        *done = '\0';
    strcpy(left, text);
    return 0;
}

/* One directory further. 1; 0: there is none. */
static int step(const struct view_layer *layers, size_t n, char *done, char *left, size_t len,
                int *hops, struct err *e)
{
    size_t at = strlen(done);
    struct view_entry found = { .dir = -1 };

    if (at + len + 2 > TREE_PATH_MAX)
        return err_set(e, ERR_LIMIT, "name of more than %d bytes", TREE_PATH_MAX);
    snprintf(done + at, TREE_PATH_MAX + 1 - at, "%s%.*s", at ? "/" : "", (int)len, left);
    int r = view_find(layers, n, done, &found, e);
    AUTO_FD int dir = found.dir;
    if (r <= 0)
        return r;
    size_t used = len + strspn(left + len, "/");
    if (S_ISLNK(found.st.st_mode)) {
        done[at] = '\0';
        if (++*hops > HOPS_MAX)
            return err_errnum(e, ELOOP, "resolve", NULL);
        r = follow(&found, done, left, used, e);
        return r < 0 ? r : 1;
    }
    memmove(left, left + used, strlen(left + used) + 1);
    (void)dir;
    return S_ISDIR(found.st.st_mode);
}

int view_resolve(const struct view_layer *layers, size_t n, const char *path,
                 char ret[TREE_PATH_MAX + 1], struct err *e)
{
    char parent[TREE_PATH_MAX + 1];
    char left[TREE_PATH_MAX + 1];
    const char *leaf = view_split(path, parent);
    int hops = 0;
    int r = 1;

    strcpy(left, parent);
    *ret = '\0';
    while (r > 0 && *left) {
        size_t len = strcspn(left, "/");
        char *up = strrchr(ret, '/');
        bool dots = len == 2 && strncmp(left, "..", 2) == 0;
        if (len > 0 && !dots && !(len == 1 && *left == '.')) {
            r = step(layers, n, ret, left, len, &hops, e);
            continue;
        }
        if (dots)
            *(up ? up : ret) = '\0';
        len += strspn(left + len, "/");
        memmove(left, left + len, strlen(left + len) + 1);
    }
    if (r <= 0)
        return r;
    size_t at = strlen(ret);
    if (at + strlen(leaf) + 2 > TREE_PATH_MAX)
        return err_set(e, ERR_LIMIT, "name of more than %d bytes", TREE_PATH_MAX);
    snprintf(ret + at, TREE_PATH_MAX + 1 - at, "%s%s", at ? "/" : "", leaf);
    return 1;
}
