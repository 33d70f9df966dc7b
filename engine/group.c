/* SPDX-License-Identifier: MIT */
/* Opens and removes containers' groups as their records say. */
#include "engine/group.h"

#include "base/str.h"

int group_choose(const char *named, const struct cgroup_driver **ret, const char **ret_why,
                 struct err *e)
{
    const char *env = getenv("HAKO_CGROUP_MANAGER");
    const char *why = !str_empty(named) ? "--cgroup-manager" : "HAKO_CGROUP_MANAGER";
    const char *name = !str_empty(named) ? named : env;
    int r = 0;

    if (str_empty(name))
        *ret = cgroup_driver_default(&why);
    else
        r = cgroup_driver_find(name, ret, e);
    if (ret_why)
        *ret_why = why;
    return r;
}

int group_driver(const struct record *rec, const struct cgroup_driver **ret, struct err *e)
{
    return cgroup_driver_find(rec->cgroup_manager, ret, e);
}

int group_open(const struct record *rec, struct group *ret, struct err *e)
{
    AUTO_GROUP struct group g = GROUP_INIT;
    int r = group_driver(rec, &g.driver, e);

    if (r >= 0 && rec->cgroup)
        r = cgroup_tree_open(&g.tree, e);
    if (r >= 0 && rec->cgroup)
        r = cgroup_open(&g.tree, rec->cgroup, &g.cgroup, e);
    if (r < 0)
        return r;
    *ret = g;
    g = (struct group)GROUP_INIT;
    return 0;
}

void group_close(struct group *g)
{
    cgroup_close(&g->cgroup);
    cgroup_tree_close(&g->tree);
}

int group_kill(const struct record *rec, struct err *e)
{
    AUTO_GROUP struct group g = GROUP_INIT;
    int r = group_open(rec, &g, e);

    if (r == -ERR_NOT_FOUND || r == -ERR_UNSUPPORTED)
        return 0;
    return r < 0 || g.cgroup.fd < 0 ? r : cgroup_kill(&g.cgroup, e);
}

int group_remove(const struct record *rec, struct err *e)
{
    AUTO_GROUP struct group g = GROUP_INIT;
    int r = group_open(rec, &g, e);

    if (r == -ERR_NOT_FOUND || r == -ERR_UNSUPPORTED) /* no tree: no group either */
        return 0;
    if (r < 0 || g.cgroup.fd < 0)
        return r;
    if (cgroup_populated(&g.cgroup))
        r = cgroup_kill(&g.cgroup, e);
    return r < 0 ? r : g.driver->remove(&g.tree, rec->cgroup, e);
}
