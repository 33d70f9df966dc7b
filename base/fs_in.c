/* SPDX-License-Identifier: MIT */
/* Opening and making inside a root: by openat2, or step by step where the kernel lacks it. */
#include "base/fs.h"
#include "base/fs_walk.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <limits.h>

#define HOPS_MAX 40 /* as the kernel's */

int fs_open_in(int root, const char *path, uint64_t flags, mode_t mode)
{
    struct open_how how = {
        .flags = (flags & ~FS_NO_LINKS) | O_CLOEXEC,
        .mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? mode : 0,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
                   (flags & FS_NO_LINKS ? RESOLVE_NO_SYMLINKS : 0),
    };
    int fd;

    /* EAGAIN: a rename raced with ".."; the kernel asks to try again (openat2(2)). */
    for (int tries = 0; tries < 64; tries++) {
        fd = sys_openat2(root, path, &how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return fd < 0 && errno == ENOSYS ? fs_walk_in(root, path, flags, mode) : fd;
}

static int make_dir_in(int root, const char *path, mode_t mode, uint64_t links, int hops);

/* Where the symlink `name`, the last component of so_far, leads to; malloc'd. NULL: errno. */
static char *follow(int dir, const char *so_far, const char *name, int hops)
{
    char to[PATH_MAX];
    ssize_t len = readlinkat(dir, name, to, sizeof(to) - 1);

    if (len >= 0 && hops == 0)
        errno = ELOOP;
    if (len < 0 || hops == 0)
        return NULL;
    to[len] = '\0';
    return str_fmt("%.*s%s", *to == '/' ? 0 : (int)(name - so_far), so_far, to);
}

/* `name` is a symlink that leads nowhere: what it leads to is made, as if that had been asked for.
 */
static int make_linked(int root, int dir, const char *so_far, const char *name, mode_t mode,
                       int hops)
{
    AUTO_FREE char *path = follow(dir, so_far, name, hops);

    return path ? make_dir_in(root, path, mode, 0, hops - 1) : -1;
}

/* Opens `name` below dir, the last component of so_far; makes it when it is missing. */
static int step_into(int root, int dir, const char *so_far, const char *name, mode_t mode,
                     uint64_t links, int hops)
{
    int fd = fs_open_in(root, so_far, O_PATH | O_DIRECTORY | links, 0);

    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
        return -1;
    fd = fs_open_in(root, so_far, O_PATH | O_DIRECTORY | links, 0);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    return make_linked(root, dir, so_far, name, mode, hops);
}

static int make_dir_in(int root, const char *path, mode_t mode, uint64_t links, int hops)
{
    AUTO_FREE char *walk = strdup(path);
    AUTO_FD int dir = -1;
    char *p = walk;

    if (!walk)
        return -1;
    dir = fs_open_in(root, path, O_PATH | O_DIRECTORY | links, 0);
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
        int fd = step_into(root, dir, walk, p, mode, links, hops);
        p[len] = next;
        p += len;
        mem_close(&dir);
        dir = fd;
    }
    return TAKE_FD(dir);
}

static int make_dir(int root, const char *path, mode_t mode, uint64_t links)
{
    return make_dir_in(root, path, mode, links, HOPS_MAX);
}

/* O_NONBLOCK: somebody else may have put a fifo there meanwhile. */
static int make_file_in(int root, const char *path, mode_t mode, uint64_t links, int hops)
{
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *parent = str_fmt("%.*s/", slash ? (int)(slash - path) : 0, path);
    int fd = fs_open_in(root, path, O_PATH | links, 0);

    if (!parent || fd >= 0 || errno != ENOENT)
        return fd;
    AUTO_FD int dir = make_dir(root, parent, 0755, links);
    if (dir < 0)
        return -1;
    AUTO_FD int made =
        fs_open_in(root, path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | links, mode);
    if (made >= 0)
        return fs_open_in(root, path, O_PATH | links, 0);
    if (errno != ENOENT || links)
        return -1;
    /* It is a link into a directory that is not there either: /etc/resolv.conf into /run. */
    AUTO_FREE char *end = follow(dir, path, slash ? slash + 1 : path, hops);
    return end ? make_file_in(root, end, mode, 0, hops - 1) : -1;
}

static int make_file(int root, const char *path, mode_t mode, uint64_t links)
{
    return make_file_in(root, path, mode, links, HOPS_MAX);
}

int fs_mkdir_in(int root, const char *path, mode_t mode)
{
    return make_dir(root, path, mode, 0);
}

int fs_touch_in(int root, const char *path, mode_t mode)
{
    return make_file(root, path, mode, 0);
}

int fs_place_in(int root, const char *path, bool dir, mode_t mode, bool *ret_linked)
{
    int fd =
        dir ? make_dir(root, path, mode, FS_NO_LINKS) : make_file(root, path, mode, FS_NO_LINKS);

    *ret_linked = fd < 0 && errno == ELOOP;
    if (!*ret_linked)
        return fd;
    return dir ? make_dir(root, path, mode, 0) : make_file(root, path, mode, 0);
}
