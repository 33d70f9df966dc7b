/* SPDX-License-Identifier: MIT */
/* Pauses and unpauses containers. */
#include "engine/freeze.h"

#include "engine/engine.h"
#include "engine/group.h"
#include "engine/heal.h"

/* The lock keeps a start, a removal and another pause away meanwhile. */
struct target {
    struct container c;
    int lock;
    struct group group;
};

static void target_close(struct target *t)
{
    container_close(&t->c);
    mem_close(&t->lock);
    group_close(&t->group);
}
DEFINE_CLEANUP(struct target, target, target_close(p))
#define TARGET_INIT                                                                                \
    {                                                                                              \
        .c = CONTAINER_INIT, .lock = -1, .group = GROUP_INIT                                       \
    }

static int open_target(const struct paths *p, const char *name, struct target *t, struct err *e)
{
    int r = heal_open(p, name, &t->c, e);

    if (r >= 0)
        r = container_lock(&t->c, true, &t->lock, e);
    if (r >= 0)
        r = container_refresh(&t->c, e);
    if (r < 0)
        return r;
    r = container_running(&t->c) ? group_open(&t->c.record, &t->group, e) : -ERR_NOT_FOUND;
    if (r == -ERR_NOT_FOUND)
        return err_set(e, ERR_STATE, "container %s is not running", t->c.id);
    if (r >= 0 && t->group.cgroup.fd < 0)
        return err_set(e, ERR_UNSUPPORTED, "container %s has no cgroup of its own", t->c.id);
    return r;
}

int engine_pause(const struct paths *p, const char *name, struct err *e)
{
    CLEANUP(target) struct target t = TARGET_INIT;
    int r = open_target(p, name, &t, e);

    if (r < 0)
        return r;
    if (cgroup_frozen(&t.group.cgroup))
        return err_set(e, ERR_STATE, "Container %s is already paused", t.c.id);
    r = cgroup_freeze(&t.group.cgroup, e);
    return r < 0 ? err_wrap(e, "Cannot pause container %s", t.c.id) : 0;
}

int engine_unpause(const struct paths *p, const char *name, struct err *e)
{
    CLEANUP(target) struct target t = TARGET_INIT;
    int r = open_target(p, name, &t, e);

    if (r < 0)
        return r;
    if (!cgroup_frozen(&t.group.cgroup))
        return err_set(e, ERR_STATE, "Container %s is not paused", t.c.id);
    r = cgroup_thaw(&t.group.cgroup, e);
    return r < 0 ? err_wrap(e, "Cannot unpause container %s", t.c.id) : 0;
}

void freeze_look(struct container *c, struct cgroup_tree *t)
{
    struct err ignored = ERR_INIT;

    if (c->status.state != RECORD_RUNNING || !c->record.cgroup ||
        (t->fd < 0 && cgroup_tree_open(t, &ignored) < 0))
        return;
    if (cgroup_frozen_at(t, c->record.cgroup))
        c->status.state = RECORD_PAUSED;
}

int freeze_thaw(const struct container *c, struct err *e)
{
    AUTO_GROUP struct group g = GROUP_INIT;
    int r = group_open(&c->record, &g, e);

    if (r == -ERR_NOT_FOUND) {
        err_clear(e);
        return 0;
    }
    return r < 0 || !cgroup_frozen(&g.cgroup) ? r : cgroup_thaw(&g.cgroup, e);
}
