/* SPDX-License-Identifier: MIT */
/* The control group: who makes it, where it will be, and whether it can have the limits. */
#include "engine/plan.h"

#include "base/str.h"
#include "engine/group.h"

/* Its place in the driver's grammar, and as a path. */
static int find_place(struct plan *plan, const struct cgroup_driver *d, const char *parent,
                      struct err *e)
{
    struct record *rec = &plan->record;
    struct config *c = &plan->config;

    if (str_empty(parent))
        parent = NULL;
    if (str_set(&rec->cgroup_manager, d->name) < 0 || str_set(&rec->cgroup_parent, parent) < 0)
        return err_nomem(e);
    int r = d->place(parent, plan->id, &c->lnx.cgroups_path, e);
    if (r < 0)
        return r;
    const struct cgroup_want want = { .id = plan->id,
                                      .cgroups_path = c->lnx.cgroups_path,
                                      .annotations = &c->annotations };
    return d->path(&want, &rec->cgroup, e);
}

/* With its first process a PID namespace ends; else only the group tells who belongs to it. */
static int check_end(const struct plan *plan, struct err *e)
{
    if (plan->record.cgroup || !record_shares_pids(&plan->record))
        return 0;
    err_set(e, ERR_INVALID,
            "cgroups are disabled, and the PID namespace is not the container's "
            "own: nothing would end the processes that it leaves");
    return err_hint(e, "leave --pid out, or call with --cgroups=enabled");
}

static int check_limits(const struct plan *plan, unsigned flags, struct err *e)
{
    static const char more[] = "; --cgroup-missing=warn goes on without them";
    size_t len;
    int r = cgroup_check(plan->record.cgroup, plan->config.lnx.resources, flags, e);

    if (r == -ERR_UNSUPPORTED && (len = strlen(e->hint)) + sizeof(more) <= sizeof(e->hint))
        memcpy(e->hint + len, len ? more : more + 2, len ? sizeof(more) : sizeof(more) - 2);
    return r;
}

int plan_cgroup(struct plan *plan, const struct run_args *args, struct err *e)
{
    const struct cgroup_driver *driver;
    const char *name = args->cgroups == ARGS_CGROUPS_DISABLED ? "disabled" : args->cgroup_manager;
    int r = group_choose(name, &driver, NULL, e);

    if (r >= 0)
        r = find_place(plan, driver, args->cgroup_parent, e);
    if (r >= 0)
        r = check_end(plan, e);
    plan->record.cgroup_lenient = args->cgroup_missing == ARGS_MISSING_WARN;
    if (r >= 0)
        r = check_limits(plan, plan->record.cgroup_lenient ? CGROUP_LENIENT : 0, e);
    return r;
}
