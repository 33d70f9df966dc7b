/* SPDX-License-Identifier: MIT */
/* Opening inside a root by openat2, and whole-file reads and writes. */
#include "base/fs.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/sys.h"

#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>

int fs_open_in(int root, const char *path, uint64_t flags, mode_t mode)
{
    struct open_how how = {
        .flags = flags | O_CLOEXEC,
        .mode = flags & (O_CREAT | __O_TMPFILE) ? mode : 0,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int fd;

    /* EAGAIN: a rename raced with ".."; the kernel asks to try again (openat2(2)). */
    for (int tries = 0; tries < 64; tries++) {
        fd = sys_openat2(root, path, &how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return fd;
}

/* Opens `name` below dir, one component that is no symlink by construction of the caller's walk;
 * makes it when it is missing. */
static int step_into(int root, int dir, const char *so_far, const char *name, mode_t mode)
{
    int fd = fs_open_in(root, so_far, O_PATH | O_DIRECTORY, 0);

    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
        return -1;
    return fs_open_in(root, so_far, O_PATH | O_DIRECTORY, 0);
}

int fs_mkdir_in(int root, const char *path, mode_t mode)
{
    AUTO_FREE char *walk = strdup(path);
    AUTO_FD int dir = -1;
    char *p = walk;

    if (!walk)
        return -1;
    dir = fs_open_in(root, path, O_PATH | O_DIRECTORY, 0);
    if (dir >= 0 || errno != ENOENT)
        return TAKE_FD(dir);
    dir = fs_open_in(root, "/", O_PATH | O_DIRECTORY, 0);
    while (dir >= 0 && *p) {
        p += strspn(p, "/");
        size_t len = strcspn(p, "/");
        if (len == 0)
            break;
        char next = p[len];
        p[len] = '\0';
        int fd = step_into(root, dir, walk, p, mode);
        p[len] = next;
        p += len;
        mem_close(&dir);
        dir = fd;
    }
    return TAKE_FD(dir);
}

int fs_touch_in(int root, const char *path, mode_t mode)
{
    AUTO_FREE char *parent = strdup(path);
    int fd = fs_open_in(root, path, O_PATH, 0);

    if (!parent || fd >= 0 || errno != ENOENT)
        return fd;
    char *slash = strrchr(parent, '/');
    if (slash)
        *slash = '\0';
    AUTO_FD int dir = fs_mkdir_in(root, slash && *parent ? parent : "/", 0755);
    if (dir < 0)
        return -1;
    AUTO_FD int made = fs_open_in(root, path, O_WRONLY | O_CREAT, mode);
    if (made < 0)
        return -1;
    return fs_open_in(root, path, O_PATH, 0);
}

int fs_mkdir_p(int dirfd, const char *path, mode_t mode, struct err *e)
{
    AUTO_FREE char *walk = strdup(path);

    if (!walk)
        return err_nomem(e);
    if (mkdirat(dirfd, path, mode) == 0 || errno == EEXIST)
        return 0;
    for (char *p = walk + strspn(walk, "/"); *p;) {
        p += strcspn(p, "/");
        char next = *p;
        *p = '\0';
        if (mkdirat(dirfd, walk, mode) < 0 && errno != EEXIST)
            return err_sys(e, "mkdir", walk);
        *p = next;
        p += strspn(p, "/");
    }
    return 0;
}

int fs_read_fd(int fd, const char *name, size_t max, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    struct stat st;

    if (fstat(fd, &st) < 0)
        return err_sys(e, "stat", name);
    if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max)
        return err_set(e, ERR_LIMIT, "read %s: larger than the limit of %zu bytes", name, max);
    size_t chunk = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1 : 4096;
    for (;;) {
        char *to = buf_room(&b, chunk);
        if (!to)
            return err_nomem(e);
        ssize_t n = read(fd, to, chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "read", name);
        buf_grew(&b, (size_t)n);
        if (n == 0)
            break;
        if (b.len > max)
            return err_set(e, ERR_LIMIT, "read %s: larger than the limit of %zu bytes", name, max);
    }
    if (ret_len)
        *ret_len = b.len;
    *ret = buf_take(&b);
    return 0;
}

int fs_read(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_FD int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(e, "open", path);
    return fs_read_fd(fd, path, max, ret, ret_len, e);
}

ssize_t fs_read_small(int dirfd, const char *path, char *buf, size_t len)
{
    AUTO_FD int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    ssize_t n = fs_read_all(fd, buf, len - 1);
    if (n < 0)
        return -1;
    if (n > 0 && buf[n - 1] == '\n')
        n--;
    buf[n] = '\0';
    return n;
}

int fs_put(int dirfd, const char *path, const char *text)
{
    AUTO_FD int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
    size_t len = strlen(text);
    ssize_t n;

    if (fd < 0)
        return -1;
    do
        n = write(fd, text, len);
    while (n < 0 && errno == EINTR);
    if (n >= 0 && (size_t)n != len)
        errno = EIO;
    return n == (ssize_t)len ? 0 : -1;
}

int fs_write_all(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

ssize_t fs_read_all(int fd, void *data, size_t len)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = read(fd, (char *)data + have, len - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

bool fs_is_type(int fd, uint32_t magic)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && (uint32_t)fs.f_type == magic;
}

const char *fs_fd_path(int fd, char *buf)
{
    snprintf(buf, FS_FD_PATH_MAX, "/proc/self/fd/%d", fd);
    return buf;
}
