/* SPDX-License-Identifier: MIT */
/* What a layer says about whole directories: whiteouts, opaqueness, times at the end. */
#include "image/tool/tree.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/sys.h"
#include "image/layer.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

int tree_opaque(int parent, const char *leaf, struct err *e)
{
    AUTO_FD int fd =
        openat(parent, *leaf ? leaf : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return err_sys(e, "open", leaf);
    return fsetxattr(fd, LAYER_OPAQUE, "y", 1, 0) < 0 ? err_sys(e, "set " LAYER_OPAQUE, leaf) : 0;
}

bool tree_is_hidden(const struct tree *t, const char *path)
{
    struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *parent = slash ? strndup(path, (size_t)(slash - path)) : NULL;
    AUTO_FD int fd = parent ? sys_openat2(t->root, parent, &how) : -1;

    return parent && fd < 0 && (errno == ELOOP || errno == ENOTDIR);
}

int tree_whiteout(struct tree *t, int parent, const char *leaf, struct err *e)
{
    struct stat st;

    if (mknodat(parent, leaf, S_IFCHR, makedev(0, 0)) == 0)
        return 0;
    if (errno != EEXIST)
        return err_sys(e, "make whiteout of", leaf);
    if (fstatat(parent, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "stat", leaf);
    return S_ISDIR(st.st_mode) ? tree_opaque(parent, leaf, e) : 0;
}

/* By inode; of one inode the last word first, and an entry's word before an implication. */
static int by_inode(const void *a, const void *b)
{
    const struct tree_dir *x = a;
    const struct tree_dir *y = b;

    if (x->ino != y->ino)
        return x->ino < y->ino ? -1 : 1;
    if (x->given != y->given)
        return x->given ? -1 : 1;
    return x->order > y->order ? -1 : 1;
}

/* Opens the directory if it still is what was noted. */
static int open_noted(const struct tree *t, const struct tree_dir *d)
{
    struct stat st;
    AUTO_FD int fd =
        fs_open_in(t->root, *d->path ? d->path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

    if (fd < 0 || fstat(fd, &st) < 0 || st.st_ino != d->ino)
        return -1;
    return TAKE_FD(fd);
}

/* The root of a layer without an entry for it gets the time 0, by which it is known. */
static int mark_root(struct tree *t, struct err *e)
{
    const struct timespec zero[2] = { 0 };
    struct stat st;

    if (fstat(t->root, &st) < 0)
        return err_sys(e, "stat", "layer's root");
    for (size_t i = 0; i < t->n_dirs; i++)
        if (t->dirs[i].ino == st.st_ino)
            return 0;
    return futimens(t->root, zero) < 0 ? err_sys(e, "set times of", "layer's root") : 0;
}

int tree_finish(struct tree *t, struct buf *implied, struct err *e)
{
    if (t->n_dirs > 0)
        qsort(t->dirs, t->n_dirs, sizeof(*t->dirs), by_inode);
    for (size_t i = 0; i < t->n_dirs; i++) {
        const struct tree_dir *d = &t->dirs[i];
        struct timespec times[2] = { d->mtime, d->mtime };
        if (i > 0 && d[-1].ino == d->ino && d[-1].given)
            continue;
        AUTO_FD int fd = open_noted(t, d);
        if (fd < 0)
            continue;
        if (d->given && futimens(fd, times) < 0)
            return err_sys(e, "set times of", d->path);
        if (!d->given)
            buf_add(implied, d->path, strlen(d->path) + 1);
    }
    return implied->failed ? err_nomem(e) : mark_root(t, e);
}
