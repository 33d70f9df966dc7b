/* SPDX-License-Identifier: MIT */
/* Directories as a whole: listing, and removal by descriptors. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>
#include <string.h>

static bool is_dots(const char *name)
{
    return STREQ(name, ".") || STREQ(name, "..");
}

/* Takes the descriptor over, also on failure. */
static DIR *dir_from(int fd)
{
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

    if (!d && fd >= 0)
        close(fd);
    return d;
}

int fs_list(int dirfd, const char *path, char ***ret, struct err *e)
{
    AUTO_STRV char **names = calloc(4, sizeof(*names));
    AUTO_DIR DIR *d = dir_from(openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));

    if (!names)
        return err_nomem(e);
    if (!d && errno != ENOENT)
        return err_sys(e, "open", path);
    for (struct dirent *ent; d && (errno = 0, ent = readdir(d)) != NULL;)
        if (!is_dots(ent->d_name) && strv_add(&names, ent->d_name) < 0)
            return err_nomem(e);
    if (d && errno != 0)
        return err_sys(e, "read", path);
    *ret = TAKE_PTR(names);
    return 0;
}

/* So many directories are open at once; those above them are found again from below. */
#define LEVELS_OPEN 16

/* The way down: directories with the name each has in the one above. */
struct level {
    DIR *dir; /* NULL: closed meanwhile */
    char *name;
    ino_t ino;
    unsigned depth;
    struct level *up;
};

static void level_free(struct level *l)
{
    if (l->dir)
        closedir(l->dir);
    free(l->name);
    free(l);
}

/* An open directory that must be the one with this inode (0: any) on this device; or -1. */
static int open_level(int dirfd, const char *name, dev_t dev, ino_t ino, struct stat *st)
{
    AUTO_FD int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 || fstat(fd, st) < 0)
        return -1;
    if (st->st_dev == dev && (ino == 0 || st->st_ino == ino))
        return TAKE_FD(fd);
    errno = EXDEV;
    return -1;
}

static void close_far(struct level *l)
{
    unsigned depth = l->depth;

    while (l->up && l->depth + LEVELS_OPEN > depth)
        l = l->up;
    if (l->depth + LEVELS_OPEN == depth && l->dir) {
        closedir(l->dir);
        l->dir = NULL;
    }
}

static int descend(struct level **at, int dirfd, const char *name, dev_t dev)
{
    struct stat st;
    int fd = open_level(dirfd, name, dev, 0, &st);

    if (fd < 0)
        return -1;
    struct level *l = calloc(1, sizeof(*l));
    if (!l) {
        close(fd);
        return -1;
    }
    l->up = *at;
    l->ino = st.st_ino;
    l->depth = l->up ? l->up->depth + 1 : 0;
    l->dir = dir_from(fd);
    l->name = strdup(name);
    if (!l->dir || !l->name) {
        level_free(l);
        return -1;
    }
    close_far(l);
    *at = l;
    return 0;
}

/* Back to the level above, whose directory is read again if it had been closed: what was seen in it
 * is gone. */
static int ascend(struct level **at, dev_t dev)
{
    struct level *l = *at;
    struct level *up = l->up;
    struct stat st;

    if (up && !up->dir)
        up->dir = dir_from(open_level(dirfd(l->dir), "..", dev, up->ino, &st));
    if (up && !up->dir)
        return -1;
    if (up && unlinkat(dirfd(up->dir), l->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return -1;
    *at = up;
    level_free(l);
    return 0;
}

/* 1: it is gone; 0: it is a directory with something in it. */
static int remove_one(int dirfd, const char *name)
{
    if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
        return 1;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 1;
    return errno != ENOTEMPTY && errno != EEXIST ? -1 : 0;
}

static int remove_below(struct level **at, dev_t dev)
{
    while (*at) {
        struct level *l = *at;
        errno = 0;
        struct dirent *ent = readdir(l->dir);
        if (!ent && (errno != 0 || ascend(at, dev) < 0))
            return -1;
        if (!ent || is_dots(ent->d_name))
            continue;
        int r = remove_one(dirfd(l->dir), ent->d_name);
        if (r < 0 || (r == 0 && descend(at, dirfd(l->dir), ent->d_name, dev) < 0))
            return -1;
    }
    return 0;
}

int fs_rm_rf(int dirfd, const char *path, struct err *e)
{
    struct level *at = NULL;
    struct stat st;

    int r = remove_one(dirfd, path);
    if (r > 0 || (r < 0 && errno == ENOTDIR))
        return 0;
    if (r < 0)
        return err_sys(e, "remove", path);
    if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "stat", path);
    r = descend(&at, dirfd, path, st.st_dev);
    if (r == 0)
        r = remove_below(&at, st.st_dev);
    int errnum = errno;
    while (at) {
        struct level *up = at->up;
        level_free(at);
        at = up;
    }
    if (r < 0)
        return err_errnum(e, errnum, "remove", path);
    if (unlinkat(dirfd, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return err_sys(e, "remove", path);
    return 0;
}
