/* SPDX-License-Identifier: MIT */
/* hako-oci's delete, and the removal of what killed creates and deletes have left. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "oci/valid.h"
#include "runtime/lifecycle.h"
#include "runtime/lifecycle_open.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

static int group_of_config(struct lifecycle_ctr *c, const char *id, struct err *e)
{
    const char *path = c->config.lnx.cgroups_path;
    const struct cgroup_want want = { .id = id, .cgroups_path = path };
    const char *driver = path && strchr(path, ':') ? "systemd" : NULL;
    int r = cgroup_driver_find(driver, &c->driver, e);

    if (r >= 0 && driver && str_set(&c->sf.cgroup_driver, driver) < 0)
        return err_nomem(e);
    return r < 0 ? r : c->driver->path(&want, &c->sf.cgroup, e);
}

/* The group of a container whose state says nothing of it is the one that its config asks for. A
 * group with processes may be another container's, whose presence was what stopped the create: it
 * is this one's if there is a fifo, which is made after the group. */
static int find_group(struct lifecycle_ctr *c, const char *id, struct err *e)
{
    bool ours = c->sf.cgroup || faccessat(c->dir, STATEFILE_FIFO, F_OK, 0) == 0;
    int r = 0;

    if (!c->sf.cgroup)
        r = group_of_config(c, id, e);
    if (r >= 0)
        r = lifecycle_open_cgroup(c, e);
    if (r >= 0 && !ours && c->cgroup.fd >= 0 && cgroup_populated(&c->cgroup))
        cgroup_close(&c->cgroup);
    return r;
}

/* Reads what can be read of it; the rest is derived from its id. */
static int open_remains(const char *root, const char *id, struct lifecycle_ctr *c, struct err *e)
{
    struct err ignored = ERR_INIT;
    int r = statefile_open_root(root, &c->root_fd, e);

    if (r >= 0)
        r = statefile_open(c->root_fd, id, &c->dir, e);
    if (r < 0)
        return r;
    statefile_load(c->dir, id, &c->sf, &ignored);
    if (config_load(c->dir, STATEFILE_CONFIG, &c->config, &ignored) < 0 && !c->sf.cgroup)
        return 0; /* the config is written before anything else is made */
    return find_group(c, id, e);
}

/* What poststop hooks are told of a container that died before its state was written. */
static int describe(struct lifecycle_ctr *c, const char *id, struct err *e)
{
    struct state *st = &c->sf.state;
    char bundle[PATH_MAX] = "";

    if (st->bundle || readlinkat(c->dir, STATEFILE_BUNDLE, bundle, sizeof(bundle) - 1) <= 0)
        return 0;
    st->oci_version = str_dup(CONFIG_OCI_VERSION);
    st->id = str_dup(id);
    st->bundle = str_dup(bundle);
    if (!st->oci_version || !st->id || !st->bundle ||
        json_map_merge(&st->annotations, &c->config.annotations) < 0)
        return err_nomem(e);
    return 0;
}

/* A create that was killed leaves a directory without a state, perhaps a group, and in it perhaps
 * a process. Hooks are run if it came as far as to note the bundle. */
static int remove_remains(const char *root, const char *id, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = open_remains(root, id, &c, e);

    if (r == -ERR_NOT_FOUND)
        return 0;
    if (r >= 0)
        r = describe(&c, id, e);
    if (r < 0)
        return r;
    const struct config_hook_list poststop = c.config.hooks.poststop;
    if (!c.sf.state.bundle)
        c.config.hooks.poststop = (struct config_hook_list){ 0 };
    r = cgroup_driver_ready(c.driver, e);
    if (r >= 0)
        r = lifecycle_kill_wait(&c, e);
    if (r >= 0)
        r = lifecycle_remove(&c, id, e);
    c.config.hooks.poststop = poststop;
    return r;
}

static bool is_damage(int r)
{
    return r == -ERR_NOT_FOUND || r == -ERR_INVALID || r == -ERR_CORRUPT || r == -ERR_LIMIT;
}

int lifecycle_delete(const char *root, const char *id, bool force, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = valid_id(id, e);

    if (r < 0)
        return r;
    r = lifecycle_open(root, id, LIFECYCLE_LOCK | LIFECYCLE_LATER | LIFECYCLE_CGROUP, &c, e);
    if (force && is_damage(r))
        return remove_remains(root, id, e);
    if (r < 0)
        return r;
    if (c.sf.state.status != STATE_STOPPED && c.sf.state.status != STATE_CREATED && !force)
        return err_set(e, ERR_STATE, "cannot delete container %s that is not stopped: %s", id,
                       json_enum_name(state_status_names, (int)c.sf.state.status));
    r = cgroup_driver_ready(c.driver, e);
    if (r >= 0)
        r = lifecycle_kill_wait(&c, e);
    return r < 0 ? r : lifecycle_remove(&c, id, e);
}
