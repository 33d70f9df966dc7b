/* SPDX-License-Identifier: MIT */
/* hako-oci's update: other limits for a container that exists. */
#include "runtime/lifecycle_update.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "cgroup/cgroup_limit.h"
#include "oci/config_merge.h"
#include "runtime/defaults.h"
#include "runtime/lifecycle_open.h"
#include "runtime/resctrl.h"

#include <fcntl.h>

/* ---- classes of service ---- */

/* The class as it was, where it has been changed. */
struct class
{
    int root;
    char *was;
};
#define CLASS_INIT                                                                                 \
    {                                                                                              \
        .root = -1                                                                                 \
    }
static void class_close(struct class *class)
{
    if (class->root >= 0)
        mem_close(&class->root);
    free(class->was);
}
DEFINE_CLEANUP(struct class, class, class_close(p))

static int set_schema(const struct lifecycle_ctr *c, const struct lifecycle_update *u,
                      struct class *class, struct err *e)
{
    const struct config_intel_rdt to = { .l3_cache_schema = (char *)(uintptr_t)u->l3_cache_schema,
                                         .mem_bw_schema = (char *)(uintptr_t)u->mem_bw_schema };

    if (str_empty(to.l3_cache_schema) && str_empty(to.mem_bw_schema))
        return 0;
    int r = resctrl_open(&class->root, e);
    return r < 0 ? r
                 : resctrl_update(class->root, c->config.lnx.intel_rdt, c->sf.state.id, &to,
                                  &class->was, e);
}

/* ---- limits ---- */

/* The config as it will be; its limits as they were go to *ret_was. */
static int merge(struct lifecycle_ctr *c, const struct config_resources *more,
                 struct config_resources *ret_was, struct err *e)
{
    struct config_linux *lnx = &c->config.lnx;

    if (!lnx->resources)
        lnx->resources = calloc(1, sizeof(*lnx->resources));
    if (!lnx->resources)
        return err_nomem(e);
    int r = json_copy(&config_resources_table, ret_was, lnx->resources, e);
    if (r >= 0)
        r = config_merge_resources(lnx->resources, more, e);
    if (r >= 0 && more->n_devices > 0)
        r = defaults_allow_devices(&c->config, e);
    return r < 0 ? r : cgroup_limits_supersede(lnx->resources, more, e);
}

static int save(const struct lifecycle_ctr *c, const char *text, size_t len, struct err *e)
{
    return commit_file(c->dir, STATEFILE_CONFIG, text, len, 0600, COMMIT_VOLATILE, e);
}

/* The config first: it can be put back, whatever the kernel says. */
static int apply(struct lifecycle_ctr *c, const struct lifecycle_update *u,
                 const struct config_resources *was, struct err *e)
{
    const struct cgroup_change change = { .was = was,
                                          .now = c->config.lnx.resources,
                                          .named = u->resources };
    AUTO_FREE char *old = NULL;
    AUTO_BUF struct buf text = { 0 };
    size_t old_len;

    config_write(&c->config, JSON_COMPACT, &text);
    if (text.failed)
        return err_nomem(e);
    int r = fs_read(c->dir, STATEFILE_CONFIG, JSON_SIZE_MAX, &old, &old_len, e);
    if (r >= 0)
        r = save(c, text.data, text.len, e);
    if (r < 0)
        return r;
    r = c->driver->update(&c->tree, &c->cgroup, &change, e);
    if (r < 0) {
        struct err ignored = ERR_INIT;
        save(c, old, old_len, &ignored);
    }
    return r;
}

int lifecycle_update(const char *root, const char *id, const struct lifecycle_update *u,
                     struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    CLEANUP(class) struct class class = CLASS_INIT;
    struct config_resources was = { 0 };
    int r = lifecycle_open(root, id, LIFECYCLE_LOCK | LIFECYCLE_CONFIG | LIFECYCLE_CGROUP, &c, e);

    if (r < 0)
        return r;
    if (c.sf.state.status == STATE_STOPPED)
        return err_set(e, ERR_STATE, "cannot update container %s: container not running", id);
    if (c.cgroup.fd < 0)
        return err_set(e, ERR_UNSUPPORTED, "container %s has no cgroup of its own", id);
    r = cgroup_driver_ready(c.driver, e);
    if (r >= 0)
        r = merge(&c, u->resources, &was, e);
    if (r >= 0)
        r = set_schema(&c, u, &class, e);
    if (r >= 0)
        r = apply(&c, u, &was, e);
    if (r < 0 && class.was)
        resctrl_restore(class.root, c.config.lnx.intel_rdt, id, class.was);
    json_free(&config_resources_table, &was);
    return r;
}
