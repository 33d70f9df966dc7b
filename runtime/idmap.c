/* SPDX-License-Identifier: MIT */
/* User namespaces: the maps of ids, and becoming root inside. */
#include "runtime/idmap.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

bool idmap_is_rootless(void)
{
    return geteuid() != 0 || !proc_in_first_userns();
}

/* One of the two maps. */
struct map {
    const char *at;     /* JSON pointer to the object that has it, for errors */
    const char *field;  /* its name there */
    const char *file;   /* below /proc/PID */
    const char *helper; /* setuid-root, for who may not write the file (newuidmap(1)) */
    const char *ranges; /* where that helper looks for what may be mapped */
    const struct config_id_mapping *v;
    size_t n;
    uint32_t own; /* our id, the one that needs no right to be mapped */
};

static int write_map(int proc, const struct map *m, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    for (size_t i = 0; i < m->n; i++)
        buf_fmt(&b, "%u %u %u\n", m->v[i].container_id, m->v[i].host_id, m->v[i].size);
    if (b.failed)
        return err_nomem(e);
    if (b.len == 0 || fs_put(proc, m->file, b.data) == 0)
        return 0;
    err_sys(e, "write", m->file);
    if (e->errnum == EPERM)
        err_hint(e, "the host may forbid user namespaces to this user (AppArmor's "
                    "apparmor_restrict_unprivileged_userns), or these ids are not the caller's");
    return err_wrap(e, "%s/%s", m->at, m->field);
}

static int run_helper(pid_t pid, const struct map *m, struct err *e)
{
    AUTO_STRV char **argv = NULL;

    if (strv_add(&argv, m->helper) < 0 || strv_addf(&argv, "%d", (int)pid) < 0)
        return err_nomem(e);
    for (size_t i = 0; i < m->n; i++)
        if (strv_addf(&argv, "%u", m->v[i].container_id) < 0 ||
            strv_addf(&argv, "%u", m->v[i].host_id) < 0 || strv_addf(&argv, "%u", m->v[i].size) < 0)
            return err_nomem(e);
    int r = proc_run(argv, e);
    if (r > 0)
        r = err_set(e, ERR_SYS, "%s: exit status %d", m->helper, r);
    if (r >= 0)
        return 0;
    err_hint(e, "a user maps more than the own id by %s (package uidmap), as far as %s allows",
             m->helper, m->ranges);
    return err_wrap(e, "%s/%s", m->at, m->field);
}

static bool is_own_id(const struct map *m)
{
    return m->n == 1 && m->v[0].size == 1 && m->v[0].host_id == m->own;
}

int idmap_write_lists(const struct idmap_lists *l, pid_t pid, struct err *e)
{
    const struct map gids = { l->at,         "gidMappings", "gid_map", "newgidmap",
                              "/etc/subgid", l->gids,       l->n_gids, (uint32_t)getegid() };
    const struct map uids = { l->at,         "uidMappings", "uid_map", "newuidmap",
                              "/etc/subuid", l->uids,       l->n_uids, (uint32_t)geteuid() };
    const struct map *const maps[] = { &gids, &uids };
    bool root = geteuid() == 0;
    char path[32];
    int r = 0;

    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    AUTO_FD int proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return err_sys(e, "open", path);
    /* The price of mapping one's own group without asking anybody (user_namespaces(7)). */
    if (!root && is_own_id(&gids) && fs_put(proc, "setgroups", "deny") < 0)
        return err_sys(e, "write", "setgroups");
    for (size_t i = 0; i < ARRAY_LEN(maps) && r >= 0; i++)
        r = root || is_own_id(maps[i]) ? write_map(proc, maps[i], e) : run_helper(pid, maps[i], e);
    return r;
}

int idmap_write(const struct config *c, pid_t pid, struct err *e)
{
    const struct idmap_lists l = { "/linux", c->lnx.uid_mappings, c->lnx.n_uid_mappings,
                                   c->lnx.gid_mappings, c->lnx.n_gid_mappings };

    return idmap_write_lists(&l, pid, e);
}

/* ---- inside ---- */

static int refused(const char *op, uint32_t id, struct err *e)
{
    err_sysf(e, op, "%u", id);
    return e->errnum == EINVAL ? err_hint(e, "the user namespace must map the id %u", id)
                               : -e->kind;
}

/* All capabilities are there, whoever we are; what has no id in here could make no file. */
int idmap_become_root(const struct config_user *user, struct err *e)
{
    if (setgroups(0, NULL) < 0 && errno != EPERM)
        return err_sys(e, "setgroups", NULL);
    if (setresgid(0, 0, 0) < 0 &&
        (errno != EINVAL || setresgid(user->gid, user->gid, user->gid) < 0))
        return refused("setresgid", user->gid, e);
    if (setresuid(0, 0, 0) < 0 &&
        (errno != EINVAL || setresuid(user->uid, user->uid, user->uid) < 0))
        return refused("setresuid", user->uid, e);
    return 0;
}

/* ---- what the container's users own outside ---- */

/* The host's id for one of the container's; false where it has none. */
static bool to_host(const struct config_id_mapping *m, size_t n, uint32_t id, uint32_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (id < m[i].container_id || id - m[i].container_id >= m[i].size)
            continue;
        *ret = m[i].host_id + (id - m[i].container_id);
        return true;
    }
    return false;
}

bool idmap_host_uid(const struct config *c, uint32_t user, uint32_t *ret)
{
    if (config_namespace(c, CONFIG_NS_USER))
        return to_host(c->lnx.uid_mappings, c->lnx.n_uid_mappings, user, ret);
    *ret = user;
    return true;
}

void idmap_give_stdio(const struct config *c, uint32_t user, const int stdio[3])
{
    struct stat st;
    uint32_t uid;

    if (!idmap_host_uid(c, user, &uid))
        return;
    for (int i = 0; i < 3; i++) {
        int fd = stdio && stdio[i] >= 0 ? stdio[i] : i;
        if (fstat(fd, &st) == 0 && st.st_uid != uid &&
            (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
            (void)!fchown(fd, uid, (gid_t)-1);
    }
}
