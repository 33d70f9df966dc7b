/* SPDX-License-Identifier: MIT */
/* Copies of lower layers' files, with all of their names. */
#include "base/fs.h"
#include "base/str.h"
#include "image/layer.h"
#include "image/tool/links.h"

#include <fcntl.h>

static int add_parent(char ***paths, const char *path, struct err *e)
{
    char parent[TREE_PATH_MAX + 1];

    view_split(path, parent);
    return !strv_has(*paths, parent) && strv_add(paths, parent) < 0 ? err_nomem(e) : 0;
}

int links_parents(const struct links *l, char ***paths, struct err *e)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < l->n; i++)
        if (!l->items[i].hidden)
            r = add_parent(paths, l->items[i].path, e);
    for (size_t i = 0; i < l->n_files; i++)
        strv_foreach (name, l->files[i].wanted ? l->files[i].names : NULL)
            r = r < 0 ? r : add_parent(paths, *name, e);
    return r;
}

/* The data between two holes, for as long as there are any. */
static int copy_data(int from, int to, off_t size)
{
    off_t at = 0;

    while ((at = lseek(from, at, SEEK_DATA)) >= 0 && at < size) {
        off_t end = lseek(from, at, SEEK_HOLE);
        if (end < 0 || lseek(from, at, SEEK_SET) < 0 || lseek(to, at, SEEK_SET) < 0)
            return -1;
        while (at < end) {
            ssize_t n = copy_file_range(from, NULL, to, NULL, (size_t)(end - at), 0);
            if (n <= 0)
                return -1;
            at += n;
        }
    }
    return ftruncate(to, size);
}

static int copy_file(const struct view_entry *src, int dir, const char *leaf, struct err *e)
{
    AUTO_FD int from = openat(src->dir, src->leaf, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_FD int to = openat(dir, leaf, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (from < 0 || to < 0 || copy_data(from, to, src->st.st_size) < 0)
        return err_sys(e, "copy", leaf);
    return layer_copy_attributes(from, to, e);
}

static int create_node(const struct view_entry *src, int dir, const char *leaf)
{
    char to[TREE_PATH_MAX + 1] = "";

    if (!S_ISLNK(src->st.st_mode))
        return mknodat(dir, leaf, src->st.st_mode, src->st.st_rdev);
    if (readlinkat(src->dir, src->leaf, to, TREE_PATH_MAX) < 0)
        return -1;
    return symlinkat(to, dir, leaf);
}

/* Symlinks, devices, pipes. */
static int copy_node(const struct view_entry *src, int dir, const char *leaf, struct err *e)
{
    const struct timespec times[2] = { src->st.st_mtim, src->st.st_mtim };

    if (create_node(src, dir, leaf) < 0 ||
        fchownat(dir, leaf, src->st.st_uid, src->st.st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        (!S_ISLNK(src->st.st_mode) && fchmodat(dir, leaf, src->st.st_mode & 07777, 0) < 0) ||
        utimensat(dir, leaf, times, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "copy", leaf);
    return 0;
}

static int copy_up(const struct view_entry *src, int tree, const char *path, struct err *e)
{
    char parent[TREE_PATH_MAX + 1];
    const char *leaf = view_split(path, parent);
    AUTO_FD int dir = fs_open_in(tree, *parent ? parent : ".", O_PATH | O_DIRECTORY, 0);

    if (dir < 0)
        return err_sys(e, "open", parent);
    return S_ISREG(src->st.st_mode) ? copy_file(src, dir, leaf, e) : copy_node(src, dir, leaf, e);
}

static int link_name(int tree, const char *from, const char *to, struct err *e)
{
    if (linkat(tree, from, tree, to, 0) == 0)
        return 0;
    return err_sysf(e, "link", "%s to %s", to, from);
}

/* The file under its first name; then the others. */
static int make_file(const struct links *l, size_t file, int tree, struct err *e)
{
    const struct links_file *f = &l->files[file];
    const char *first = NULL;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < l->n; i++) {
        const struct links_item *item = &l->items[i];
        if (item->hidden || item->file != file)
            continue;
        r = first ? link_name(tree, first, item->path, e)
                  : copy_up(&f->source, tree, item->path, e);
        first = first ? first : item->path;
    }
    strv_foreach (name, f->names)
        r = r < 0 ? r : link_name(tree, first, *name, e);
    return r;
}

int links_make(const struct links *l, int tree, struct err *e)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < l->n_files; i++)
        if (l->files[i].wanted)
            r = make_file(l, i, tree, e);
    return r;
}
