/* SPDX-License-Identifier: MIT */
/* Other limits for a container: in its record and configuration, and in its group if it runs. */
#include "engine/engine.h"

#include "cgroup/cgroup_limit.h"
#include "engine/group.h"
#include "engine/heal.h"
#include "engine/parse_limit.h"
#include "engine/plan.h"
#include "oci/config_merge.h"

struct update {
    struct container c;
    int lock;
    struct config config;          /* as it will be */
    struct config_resources was;   /* the limits of the config as it is */
    struct config_resources named; /* those that were asked for */
    struct record_limits recorded; /* as they are in the record on disk */
    unsigned flags;                /* enum cgroup_flags */
};

static void update_close(struct update *u)
{
    container_close(&u->c);
    mem_close(&u->lock);
    config_free(&u->config);
    json_free(&config_resources_table, &u->was);
    json_free(&config_resources_table, &u->named);
    json_free(&record_limits_table, &u->recorded);
}
DEFINE_CLEANUP(struct update, update, update_close(p))
#define UPDATE_INIT                                                                                \
    {                                                                                              \
        .c = CONTAINER_INIT, .lock = -1                                                            \
    }

/* Locked, and as it is then: another update may have been faster. */
static int open_locked(const struct paths *p, const char *name, struct update *u, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    int r = heal_open(p, name, &c, e);

    if (r >= 0)
        r = container_lock(&c, true, &u->lock, e);
    if (r >= 0)
        r = container_open(p, c.id, &u->c, e);
    if (r < 0)
        return r;
    u->flags = u->c.record.cgroup_lenient ? CGROUP_LENIENT : 0;
    return container_load_config(&u->c, &u->config, e);
}

/* What --unified said of a file is gone when an option has since said something else of it. */
static void forget_superseded(struct record_limits *rec, const struct config_resources *now)
{
    for (size_t i = rec->unified.n; i-- > 0;)
        if (!json_map_has(&now->unified, rec->unified.v[i].key))
            json_map_del(&rec->unified, rec->unified.v[i].key);
}

static int merge(struct update *u, const struct limit_args *args, struct err *e)
{
    struct limit_args l = *args;
    struct config_linux *lnx = &u->config.lnx;

    if (!lnx->resources)
        lnx->resources = calloc(1, sizeof(*lnx->resources));
    if (!lnx->resources)
        return err_nomem(e);
    int r = json_copy(&record_limits_table, &u->recorded, &u->c.record.limits, e);
    if (r >= 0)
        r = json_copy(&config_resources_table, &u->was, lnx->resources, e);
    if (r >= 0)
        r = parse_limit(&l, &u->c.record.limits, e);
    if (r >= 0)
        r = plan_limits_fill(&l, &u->named, e);
    if (r >= 0)
        r = config_merge_resources(lnx->resources, &u->named, e);
    if (r >= 0)
        r = cgroup_limits_supersede(lnx->resources, &u->named, e);
    if (r >= 0)
        forget_superseded(&u->c.record.limits, lnx->resources);
    return r;
}

static int save(struct update *u, struct err *e)
{
    int r = container_save_config(&u->c, &u->config, e);

    return r < 0 ? r : container_save_record(&u->c, e);
}

/* Back to what was read. */
static void take_back(struct update *u)
{
    struct config_resources *now = u->config.lnx.resources;
    struct record_limits recorded = u->c.record.limits;
    struct config_resources was = *now;
    struct err ignored = ERR_INIT;

    *now = u->was;
    u->was = was;
    u->c.record.limits = u->recorded;
    u->recorded = recorded;
    save(u, &ignored);
}

static int apply(struct update *u, struct group *g, struct err *e)
{
    const struct cgroup_change change = {
        .was = &u->was, .now = u->config.lnx.resources, .named = &u->named, .flags = u->flags
    };

    return g->driver->update(&g->tree, &g->cgroup, &change, e);
}

/* The files first: they can be put back, whatever the kernel says. */
static int carry_out(struct update *u, struct err *e)
{
    AUTO_GROUP struct group g = GROUP_INIT;
    int r = container_running(&u->c) ? group_open(&u->c.record, &g, e) : -ERR_NOT_FOUND;

    if (r == -ERR_NOT_FOUND) /* or it has ended just now */
        err_clear(e);
    else if (r < 0)
        return r;
    /* Without a group: could it be started with these? */
    r = g.cgroup.fd >= 0 ? cgroup_driver_ready(g.driver, e)
                         : cgroup_check(u->c.record.cgroup, u->config.lnx.resources, u->flags, e);
    if (r < 0)
        return r;
    r = save(u, e);
    if (r >= 0 && g.cgroup.fd >= 0)
        r = apply(u, &g, e);
    if (r < 0)
        take_back(u);
    return r;
}

int engine_update(const struct paths *p, const char *name, const struct limit_args *args,
                  struct err *e)
{
    CLEANUP(update) struct update u = UPDATE_INIT;
    int r = open_locked(p, name, &u, e);

    if (r < 0)
        return r;
    r = merge(&u, args, e);
    if (r >= 0)
        r = carry_out(&u, e);
    return r < 0 ? err_wrap(e, "Cannot update container %s", u.c.id) : 0;
}
