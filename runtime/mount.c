/* SPDX-License-Identifier: MIT */
/* Mounts that are there already: cloned, attached, found again. */
#include "runtime/mount.h"

#include "base/fs.h"
#include "base/sys.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

static bool old_calls;

void mount_use_old_calls(void)
{
    old_calls = true;
}

bool mount_has_new_calls(void)
{
    return !old_calls;
}

void mount_tree_close(struct mount_tree *t)
{
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

int mount_clone(int dirfd, const char *path, unsigned flags, struct mount_tree *ret, struct err *e)
{
    bool recursive = flags & MOUNT_OPTION_RBIND;
    unsigned nofollow = flags & MOUNT_OPTION_SRC_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    int fd = old_calls
                 ? (errno = ENOSYS, -1)
                 : open_tree(dirfd, path,
                             OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0) |
                                 nofollow | (*path ? 0 : AT_EMPTY_PATH));

    if (fd >= 0) {
        *ret = (struct mount_tree){ .fd = fd, .detached = true, .recursive = recursive };
        return 0;
    }
    if (errno != ENOSYS)
        return err_sys(e, "open", path);
    fd = *path ? openat(dirfd, path, O_PATH | O_CLOEXEC | (nofollow ? O_NOFOLLOW : 0))
               : fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return err_sys(e, "open", path);
    *ret = (struct mount_tree){ .fd = fd, .detached = false, .recursive = recursive };
    return 0;
}

int mount_top(const struct mount_spot *spot, int like)
{
    AUTO_FD int top = fs_open_in(spot->root, spot->path, O_PATH, 0);
    struct stat a, b;

    if (top < 0 || fstat(top, &a) < 0 || fstat(like >= 0 ? like : spot->fd, &b) < 0)
        return -1;
    bool same = a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    if (same == (like >= 0))
        return TAKE_FD(top);
    errno = EAGAIN;
    return -1;
}

/* The descriptor of the spot still shows what is below the new mount: the top is looked up again.
 */
static int bind_old(struct mount_tree *t, const struct mount_spot *spot,
                    const struct mount_options *o, struct err *e)
{
    char from[FS_FD_PATH_MAX], to[FS_FD_PATH_MAX];

    if (mount(fs_fd_path(t->fd, from), fs_fd_path(spot->fd, to), NULL,
              MS_BIND | (t->recursive ? MS_REC : 0), NULL) < 0)
        return err_sys(e, "mount", spot->path);
    int top = mount_top(spot, t->fd);
    if (top < 0)
        return err_sys(e, "open", spot->path);
    close(t->fd);
    t->fd = top;
    return mount_set(top, o, t->recursive, e);
}

/* A detached mount can be changed by mount_setattr(2) alone: kernels without it change it where it
 * has been attached, in a namespace that nobody else sees. */
int mount_attach(struct mount_tree *t, const struct mount_spot *spot, const struct mount_options *o,
                 struct err *e)
{
    const struct mount_options prop = mount_option_prop(o);
    const struct mount_options *want = t->fresh ? &prop : o;

    if (!t->detached)
        return bind_old(t, spot, o, e);
    bool set = mount_set_new(t->fd, want, t->recursive) == 0;
    if (!set && errno != ENOSYS)
        return err_sys(e, "mount_setattr", spot->path);
    if (move_mount(t->fd, "", spot->fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return err_sys(e, "move_mount", spot->path);
    return set ? 0 : mount_set(t->fd, want, t->recursive, e);
}
