/* SPDX-License-Identifier: MIT */
/* Gives back what a container owns, and removes it. */
#include "engine/teardown.h"

#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "engine/group.h"
#include "engine/names.h"
#include "engine/volume.h"
#include "net/attach.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>

/* How long a killed process may take. */
#define END_MS 5000

/* Without a group the first process is what can be found of a killed monitor's container: with it
 * goes the PID namespace, which is the container's own then. */
static int end_process(const struct container *c, struct err *e)
{
    AUTO_FD int fd = c->record.cgroup || c->status.pid <= 0 ? -1 : proc_pidfd_open(c->status.pid);

    if (fd < 0 || proc_start_time(c->status.pid) != c->status.pid_start)
        return 0;
    if (proc_pidfd_signal(fd, SIGKILL) < 0 && errno != ESRCH)
        return err_sysf(e, "kill", "process %d", (int)c->status.pid);
    if (proc_pidfd_wait(fd, END_MS) <= 0)
        return err_set(e, ERR_IN_USE, "process %d does not end", (int)c->status.pid);
    return 0;
}

/* Without a record, what a cgroupfs container of this id would have. */
static int remove_group(const struct container *c, struct err *e)
{
    AUTO_FREE char *path = NULL;
    const struct record *rec = &c->record;

    if (rec->id)
        return group_remove(rec, e);
    int r = cgroup_path(NULL, c->id, &path, e);
    const struct record unknown = { .cgroup = path };
    return r < 0 ? r : group_remove(&unknown, e);
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
    err_collect(&first, end_process(c, e), e);
    err_collect(&first, remove_group(c, e), e);
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
