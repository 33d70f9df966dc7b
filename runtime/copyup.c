/* SPDX-License-Identifier: MIT */
/* Copies a directory's content: what tmpcopyup puts into a fresh tmpfs. */
#include "runtime/copyup.h"

#include "base/mem.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define DEPTH_MAX 64

static int copy_dir(int from, int to, dev_t dev, int depth, struct err *e);

static int copy_file(int from, int to, const char *name, const struct stat *st, struct err *e)
{
    AUTO_FD int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_FD int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (in < 0 || out < 0)
        return err_sys(e, "open", name);
    for (off_t left = st->st_size; left > 0;) {
        ssize_t n = sendfile(out, in, NULL, (size_t)left);
        if (n < 0)
            return err_sys(e, "copy", name);
        if (n == 0)
            break;
        left -= n;
    }
    return 0;
}

static int copy_link(int from, int to, const char *name, struct err *e)
{
    char text[PATH_MAX];
    ssize_t n = readlinkat(from, name, text, sizeof(text) - 1);

    if (n < 0)
        return err_sys(e, "readlink", name);
    text[n] = '\0';
    return symlinkat(text, to, name) < 0 ? err_sys(e, "symlink", name) : 0;
}

static int copy_subdir(int from, int to, const char *name, dev_t dev, int depth, struct err *e)
{
    if (mkdirat(to, name, 0700) < 0 && errno != EEXIST)
        return err_sys(e, "mkdir", name);
    AUTO_FD int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_FD int out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (in < 0 || out < 0)
        return err_sys(e, "open", name);
    return copy_dir(in, out, dev, depth + 1, e);
}

static int copy_meta(int to, const char *name, const struct stat *st, struct err *e)
{
    struct timespec times[2] = { st->st_atim, st->st_mtim };

    if (fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "chown", name);
    if (!S_ISLNK(st->st_mode) && fchmodat(to, name, st->st_mode & 07777, 0) < 0)
        return err_sys(e, "chmod", name);
    utimensat(to, name, times, AT_SYMLINK_NOFOLLOW);
    return 0;
}

static int copy_entry(int from, int to, const char *name, dev_t dev, int depth, struct err *e)
{
    struct stat st;
    int r = 0;

    if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(e, "stat", name);
    if (st.st_dev != dev)
        return 0;
    if (S_ISREG(st.st_mode))
        r = copy_file(from, to, name, &st, e);
    else if (S_ISDIR(st.st_mode))
        r = copy_subdir(from, to, name, dev, depth, e);
    else if (S_ISLNK(st.st_mode))
        r = copy_link(from, to, name, e);
    else if (mknodat(to, name, st.st_mode, st.st_rdev) < 0)
        r = err_sys(e, "mknod", name);
    return r < 0 ? r : copy_meta(to, name, &st, e);
}

static int copy_dir(int from, int to, dev_t dev, int depth, struct err *e)
{
    int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO_DIR DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

    if (!d)
        return err_sys(e, "open", "directory");
    if (depth > DEPTH_MAX)
        return err_set(e, ERR_LIMIT, "directories nest deeper than %d", DEPTH_MAX);
    for (struct dirent *ent; (ent = readdir(d));) {
        if (STREQ(ent->d_name, ".") || STREQ(ent->d_name, ".."))
            continue;
        int r = copy_entry(from, to, ent->d_name, dev, depth, e);
        if (r < 0)
            return r;
    }
    return 0;
}

int copyup_tree(int from, int to, struct err *e)
{
    struct stat st;

    if (fstat(from, &st) < 0)
        return err_sys(e, "stat", NULL);
    int r = copy_dir(from, to, st.st_dev, 0, e);
    return r < 0 ? err_wrap(e, "tmpcopyup") : 0;
}
