/* SPDX-License-Identifier: MIT */
/* User namespaces: the maps of ids, and becoming root inside. */
#include "runtime/idmap.h"

#include "base/buf.h"
#include "base/fs.h"

#include <fcntl.h>
#include <grp.h>
#include <unistd.h>

static int write_map(int proc, const char *file, const struct config_id_mapping *m, size_t n,
                     struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%u %u %u\n", m[i].container_id, m[i].host_id, m[i].size);
    if (b.failed)
        return err_nomem(e);
    if (b.len == 0 || fs_put(proc, file, b.data) == 0)
        return 0;
    int r = err_sys(e, "write", file);
    if (e->errnum == EPERM)
        err_hint(e, "the host may forbid user namespaces to this user (AppArmor's "
                    "apparmor_restrict_unprivileged_userns), or lacks ids in /etc/subuid");
    return r;
}

int idmap_write(const struct config *c, pid_t pid, struct err *e)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    AUTO_FD int proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return err_sys(e, "open", path);
    if (geteuid() != 0 && fs_put(proc, "setgroups", "deny") < 0)
        return err_sys(e, "write", "setgroups");
    int r = write_map(proc, "gid_map", c->lnx.gid_mappings, c->lnx.n_gid_mappings, e);
    if (r < 0)
        return r;
    return write_map(proc, "uid_map", c->lnx.uid_mappings, c->lnx.n_uid_mappings, e);
}

int idmap_become_root(struct err *e)
{
    if (setgroups(0, NULL) < 0 && errno != EPERM)
        return err_sys(e, "setgroups", NULL);
    if (setresgid(0, 0, 0) < 0)
        return err_sys(e, "setresgid", "0");
    if (setresuid(0, 0, 0) < 0)
        return err_sys(e, "setresuid", "0");
    return 0;
}
