/* SPDX-License-Identifier: MIT */
/* setns(2) to one's own mount namespace leads to its root. */
#include "runtime/rootfs_chroot.h"

#include "base/mem.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int rootfs_chroot_leave(struct err *e)
{
    AUTO_FD int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    if (ns < 0 || setns(ns, CLONE_NEWNS) < 0)
        return err_sys(e, ns < 0 ? "open" : "setns", "/proc/self/ns/mnt");
    return 0;
}

static bool is_root(const struct statx *was)
{
    struct statx now;

    return statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT, STATX_INO | STATX_MNT_ID, &now) == 0 &&
           now.stx_ino == was->stx_ino && now.stx_mnt_id == was->stx_mnt_id &&
           now.stx_dev_major == was->stx_dev_major && now.stx_dev_minor == was->stx_dev_minor;
}

int rootfs_chroot_find(bool *ret, struct err *e)
{
    AUTO_FD int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct err not_root = ERR_INIT;
    struct statx was;

    *ret = false;
    if (root < 0 || statx(root, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &was) < 0)
        return err_sys(e, "open", "/");
    /* Who may not look cannot have a container that is not in a user namespace of its own either,
     * and no chroot lets anybody make that. */
    if (rootfs_chroot_leave(&not_root) < 0 || is_root(&was))
        return 0;
    *ret = true;
    if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0)
        return err_sys(e, "make private", "the root outside the chroot");
    return fchdir(root) < 0 || chroot(".") < 0 ? err_sys(e, "chroot", "back") : 0;
}
