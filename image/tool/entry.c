/* SPDX-License-Identifier: MIT */
/* Creation of what a tar entry describes, inside the layer's directory only. */
#include "image/tool/entry.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/tool/entry_meta.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/sysmacros.h>

/* An entry on its way: where it goes, and what it is. */
struct place {
    struct entry_sink *s;
    struct archive_entry *ent;
    struct entry_meta meta;
    const char *path; /* normal form */
    int parent;
    const char *leaf;
};

/* Runs `make` (0, or -1 with errno), and once more when something older had to be cleared away. */
static int make_over(struct place *pl, int (*make)(struct place *pl), const char *op, struct err *e)
{
    bool was_other;

    if (make(pl) == 0)
        return 0;
    if (errno != EEXIST)
        return err_sys(e, op, NULL);
    int r = tree_clear(&pl->s->tree, pl->parent, pl->leaf, false, &was_other, e);
    if (r < 0)
        return r;
    return make(pl) < 0 ? err_sys(e, op, NULL) : 0;
}

static int write_block(int fd, const void *data, size_t len, int64_t at, struct err *e)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = pwrite(fd, p, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "write", NULL);
        p += n;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

/* The file's data; what the archive leaves out (sparse files) stays a hole. */
static int copy_data(const struct place *pl, int fd, struct err *e)
{
    int64_t size = archive_entry_size(pl->ent);
    int64_t end = 0;

    for (;;) {
        const void *data;
        size_t len;
        la_int64_t at;
        int r = archive_read_data_block(pl->s->ar, &data, &len, &at);
        if (r == ARCHIVE_EOF)
            break;
        if (r != ARCHIVE_OK)
            return err_set(e, ERR_CORRUPT, "%s", archive_error_string(pl->s->ar));
        if (at < end || (int64_t)len > size - at)
            return err_set(e, ERR_CORRUPT, "data beyond the file's size");
        int w = write_block(fd, data, len, at, e);
        if (w < 0)
            return w;
        end = at + (int64_t)len;
    }
    if (end < size && ftruncate(fd, size) < 0)
        return err_sys(e, "truncate", NULL);
    return 0;
}

static int create_file(struct place *pl)
{
    int fd =
        openat(pl->parent, pl->leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    pl->meta.fd = fd;
    return fd < 0 ? -1 : 0;
}

static int make_file(struct place *pl, struct err *e)
{
    int64_t size = archive_entry_size(pl->ent);

    if (size < 0 || size > pl->s->left.bytes)
        return err_set(e, ERR_LIMIT, "the layer's files are larger than this store accepts");
    pl->s->left.bytes -= size;
    int r = make_over(pl, create_file, "create", e);
    AUTO_FD int fd = pl->meta.fd;
    if (r >= 0)
        r = copy_data(pl, fd, e);
    return r < 0 ? r : entry_meta_apply(&pl->meta, pl->ent, e);
}

static int open_dir(struct place *pl, struct err *e)
{
    pl->meta.fd = openat(pl->parent, pl->leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return pl->meta.fd < 0 ? err_sys(e, "open", NULL) : 0;
}

/* A directory takes the place of a directory as it is, and of nothing else: what it replaces hid
 * the lower layers' directory, so it must go on hiding it. */
static int make_dir(struct place *pl, struct err *e)
{
    bool was_other = false;
    int r = 0;

    if (mkdirat(pl->parent, pl->leaf, 0700) < 0) {
        if (errno != EEXIST)
            return err_sys(e, "mkdir", NULL);
        r = tree_clear(&pl->s->tree, pl->parent, pl->leaf, true, &was_other, e);
        if (r >= 0 && was_other && mkdirat(pl->parent, pl->leaf, 0700) < 0)
            r = err_sys(e, "mkdir", NULL);
        if (r >= 0 && was_other)
            r = tree_opaque(pl->parent, pl->leaf, e);
    }
    if (r >= 0)
        r = open_dir(pl, e);
    if (r < 0)
        return r;
    AUTO_FD int fd = pl->meta.fd;
    struct stat st;
    r = entry_meta_apply(&pl->meta, pl->ent, e);
    if (r < 0)
        return r;
    if (fstat(fd, &st) < 0)
        return err_sys(e, "stat", NULL);
    return tree_note_dir(&pl->s->tree, pl->path, st.st_ino, &pl->meta.mtime, e);
}

static int create_symlink(struct place *pl)
{
    return symlinkat(archive_entry_symlink(pl->ent), pl->parent, pl->leaf);
}

static int make_symlink(struct place *pl, struct err *e)
{
    const char *to = archive_entry_symlink(pl->ent);

    if (str_empty(to))
        return err_set(e, ERR_INVALID, "symbolic link to nothing");
    int r = make_over(pl, create_symlink, "symlink", e);
    return r < 0 ? r : entry_meta_apply(&pl->meta, pl->ent, e);
}

static int create_node(struct place *pl)
{
    mode_t type = archive_entry_filetype(pl->ent);
    dev_t dev = type == AE_IFIFO ? 0
                                 : makedev((unsigned)archive_entry_rdevmajor(pl->ent),
                                           (unsigned)archive_entry_rdevminor(pl->ent));

    return mknodat(pl->parent, pl->leaf, type | 0600, dev);
}

static int make_node(struct place *pl, struct err *e)
{
    if (archive_entry_filetype(pl->ent) != AE_IFIFO && pl->s->left.devices-- <= 0)
        return err_set(e, ERR_LIMIT, "the layer has more device nodes than this store accepts");
    int r = make_over(pl, create_node, "mknod", e);
    return r < 0 ? r : entry_meta_apply(&pl->meta, pl->ent, e);
}

/* The file that a hard link names, by the same rules as an entry's own name. 1; 0: it is not in
 * this layer. */
static int link_target(struct place *pl, char *name, int *ret_dir, const char **ret_leaf,
                       struct err *e)
{
    struct stat st;
    int dir;
    int r = tree_normal_name(archive_entry_hardlink(pl->ent), name, e);

    if (r >= 0)
        r = tree_parent(&pl->s->tree, name, false, &dir, ret_leaf, e);
    if (r < 0)
        return r == -ERR_NOT_FOUND ? 0 : r;
    if (fstatat(dir, **ret_leaf ? *ret_leaf : ".", &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_sys(e, "stat", NULL);
    if (S_ISDIR(st.st_mode) || tree_is_whiteout(&st))
        return err_set(e, ERR_INVALID, "not a file");
    *ret_dir = fcntl(dir, F_DUPFD_CLOEXEC, 3);
    return *ret_dir < 0 ? err_sys(e, "dup", NULL) : 1;
}

/* A lower layer's file: noted for the images, which know their lower layers (links.h). */
static int note_link(struct place *pl, const char *target, struct err *e)
{
    struct buf *links = &pl->s->links;
    bool was_other;

    buf_add(links, pl->path, strlen(pl->path) + 1);
    buf_add(links, target, strlen(target) + 1);
    return tree_clear(&pl->s->tree, pl->parent, pl->leaf, false, &was_other, e);
}

static bool same_file(int dir_a, const char *a, int dir_b, const char *b)
{
    struct stat x;
    struct stat y;

    return fstatat(dir_a, a, &x, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstatat(dir_b, b, &y, AT_SYMLINK_NOFOLLOW) == 0 && x.st_ino == y.st_ino;
}

static int make_link(struct place *pl, struct err *e)
{
    char name[TREE_PATH_MAX + 1];
    AUTO_FD int dir = -1;
    const char *leaf;
    bool was_other;
    int found = link_target(pl, name, &dir, &leaf, e);

    if (found < 0)
        return err_wrap(e, "hard link to %s", archive_entry_hardlink(pl->ent));
    int r = tree_parent(&pl->s->tree, pl->path, true, &pl->parent, &pl->leaf, e);
    if (r >= 0 && !found)
        return note_link(pl, name, e);
    if (r < 0 || linkat(dir, leaf, pl->parent, pl->leaf, 0) == 0)
        return r;
    if (errno == EEXIST && same_file(dir, leaf, pl->parent, pl->leaf))
        return 0;
    if (errno == EEXIST) {
        r = tree_clear(&pl->s->tree, pl->parent, pl->leaf, false, &was_other, e);
        if (r < 0 || linkat(dir, leaf, pl->parent, pl->leaf, 0) == 0)
            return r;
    }
    return err_sys(e, "link to", archive_entry_hardlink(pl->ent));
}

static int make_whiteout(struct place *pl, struct err *e)
{
    const char *name = pl->leaf + strlen(ENTRY_WHITEOUT);

    if (STREQ(pl->leaf, ENTRY_OPAQUE))
        return tree_opaque(pl->parent, "", e);
    if (str_starts(pl->leaf, ENTRY_META))
        return 0;
    if (*name == '\0' || STREQ(name, ".") || STREQ(name, ".."))
        return err_set(e, ERR_INVALID, "a whiteout of \"%s\" is refused", name);
    return tree_whiteout(&pl->s->tree, pl->parent, name, e);
}

/* The root's own entry has nothing to be made, only attributes. */
static int make_root(struct place *pl, struct err *e)
{
    if (archive_entry_hardlink(pl->ent) || archive_entry_filetype(pl->ent) != AE_IFDIR)
        return err_set(e, ERR_INVALID, "the root is not a directory");
    pl->leaf = ".";
    int r = open_dir(pl, e);
    if (r < 0)
        return r;
    AUTO_FD int fd = pl->meta.fd;
    struct stat st;
    r = entry_meta_apply(&pl->meta, pl->ent, e);
    if (r < 0)
        return r;
    if (fstat(fd, &st) < 0)
        return err_sys(e, "stat", NULL);
    return tree_note_dir(&pl->s->tree, "", st.st_ino, &pl->meta.mtime, e);
}

static bool is_whiteout(const char *path)
{
    const char *slash = strrchr(path, '/');

    return str_starts(slash ? slash + 1 : path, ENTRY_WHITEOUT);
}

static int make_by_type(struct place *pl, struct err *e)
{
    if (*pl->path == '\0')
        return make_root(pl, e);
    if (is_whiteout(pl->path))
        return make_whiteout(pl, e);
    if (archive_entry_hardlink(pl->ent))
        return make_link(pl, e);
    switch (archive_entry_filetype(pl->ent)) {
    case AE_IFREG: return make_file(pl, e);
    case AE_IFDIR: return make_dir(pl, e);
    case AE_IFLNK: return make_symlink(pl, e);
    case AE_IFCHR:
    case AE_IFBLK:
    case AE_IFIFO: return make_node(pl, e);
    default: return err_set(e, ERR_INVALID, "entry of an unknown type");
    }
}

int entry_make(struct entry_sink *s, struct archive_entry *ent, struct err *e)
{
    char path[TREE_PATH_MAX + 1];
    struct place pl = { .s = s, .ent = ent, .path = path };
    const char *name = archive_entry_pathname(ent);

    if (str_empty(name))
        return err_set(e, ERR_INVALID, "entry without a name");
    if (s->left.entries-- <= 0)
        return err_set(e, ERR_LIMIT, "the layer has more entries than this store accepts");
    int r = tree_normal_name(name, path, e);
    if (r >= 0 && is_whiteout(path) && tree_is_hidden(&s->tree, path))
        return 0;
    if (r >= 0)
        r = tree_parent(&s->tree, path, true, &pl.parent, &pl.leaf, e);
    if (r >= 0)
        r = entry_meta_read(&pl.meta, ent, e);
    if (r < 0)
        return r;
    pl.meta.parent = pl.parent;
    pl.meta.leaf = pl.leaf;
    return make_by_type(&pl, e);
}
