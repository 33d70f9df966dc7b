/* SPDX-License-Identifier: MIT */
/* The steps of a start that join other containers' namespaces, or let others join. */
#include "engine/monitor/state.h"

#include "base/fs.h"
#include "base/str.h"
#include "engine/heal.h"
#include "engine/teardown.h"
#include "runtime/mount_option.h"

#include <sys/mount.h>

#define SHM "/dev/shm"

static const struct {
    enum config_ns type;
    const char *file;
    const char *noun;
} kinds[] = {
    { CONFIG_NS_NETWORK, "net", "network" },
    { CONFIG_NS_PID, "pid", "PID namespace" },
    { CONFIG_NS_IPC, "ipc", "IPC namespace" },
};

static int set_path(struct config *c, enum config_ns type, int pid, const char *file, struct err *e)
{
    for (size_t i = 0; i < c->lnx.n_namespaces; i++) {
        struct config_namespace *ns = &c->lnx.namespaces[i];
        if (ns->type != type)
            continue;
        free(ns->path);
        ns->path = str_fmt("/proc/%d/ns/%s", pid, file);
        return ns->path ? 0 : err_nomem(e);
    }
    return 0;
}

int setup_join(struct monitor *m, enum config_ns type, const char *id, struct container *ret_other,
               struct err *e)
{
    size_t i = 0;

    while (kinds[i].type != type)
        i++;
    int r = heal_open(m->paths, id, ret_other, e);
    if (r < 0)
        return err_wrap(e, "join %s", kinds[i].noun);
    if (!container_running(ret_other))
        return err_set(e, ERR_STATE, "cannot join %s of a non running container: %.12s",
                       kinds[i].noun, id);
    return set_path(&m->plan->config, type, ret_other->status.pid, kinds[i].file, e);
}

/* ---- shared memory ---- */

static char *shm_path(const struct monitor *m, const char *id)
{
    return str_fmt("%s/containers/%s/%s", m->paths->runroot, id, TEARDOWN_SHM);
}

static struct config_mount *find_default(struct config *c)
{
    for (size_t i = 0; i < c->n_mounts; i++)
        if (STREQ(c->mounts[i].destination, SHM) && STREQ(c->mounts[i].type, "tmpfs"))
            return &c->mounts[i];
    return NULL;
}

/* The file system of the default mount, in the run directory, where it can be bound from. */
static int mount_shm(struct monitor *m, const struct config_mount *like, const char *path,
                     struct err *e)
{
    CLEANUP(mount_options) struct mount_options o = { 0 };

    int r = mount_option_parse(like->options, &o, e);
    if (r < 0)
        return r;
    AUTO_FREE char *data = strv_join(o.data, ",");
    if (!data)
        return err_nomem(e);
    if (mkdirat(m->c.run_fd, TEARDOWN_SHM, 0755) < 0 && errno != EEXIST)
        return err_sys(e, "mkdir", path);
    if (mount("shm", path, "tmpfs", mount_option_ms(o.attr_set), data) < 0)
        return err_sys(e, "mount tmpfs on", path);
    return 0;
}

static int offer_shm(struct monitor *m, struct err *e)
{
    struct config_mount *own = find_default(&m->plan->config);
    AUTO_FREE char *path = own ? shm_path(m, m->c.id) : NULL;

    if (!own)
        return 0; /* the user has mounted something there */
    int r = path ? mount_shm(m, own, path, e) : err_nomem(e);
    if (r < 0)
        return r;
    plan_drop_mount(&m->plan->config, SHM);
    return setup_bind(m, path, SHM, false, e);
}

static int take_shm(struct monitor *m, const struct container *other, struct err *e)
{
    AUTO_FREE char *path = shm_path(m, other->id);

    if (!path)
        return err_nomem(e);
    if (!other->record.ipc_mode || !STREQ(other->record.ipc_mode, "shareable")) {
        err_set(e, ERR_STATE, "cannot join IPC of container %.12s: non-shareable IPC", other->id);
        return err_hint(e, "start that one with: --ipc shareable");
    }
    if (faccessat(other->run_fd, TEARDOWN_SHM, F_OK, 0) < 0)
        return 0;
    return setup_bind(m, path, SHM, false, e);
}

int setup_sharing(struct monitor *m, struct err *e)
{
    const struct record *rec = &m->plan->record;
    CLEANUP(container) struct container other = CONTAINER_INIT;
    const char *pid = rec->pid_mode ? str_after(rec->pid_mode, "container:") : NULL;
    const char *ipc = rec->ipc_mode ? str_after(rec->ipc_mode, "container:") : NULL;
    int r = 0;

    if (pid)
        r = setup_join(m, CONFIG_NS_PID, pid, &other, e);
    container_close(&other);
    if (r >= 0 && ipc)
        r = setup_join(m, CONFIG_NS_IPC, ipc, &other, e);
    if (r >= 0 && ipc)
        r = take_shm(m, &other, e);
    if (r >= 0 && rec->ipc_mode && STREQ(rec->ipc_mode, "shareable"))
        r = offer_shm(m, e);
    return r;
}
