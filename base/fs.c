/* SPDX-License-Identifier: MIT */
/* Whole-file reads and writes. */
#include "base/fs.h"

#include "base/buf.h"
#include "base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>

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
