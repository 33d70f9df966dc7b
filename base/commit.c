/* SPDX-License-Identifier: MIT */
/* Atomic commit by temporary file and rename. */
#include "base/commit.h"

#include "base/fs.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

/* Unique among live processes and within this one. */
static void temp_name(char *buf, size_t len)
{
    static atomic_uint serial;

    snprintf(buf, len, COMMIT_TEMP_PREFIX "%d-%u", (int)getpid(), atomic_fetch_add(&serial, 1));
}

static int sync_dir(int dirfd, const char *path, struct err *e)
{
    AUTO_FD int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(e, "open", path);
    if (fsync(fd) < 0)
        return err_sys(e, "fsync", path);
    return 0;
}

static int fill(int fd, const char *temp, const void *data, size_t len, unsigned flags,
                struct err *e)
{
    if (fs_write_all(fd, data, len) < 0)
        return err_sys(e, "write", temp);
    if ((flags & COMMIT_DURABLE) && fsync(fd) < 0)
        return err_sys(e, "fsync", temp);
    return 0;
}

static int write_temp(int dirfd, const char *temp, const void *data, size_t len, mode_t mode,
                      unsigned flags, struct err *e)
{
    AUTO_FD int fd =
        openat(dirfd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

    return fd < 0 ? err_sys(e, "create", temp) : fill(fd, temp, data, len, flags, e);
}

/* A file without a name (open(2), O_TMPFILE) gets it when it is finished; it cannot replace
 * another. 1 done, 0 where the file system has no such files. */
static int link_unnamed(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
                        unsigned flags, struct err *e)
{
    char path[FS_FD_PATH_MAX];
    AUTO_FD int fd = openat(dirfd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);

    if (fd < 0)
        return errno == EOPNOTSUPP || errno == EISDIR ? 0 : err_sys(e, "create", name);
    int r = fill(fd, name, data, len, flags, e);
    if (r < 0)
        return r;
    if (linkat(AT_FDCWD, fs_fd_path(fd, path), dirfd, name, AT_SYMLINK_FOLLOW) < 0)
        return errno == EEXIST ? err_set(e, ERR_EXISTS, "%s exists already", name)
                               : err_sys(e, "link", name);
    r = flags & COMMIT_DURABLE ? sync_dir(dirfd, ".", e) : 0;
    return r < 0 ? r : 1;
}

static int publish(int dirfd, const char *temp, const char *name, unsigned flags, struct err *e)
{
    unsigned how = flags & COMMIT_EXCL ? RENAME_NOREPLACE : 0;

    if (renameat2(dirfd, temp, dirfd, name, how) == 0)
        return flags & COMMIT_DURABLE ? sync_dir(dirfd, ".", e) : 0;
    if (errno == EEXIST && (flags & COMMIT_EXCL))
        return err_set(e, ERR_EXISTS, "%s exists already", name);
    return err_sys(e, "rename", name);
}

int commit_file(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
                unsigned flags, struct err *e)
{
    char temp[64];
    int r = flags & COMMIT_EXCL ? link_unnamed(dirfd, name, data, len, mode, flags, e) : 0;

    if (r != 0)
        return r < 0 ? err_wrap(e, "write %s", name) : 0;
    temp_name(temp, sizeof(temp));
    r = write_temp(dirfd, temp, data, len, mode, flags, e);
    if (r >= 0)
        r = publish(dirfd, temp, name, flags, e);
    if (r < 0) {
        unlinkat(dirfd, temp, 0);
        return err_wrap(e, "write %s", name);
    }
    return 0;
}

static int parent_of(const char *path, char *buf, size_t len)
{
    const char *slash = strrchr(path, '/');
    int n = slash ? snprintf(buf, len, "%.*s", (int)(slash - path), path) : snprintf(buf, len, ".");

    return n < (int)len ? 0 : -1;
}

int commit_rename(int from_dirfd, const char *from, int to_dirfd, const char *to, struct err *e)
{
    char parent[4096];
    AUTO_FD int fd = openat(from_dirfd, from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return err_sys(e, "open", from);
    if (syncfs(fd) < 0)
        return err_sys(e, "syncfs", from);
    if (renameat2(from_dirfd, from, to_dirfd, to, RENAME_NOREPLACE) < 0) {
        if (errno == EEXIST || errno == ENOTEMPTY)
            return err_set(e, ERR_EXISTS, "%s exists already", to);
        return err_sysf(e, "rename", "%s to %s", from, to);
    }
    if (parent_of(to, parent, sizeof(parent)) < 0)
        return err_set(e, ERR_LIMIT, "%s: path too long", to);
    return sync_dir(to_dirfd, parent[0] ? parent : "/", e);
}
