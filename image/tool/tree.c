/* SPDX-License-Identifier: MIT */
/* Names and parents inside the directory of a layer that is being unpacked. */
#include "image/tool/tree.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/tool/entry.h"

#include <fcntl.h>

void tree_init(struct tree *t, int root)
{
    *t = (struct tree){ .root = root };
    for (size_t i = 0; i < TREE_CACHE; i++)
        t->cache[i].fd = -1;
}

static void forget_parents(struct tree *t)
{
    for (size_t i = 0; i < TREE_CACHE; i++) {
        mem_close(&t->cache[i].fd);
        free(TAKE_PTR(t->cache[i].path));
    }
}

void tree_free(struct tree *t)
{
    forget_parents(t);
    for (size_t i = 0; i < t->n_dirs; i++)
        free(t->dirs[i].path);
    free(t->dirs);
    *t = (struct tree){ .root = -1 };
}

static int check_component(const char *s, size_t len, bool last, struct err *e)
{
    if (len == 2 && s[0] == '.' && s[1] == '.')
        return err_set(e, ERR_INVALID, "name with \"..\" is refused");
    if (len > 255)
        return err_set(e, ERR_LIMIT, "name of more than 255 bytes");
    if (!last && len >= 4 && strncmp(s, ENTRY_WHITEOUT, 4) == 0)
        return err_set(e, ERR_INVALID, "a whiteout cannot be a directory");
    return 0;
}

int tree_normal_name(const char *name, char *out, struct err *e)
{
    size_t at = 0;

    if (*name == '/' && name[strspn(name, "/")])
        return err_set(e, ERR_INVALID, "absolute name is refused");
    if (strlen(name) > TREE_PATH_MAX)
        return err_set(e, ERR_LIMIT, "name of more than %d bytes", TREE_PATH_MAX);
    for (const char *p = name; *p;) {
        size_t len = strcspn(p, "/");
        const char *next = p + len + strspn(p + len, "/");
        if (len > 0 && !(len == 1 && *p == '.')) {
            int r = check_component(p, len, *next == '\0', e);
            if (r < 0)
                return r;
            if (at > 0)
                out[at++] = '/';
            memcpy(out + at, p, len);
            at += len;
        }
        p = next;
    }
    out[at] = '\0';
    return 0;
}

bool tree_is_whiteout(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

static int add_dir(struct tree *t, const struct tree_dir *dir, struct err *e)
{
    if (t->n_dirs == TREE_DIRS_MAX)
        return err_set(e, ERR_LIMIT, "more than %d directories", TREE_DIRS_MAX);
    if (t->n_dirs == t->cap_dirs) {
        size_t cap = t->cap_dirs ? 2 * t->cap_dirs : 256;
        struct tree_dir *grown = realloc(t->dirs, cap * sizeof(*grown));
        if (!grown)
            return err_nomem(e);
        t->dirs = grown;
        t->cap_dirs = cap;
    }
    struct tree_dir *d = &t->dirs[t->n_dirs];
    *d = *dir;
    d->order = t->n_dirs;
    d->path = strdup(dir->path);
    if (!d->path)
        return err_nomem(e);
    t->n_dirs++;
    return 0;
}

int tree_note_dir(struct tree *t, const char *path, ino_t ino, const struct timespec *mtime,
                  struct err *e)
{
    struct tree_dir d = {
        .path = (char *)(uintptr_t)path, .ino = ino, .given = true, .mtime = *mtime
    };

    return add_dir(t, &d, e);
}

/* Makes the directory `leaf`, implied by an entry below it. */
static int make_implied(struct tree *t, int parent, const char *leaf, const char *path,
                        struct err *e)
{
    struct stat st;
    bool opaque = false;

    if (mkdirat(parent, leaf, 0755) < 0) {
        if (errno != EEXIST)
            return err_sys(e, "mkdir", path);
        if (fstatat(parent, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return err_sys(e, "stat", path);
        if (S_ISLNK(st.st_mode))
            return err_set(e, ERR_INVALID, "its parent %s is a symbolic link to nowhere", path);
        if (!tree_is_whiteout(&st))
            return err_set(e, ERR_INVALID, "its parent %s is not a directory", path);
        opaque = true;
        if (unlinkat(parent, leaf, 0) < 0 || mkdirat(parent, leaf, 0755) < 0)
            return err_sys(e, "mkdir", path);
    }
    if (fstatat(parent, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "stat", path);
    struct tree_dir d = { .path = (char *)(uintptr_t)path, .ino = st.st_ino };
    int r = opaque ? tree_opaque(parent, leaf, e) : 0;
    return r < 0 ? r : add_dir(t, &d, e);
}

static int open_dir_in(const struct tree *t, const char *path)
{
    return fs_open_in(t->root, *path ? path : ".", O_PATH | O_DIRECTORY, 0);
}

/* Opens `path` as a directory, with whatever is missing on the way. */
static int make_parents(struct tree *t, char *path, int *ret, struct err *e)
{
    AUTO_FD int dir = open_dir_in(t, "");
    char *p = path;

    while (dir >= 0 && *p) {
        size_t len = strcspn(p, "/");
        char after = p[len];
        p[len] = '\0';
        AUTO_FD int next = open_dir_in(t, path);
        int r = 0;
        if (next < 0 && (errno == ENOENT || errno == ENOTDIR)) {
            r = make_implied(t, dir, p, path, e);
            if (r >= 0)
                next = open_dir_in(t, path);
        }
        if (r >= 0 && next < 0)
            r = err_sys(e, "open", path);
        p[len] = after;
        if (r < 0)
            return r;
        mem_close(&dir);
        dir = TAKE_FD(next);
        p += len + (after == '/');
    }
    if (dir < 0)
        return err_sys(e, "open", "layer's root");
    *ret = TAKE_FD(dir);
    return 0;
}

static size_t hash(const char *s, size_t len)
{
    size_t h = 5381;

    for (size_t i = 0; i < len; i++)
        h = h * 33 + (unsigned char)s[i];
    return h % TREE_CACHE;
}

static int open_parent(struct tree *t, const char *parent, bool make, int *ret, struct err *e)
{
    AUTO_FREE char *copy = NULL;
    int fd = open_dir_in(t, parent);

    if (fd >= 0) {
        *ret = fd;
        return 0;
    }
    if (!make && (errno == ENOENT || errno == ENOTDIR))
        return err_set(e, ERR_NOT_FOUND, "%s: no such directory in this layer", parent);
    if (errno != ENOENT && errno != ENOTDIR)
        return err_sys(e, "open", parent);
    copy = strdup(parent);
    return copy ? make_parents(t, copy, ret, e) : err_nomem(e);
}

int tree_parent(struct tree *t, const char *path, bool make, int *ret_fd, const char **ret_leaf,
                struct err *e)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    size_t slot = hash(path, len);

    if (t->stale)
        forget_parents(t);
    t->stale = false;
    const char *cached = t->cache[slot].path;
    *ret_leaf = slash ? slash + 1 : path;
    if (cached && strncmp(cached, path, len) == 0 && cached[len] == '\0') {
        *ret_fd = t->cache[slot].fd;
        return 0;
    }
    AUTO_FREE char *parent = strndup(path, len);
    int fd = -1;
    if (!parent)
        return err_nomem(e);
    int r = open_parent(t, parent, make, &fd, e);
    if (r < 0)
        return r;
    mem_close(&t->cache[slot].fd);
    free(t->cache[slot].path);
    t->cache[slot].path = TAKE_PTR(parent);
    t->cache[slot].fd = fd;
    *ret_fd = fd;
    return 0;
}

int tree_clear(struct tree *t, int parent, const char *leaf, bool keep_dir, bool *ret_was_other,
               struct err *e)
{
    struct stat st;

    *ret_was_other = false;
    if (fstatat(parent, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_sys(e, "stat", leaf);
    if (S_ISDIR(st.st_mode)) {
        if (keep_dir)
            return 0;
        t->stale = true;
        return fs_rm_rf(parent, leaf, e);
    }
    *ret_was_other = true;
    if (unlinkat(parent, leaf, 0) < 0)
        return err_sys(e, "unlink", leaf);
    t->stale = t->stale || S_ISLNK(st.st_mode);
    return 0;
}
