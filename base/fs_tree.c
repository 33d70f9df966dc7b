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

/* The way down: open directories with the name each has in the one above. */
struct level {
    DIR *dir;
    char *name;
    struct level *up;
};

static void level_free(struct level *l)
{
    if (l->dir)
        closedir(l->dir);
    free(l->name);
    free(l);
}

static int descend(struct level **at, int dirfd, const char *name, dev_t dev)
{
    struct stat st;
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0 || (dev != 0 && st.st_dev != dev)) {
        close(fd);
        errno = EXDEV;
        return -1;
    }
    struct level *l = calloc(1, sizeof(*l));
    if (!l) {
        close(fd);
        return -1;
    }
    l->up = *at;
    l->dir = dir_from(fd);
    l->name = strdup(name);
    if (!l->dir || !l->name) {
        level_free(l);
        return -1;
    }
    *at = l;
    return 0;
}

static int remove_below(struct level **at, dev_t dev)
{
    while (*at) {
        struct level *l = *at;
        errno = 0;
        struct dirent *ent = readdir(l->dir);
        if (!ent && errno != 0)
            return -1;
        if (!ent) {
            int above = l->up ? dirfd(l->up->dir) : -1;
            if (above >= 0 && unlinkat(above, l->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return -1;
            *at = l->up;
            level_free(l);
            continue;
        }
        if (is_dots(ent->d_name))
            continue;
        if (unlinkat(dirfd(l->dir), ent->d_name, 0) == 0 || errno == ENOENT)
            continue;
        if (errno != EISDIR && errno != EPERM)
            return -1;
        if (unlinkat(dirfd(l->dir), ent->d_name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            continue;
        if (errno != ENOTEMPTY && errno != EEXIST)
            return -1;
        if (descend(at, dirfd(l->dir), ent->d_name, dev) < 0)
            return -1;
    }
    return 0;
}

int fs_rm_rf(int dirfd, const char *path, struct err *e)
{
    struct level *at = NULL;
    struct stat st;

    if (unlinkat(dirfd, path, 0) == 0 || errno == ENOENT || errno == ENOTDIR)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return err_sys(e, "remove", path);
    if (unlinkat(dirfd, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return err_sys(e, "remove", path);
    if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "stat", path);
    int r = descend(&at, dirfd, path, st.st_dev);
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
