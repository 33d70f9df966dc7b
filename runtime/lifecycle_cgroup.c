/* SPDX-License-Identifier: MIT */
/* The group of a new container, or none for a user who cannot have one. */
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_delegate.h"
#include "cgroup/cgroup_limit.h"
#include "oci/annotation.h"
#include "runtime/idmap.h"
#include "runtime/lifecycle_open.h"

#include <sys/stat.h>

/* Finds the place at the first call. */
static int create(struct lifecycle_ctr *c, const struct cgroup_want *want, struct err *e)
{
    int r = 0;

    if (!c->sf.cgroup)
        r = c->driver->path(want, &c->sf.cgroup, e);
    if (r < 0 || !c->sf.cgroup)
        return r;
    if (c->tree.fd < 0)
        r = cgroup_tree_open(&c->tree, e);
    if (r >= 0)
        r = c->driver->create(&c->tree, c->sf.cgroup, want, &c->cgroup, e);
    c->cgroup.attach = c->driver->attach;
    return r;
}

static bool not_ours(const struct err *e)
{
    return e->errnum == EACCES || e->errnum == EPERM || e->errnum == EROFS ||
           e->kind == ERR_UNSUPPORTED;
}

static bool is_rootless(enum lifecycle_rootless want)
{
    return want == LIFECYCLE_ROOTLESS_AUTO ? idmap_is_rootless() : want == LIFECYCLE_ROOTLESS;
}

/* Nothing is asked for that only a group could give; else `e` keeps what it says. */
static bool can_go_without(const struct config_linux *l, struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits limits = { 0 };
    struct err ignored = ERR_INIT;

    if (str_empty(l->cgroups_path) && cgroup_limits_make(l->resources, &limits, &ignored) >= 0 &&
        limits.n == 0)
        return true;
    if (e->kind != ERR_UNSUPPORTED)
        e->hint[0] = '\0'; /* not that of who could change the tree */
    err_hint(e, "rootless needs no limits and no cgroupsPath when no permission is granted for "
                "cgroups; --systemd-cgroup asks the user's own systemd for a group");
    return false;
}

/* A user may not attach device programs; in a user namespace nobody can make nodes anyway. */
static int create_rootless(struct lifecycle_ctr *c, const struct cgroup_want *asked, struct err *e)
{
    struct config_resources no_devices =
        asked->resources ? *asked->resources : (struct config_resources){ 0 };
    struct cgroup_want want = *asked;

    no_devices.n_devices = 0;
    want.resources = &no_devices;
    int r = create(c, &want, e);
    if (r >= 0 || !not_ours(e) || !can_go_without(&c->config.lnx, e))
        return r;
    log_debug("without a cgroup: %s", e->msg);
    err_clear(e);
    free(TAKE_PTR(c->sf.cgroup));
    return 0;
}

/* The container sees its group as the root of a tree that it may write to. */
static bool owns_tree(const struct config *c)
{
    const struct config_namespace *ns = config_namespace(c, CONFIG_NS_CGROUP);

    for (size_t i = 0; ns && str_empty(ns->path) && i < c->n_mounts; i++) {
        const struct config_mount *m = &c->mounts[i];
        if (STREQ(m->destination, "/sys/fs/cgroup") && m->type && str_starts(m->type, "cgroup"))
            return !strv_has(m->options, "ro");
    }
    return false;
}

/* config-linux.md, "Cgroup ownership". */
static int give_cgroup(const struct config *c, const struct cgroup *cg, struct err *e)
{
    uint32_t uid;

    if (cg->fd < 0 || !owns_tree(c) || !idmap_host_uid(c, c->process->user.uid, &uid))
        return 0;
    int r = cgroup_delegate(cg, uid, e);
    if (r < 0 && e->errnum == EPERM && geteuid() != 0) {
        log_debug("%s", e->msg);
        err_clear(e);
        return 0;
    }
    return r;
}

static int make(struct lifecycle_ctr *c, const struct lifecycle_create *args, struct err *e)
{
    const struct cgroup_want want = { .id = args->id,
                                      .cgroups_path = c->config.lnx.cgroups_path,
                                      .resources = c->config.lnx.resources,
                                      .annotations = &c->config.annotations,
                                      .flags = CGROUP_ACCOUNT };
    int r = create(c, &want, e);

    if (r >= 0 || !not_ours(e) || !is_rootless(args->rootless))
        return r;
    err_clear(e);
    return create_rootless(c, &want, e);
}

int lifecycle_choose_driver(struct lifecycle_ctr *c, const char *name, struct err *e)
{
    int r = cgroup_driver_find(name, &c->driver, e);

    if (r >= 0)
        r = cgroup_driver_ready(c->driver, e);
    if (r >= 0 && str_set(&c->sf.cgroup_driver, c->driver->name) < 0)
        return err_nomem(e);
    return r;
}

int lifecycle_make_cgroup(struct lifecycle_ctr *c, const struct lifecycle_create *args,
                          struct err *e)
{
    int r = make(c, args, e);

    if (r < 0 || config_annotation(&c->config, ANNOTATION_DELEGATE))
        return r;
    return give_cgroup(&c->config, &c->cgroup, e);
}

/* Limits stay on the container's group, out of its processes' reach, which are one below it. Its
 * cgroup namespace begins above that: the process has made it already. */
static int delegate(struct lifecycle_ctr *c, const char *name, pid_t pid, struct err *e)
{
    AUTO_CGROUP struct cgroup below = CGROUP_INIT;
    AUTO_FREE char *path = str_fmt("%s/%s", c->sf.cgroup, name);

    if (c->cgroup.fd < 0)
        return err_set(e, ERR_UNSUPPORTED, "the container has no group of its own");
    if (!path)
        return err_nomem(e);
    if (mkdirat(c->cgroup.fd, name, 0755) < 0 && errno != EEXIST)
        return err_sys(e, "mkdir", path);
    int r = cgroup_open(&c->tree, path, &below, e);
    if (r >= 0)
        r = cgroup_enter(&below, pid, e);
    if (r < 0)
        return r;
    cgroup_control_try(&c->tree, c->sf.cgroup,
                       cgroup_control_read(&c->tree, c->sf.cgroup + 1, "cgroup.controllers"));
    return give_cgroup(&c->config, &below, e);
}

int lifecycle_delegate(struct lifecycle_ctr *c, pid_t pid, struct err *e)
{
    const char *name = config_annotation(&c->config, ANNOTATION_DELEGATE);
    int r = name ? delegate(c, name, pid, e) : 0;

    return r < 0 ? err_wrap(e, "/annotations/" ANNOTATION_DELEGATE) : 0;
}
