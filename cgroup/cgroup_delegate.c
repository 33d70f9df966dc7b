/* SPDX-License-Identifier: MIT */
/* Gives a group to a user, as far as the kernel says that it may be given. */
#include "cgroup/cgroup_delegate.h"

#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>

/* What every kernel with cgroup v2 delegates; the list is in sysfs since 4.15. */
#define DELEGATE_FALLBACK "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n"

int cgroup_delegate(const struct cgroup *cg, uid_t uid, struct err *e)
{
    char names[4096] = DELEGATE_FALLBACK;
    AUTO_STRV char **files = NULL;

    if (fs_read_small(AT_FDCWD, "/sys/kernel/cgroup/delegate", names, sizeof(names)) < 0 &&
        errno != ENOENT)
        return err_sys(e, "read", "/sys/kernel/cgroup/delegate");
    files = strv_split(names, '\n', true);
    if (!files)
        return err_nomem(e);
    if (fchown(cg->fd, uid, (gid_t)-1) < 0)
        return err_sys(e, "chown", cg->abs_path);
    strv_foreach (file, files) {
        if (!strchr(*file, '/') &&
            fchownat(cg->fd, *file, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
            return err_sysf(e, "chown", "%s/%s", cg->abs_path, *file);
    }
    return 0;
}
