/* SPDX-License-Identifier: MIT */
/* Finds the cgroup v2 tree: alone at /sys/fs/cgroup, beside v1, wherever it is mounted, or not. */
#include "cgroup/cgroup.h"

#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <sys/mount.h>

/* An O_PATH descriptor of a directory of cgroup2, or -1. */
static int open_v2(const char *path)
{
    AUTO_FD int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || !fs_is_type(fd, CGROUP2_SUPER_MAGIC))
        return -1;
    return TAKE_FD(fd);
}

/* The first mount of cgroup2 that can be opened. */
static int search_mounts(char **ret_path)
{
    struct mntent m;
    char line[4096];
    FILE *f = setmntent("/proc/self/mounts", "re");
    int fd = -1;

    if (!f)
        return -1;
    while (fd < 0 && getmntent_r(f, &m, line, sizeof(line)))
        if (STREQ(m.mnt_type, "cgroup2")) {
            fd = open_v2(m.mnt_dir);
            if (fd >= 0)
                *ret_path = str_dup(m.mnt_dir);
        }
    endmntent(f);
    return fd;
}

/* Nobody has mounted it: a mount without a place in the file system, which only its descriptor
 * leads to. There is but one tree of version 2, so that all who do this see the same. */
static int mount_unseen(void)
{
    AUTO_FD int fs = fsopen("cgroup2", FSOPEN_CLOEXEC);

    if (fs < 0 || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    return fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

int cgroup_tree_open(struct cgroup_tree *ret, struct err *e)
{
    static const char *const usual[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
    struct cgroup_tree t = CGROUP_TREE_INIT;

    for (size_t i = 0; t.fd < 0 && i < ARRAY_LEN(usual); i++) {
        t.fd = open_v2(usual[i]);
        if (t.fd >= 0)
            t.path = str_dup(usual[i]);
        t.mixed = i > 0;
    }
    if (t.fd < 0) {
        t.fd = search_mounts(&t.path);
        t.mixed = true;
    }
    if (t.fd < 0 && (t.fd = mount_unseen()) >= 0) {
        t.path = str_dup("cgroup2:");
        t.unseen = true;
    }
    if (t.fd < 0) {
        err_set(e, ERR_UNSUPPORTED, "no cgroup v2 tree is mounted");
        return err_hint(e, "mount -t cgroup2 cgroup2 /sys/fs/cgroup, or boot with "
                           "systemd.unified_cgroup_hierarchy=1");
    }
    if (!t.path) {
        cgroup_tree_close(&t);
        return err_nomem(e);
    }
    *ret = t;
    return 0;
}

/* True when a hierarchy of version 1 is mounted. */
static bool has_v1(void)
{
    FILE *f = setmntent("/proc/self/mounts", "re");
    struct mntent m;
    char line[4096];
    bool found = false;

    while (f && !found && getmntent_r(f, &m, line, sizeof(line)))
        found = STREQ(m.mnt_type, "cgroup");
    if (f)
        endmntent(f);
    return found;
}

const char *cgroup_tree_mode(const struct cgroup_tree *t)
{
    return !has_v1() ? "pure" : t->unseen ? "v1" : "hybrid";
}

void cgroup_tree_close(struct cgroup_tree *t)
{
    mem_close(&t->fd);
    free(t->path);
    t->path = NULL;
}
