/* SPDX-License-Identifier: MIT */
/* Places in the rootfs: found or made, never outside, and never where a mount would fool others. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "runtime/rootfs_mount.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>

/* A link that is refused or covered is not followed, whoever puts it there at whatever moment. */
static int open_end(int root, const char *path, bool dir, enum rootfs_link link, struct err *e)
{
    struct stat st;
    AUTO_FD int fd = fs_open_in(root, path, O_PATH | O_NOFOLLOW, 0);

    if (fd < 0 && errno == ENOENT) {
        int made = dir ? fs_mkdir_in(root, path, 0755) : fs_touch_in(root, path, 0644);
        if (made < 0)
            return err_sys(e, dir ? "make directory" : "make file", path);
        close(made);
        fd = fs_open_in(root, path, O_PATH | O_NOFOLLOW, 0);
    }
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_sys(e, "open", path);
    if (S_ISLNK(st.st_mode) && link == ROOTFS_LINK_REFUSE)
        return err_set(e, ERR_INVALID, "%s is a symbolic link in the rootfs", path);
    if (dir && !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return err_sys(e, "open", path);
    }
    return TAKE_FD(fd);
}

int rootfs_mount_spot(int root, const char *path, bool dir, enum rootfs_link link,
                      struct mount_spot *ret, struct err *e)
{
    struct mount_spot spot = { .root = root, .path = path, .linked = link != ROOTFS_LINK_FOLLOW };

    if (link == ROOTFS_LINK_FOLLOW) {
        spot.fd = fs_place_in(root, path, dir, dir ? 0755 : 0644, &spot.linked);
        if (spot.fd < 0)
            return err_sys(e, dir ? "make directory" : "make file", path);
    } else {
        spot.fd = open_end(root, path, dir, link, e);
        if (spot.fd < 0)
            return spot.fd;
    }
    *ret = spot;
    return 0;
}

/* ---- /proc ---- */

/* What follows "/proc" in a path that starts with it, or NULL. */
static const char *below_proc(const char *path)
{
    const char *rest = str_after(path + strspn(path, "/"), "proc");

    return rest && (*rest == '/' || *rest == '\0') ? rest : NULL;
}

/* Can the path, as it is written, lead below /proc? */
static bool is_plain(const struct mount_spot *spot)
{
    return !spot->linked && !strstr(spot->path, "./") && !str_ends(spot->path, "/..") &&
           !below_proc(spot->path);
}

static int real_path(int fd, char *ret, size_t len)
{
    char at[FS_FD_PATH_MAX];
    ssize_t n = readlink(fs_fd_path(fd, at), ret, len - 1);

    ret[n > 0 ? n : 0] = '\0';
    return n > 0 ? 0 : -1;
}

int rootfs_spot_check(const struct mount_spot *spot, int source, struct err *e)
{
    static const char *const emulated[] = {
        "/cpuinfo",
        "/diskstats",
        "/loadavg",
        "/meminfo",
        "/net/dev",
        "/slabinfo",
        "/stat",
        "/swaps",
        "/sys/crypto/fips_enabled",
        "/sys/kernel/ns_last_pid",
        "/uptime",
    };
    char root[PATH_MAX], path[PATH_MAX];

    if (is_plain(spot))
        return 0;
    if (real_path(spot->root, root, sizeof(root)) < 0 ||
        real_path(spot->fd, path, sizeof(path)) < 0)
        return err_sys(e, "readlink", spot->path);
    const char *inside = str_after(path, STREQ(root, "/") ? "" : root);
    const char *rest = inside ? below_proc(inside) : NULL;
    if (!rest)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(emulated); i++)
        if (STREQ(rest, emulated[i]))
            return 0;
    if (*rest)
        return err_set(e, ERR_INVALID, "%s cannot be mounted because it is inside /proc", inside);
    if (source >= 0 && fs_is_type(source, PROC_SUPER_MAGIC))
        return 0;
    return err_set(e, ERR_INVALID, "/proc cannot be mounted because it is not of type proc");
}
