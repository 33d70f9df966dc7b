/* SPDX-License-Identifier: MIT */
/* Gives back what a container owns, and removes it. */
#include "engine/teardown.h"

#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup.h"
#include "engine/names.h"
#include "engine/volume.h"
#include "net/attach.h"

#include <fcntl.h>
#include <sys/mount.h>

/* The group is where the record says, or where it would be by default. */
static int remove_cgroup(const struct container *c, struct err *e)
{
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;
    AUTO_CGROUP struct cgroup cg = CGROUP_INIT;
    AUTO_FREE char *path = NULL;

    int r = cgroup_tree_open(&tree, e);
    if (r == -ERR_UNSUPPORTED)
        return 0; /* no v2 tree: no group either */
    if (r >= 0)
        r = cgroup_path(c->record.cgroup, c->id, &path, e);
    if (r >= 0)
        r = cgroup_open(&tree, path, &cg, e);
    if (r == -ERR_NOT_FOUND)
        return 0;
    if (r >= 0 && cgroup_populated(&cg))
        r = cgroup_kill(&cg, e);
    return r < 0 ? r : cgroup_remove(&tree, path, e);
}

/* With a status the leases are known by address; without one every network is searched. */
static int release_leases(const struct paths *p, const struct container *c, struct err *e)
{
    const struct net_place place = { p->root_fd, p->run_fd, p->runroot };
    struct err first = ERR_INIT;

    if (c->record.network_mode && c->record.n_networks == 0)
        return 0;
    if (c->status.n_addresses == 0)
        return net_detach_all(&place, c->id, e);
    for (size_t i = 0; i < c->status.n_addresses; i++) {
        const struct record_address *a = &c->status.addresses[i];
        err_collect(&first, net_detach(&place, a->network, c->id, a->ip, e), e);
    }
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return -e->kind;
}

int teardown_unmount(const struct paths *p, const struct container *c, const char *name,
                     struct err *e)
{
    AUTO_FREE char *path = str_fmt("%s/containers/%s/%s", p->runroot, c->id, name);

    if (!path)
        return err_nomem(e);
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT)
        return 0;
    return err_sys(e, "unmount", path);
}

static int unmount_shm(const struct paths *p, const struct container *c, struct err *e)
{
    if (!c->record.ipc_mode || !STREQ(c->record.ipc_mode, "shareable"))
        return 0;
    return teardown_unmount(p, c, TEARDOWN_SHM, e);
}

int teardown(const struct paths *p, const struct container *c, struct err *e)
{
    struct err first = ERR_INIT;

    err_collect(&first, release_leases(p, c, e), e);
    err_collect(&first, remove_cgroup(c, e), e);
    err_collect(&first, unmount_shm(p, c, e), e);
    err_collect(&first, teardown_unmount(p, c, TEARDOWN_ROOT, e), e);
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return -e->kind;
}

static int remove_dir(int tree, const char *id, struct err *e)
{
    char path[sizeof("containers/") + ID_LEN];

    snprintf(path, sizeof(path), "containers/%s", id);
    return fs_rm_rf(tree, path, e);
}

/* The record first, which turns the rest into garbage that anybody may finish removing. Its lock
 * keeps others away from the name meanwhile. */
int teardown_forget(const struct paths *p, const struct container *c, struct err *e)
{
    struct err first = ERR_INIT;

    err_collect(&first, container_unrecord(c, e), e);
    if (c->record.name)
        err_collect(&first, names_release(p, c->record.name, c->id, e), e);
    err_collect(&first, remove_dir(p->run_fd, c->id, e), e);
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return err_wrap(e, "remove container %.12s", c->id);
}

int teardown_discard(const struct paths *p, const struct container *c, struct err *e)
{
    int r = remove_dir(p->root_fd, c->id, e);

    for (size_t i = 0; i < c->record.n_mounts; i++) {
        if (c->record.mounts[i].anonymous) { /* they may be out of sight already */
            volume_sweep(p);
            break;
        }
    }
    return r < 0 ? err_wrap(e, "remove container %.12s", c->id) : 0;
}

int teardown_remove(const struct paths *p, const struct container *c, struct err *e)
{
    struct err first = ERR_INIT;

    err_collect(&first, teardown_forget(p, c, e), e);
    err_collect(&first, teardown_discard(p, c, e), e);
    if (first.kind == ERR_NONE)
        return 0;
    *e = first;
    return -e->kind;
}
