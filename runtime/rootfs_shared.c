/* SPDX-License-Identifier: MIT */
/* The root of a container without a mount namespace: one mount of ours in the caller's own. */
#include "runtime/rootfs_shared.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define FILE_NAME "root-mount"

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

/* The id of the mount at dirfd/path; 0 when no mount begins there. Never used again since Linux
 * 6.8. */
static uint64_t mount_id(int dirfd, const char *path)
{
    unsigned flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*path ? 0 : AT_EMPTY_PATH);
    struct statx st = { 0 };

    if (statx(dirfd, path, (int)flags, STATX_MNT_ID | STATX_MNT_ID_UNIQUE, &st) < 0 ||
        !(st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
        return 0;
    return st.stx_mnt_id;
}

static int leave_word(int dir, int tree, const char *path, struct err *e)
{
    AUTO_FREE char *text = str_fmt("%llu %s", (unsigned long long)mount_id(tree, ""), path);

    return text ? commit_file(dir, FILE_NAME, text, strlen(text), 0600, COMMIT_VOLATILE, e)
                : err_nomem(e);
}

/* By mount(2): for a moment there is a mount that no word was left of. */
static int attach_old(int dir, const char *real, struct err *e)
{
    if (mount(real, real, NULL, MS_BIND | MS_REC, NULL) < 0)
        return err_sys(e, "mount", real);
    AUTO_FD int top = open(real, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = top < 0 ? err_sys(e, "open", real) : leave_word(dir, top, real, e);
    if (r >= 0 && mount(NULL, real, NULL, MS_PRIVATE | MS_REC, NULL) < 0)
        r = err_sys(e, "make private", real);
    if (r >= 0)
        return TAKE_FD(top);
    umount2(real, MNT_DETACH | UMOUNT_NOFOLLOW);
    return r;
}

int rootfs_shared_attach(int dir, const char *path, struct err *e)
{
    struct mount_attr private = { .propagation = MS_PRIVATE };
    AUTO_FREE char *real = realpath(path, NULL);

    if (!real)
        return err_sys(e, "open", path);
    AUTO_FD int tree =
        open_tree(AT_FDCWD, real, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (tree < 0)
        return errno == ENOSYS ? attach_old(dir, real, e) : err_sys(e, "open_tree", real);
    if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &private, sizeof(private)) < 0)
        return errno == ENOSYS ? attach_old(dir, real, e) : err_sys(e, "mount_setattr", real);
    int r = leave_word(dir, tree, real, e);
    if (r < 0)
        return r;
    if (move_mount(tree, "", AT_FDCWD, real, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return err_sys(e, "move_mount", real);
    return TAKE_FD(tree);
}

int rootfs_shared_detach(int dir, struct err *e)
{
    char text[PATH_MAX + 32], *path;

    if (fs_read_small(dir, FILE_NAME, text, sizeof(text)) < 0)
        return errno == ENOENT ? 0 : err_sys(e, "read", FILE_NAME);
    uint64_t id = strtoull(text, &path, 10);
    if (id == 0 || *path++ != ' ' || mount_id(AT_FDCWD, path) != id)
        return 0;
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
        return err_sys(e, "umount", path);
    return 0;
}
