/* SPDX-License-Identifier: MIT */
/* Changes limits of a living group, all of them or none. */
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_device.h"
#include "cgroup/cgroup_limit.h"

#include <inttypes.h>
#include <stdio.h>

/* A number in a file; 0 when there is none. */
static uint64_t count_in(const struct cgroup *cg, const char *file)
{
    char text[32];

    return fs_read_small(cg->fd, file, text, sizeof(text)) > 0 ? strtoull(text, NULL, 10) : 0;
}

/* What is in use after the kernel has been asked to take away what is more than the limit (Linux
 * 5.19), as v1's did before it refused a limit: caches do not count. */
static uint64_t shrink(const struct cgroup *cg, const char *use, uint64_t limit)
{
    uint64_t used = count_in(cg, use);
    char text[32];

    if (used <= limit || !STREQ(use, "memory.current"))
        return used;
    snprintf(text, sizeof(text), "%" PRIu64, used - limit);
    fs_put(cg->fd, "memory.reclaim", text);
    return count_in(cg, use);
}

/* The spec's memory.checkBeforeUpdate: v1's kernel refused such limits, v2's would kill. */
static int check_use(const struct cgroup *cg, const struct cgroup_limits *l, struct err *e)
{
    static const char *const files[][2] = {
        { "memory.max", "memory.current" },
        { "memory.swap.max", "memory.swap.current" },
    };

    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < ARRAY_LEN(files); k++) {
            if (!STREQ(l->v[i].file, files[k][0]) || STREQ(l->v[i].value, "max"))
                continue;
            uint64_t limit = strtoull(l->v[i].value, NULL, 10);
            uint64_t used = shrink(cg, files[k][1], limit);
            if (limit >= used)
                continue;
            err_set(e, ERR_IN_USE,
                    "%s: write \"%s\" to %s/%s: %" PRIu64 " bytes are in use (checkBeforeUpdate)",
                    l->v[i].field, l->v[i].value, cg->abs_path, files[k][0], used);
            return err_hint(e, "without checkBeforeUpdate the kernel would kill to get there");
        }
    return 0;
}

static int write_all(const struct cgroup_tree *t, const struct cgroup *cg, const char *parent,
                     const struct cgroup_limits *l, const struct cgroup_change *c, struct err *e)
{
    AUTO_CGROUP_UNDO struct cgroup_undo undo = { 0 };
    unsigned need = cgroup_limits_controllers(l);
    int r = need ? cgroup_control_enable(t, parent, need, e) : 0;

    if (r < 0)
        return r;
    if (need)
        cgroup_control_settle(t, parent, need);
    if (c->now->memory && c->now->memory->check_before_update.val)
        r = check_use(cg, l, e);
    if (r >= 0)
        r = cgroup_limits_write(l, cg->fd, cg->abs_path, &undo, e);
    if (r >= 0 && c->named && c->named->n_devices > 0)
        r = cgroup_device_set(cg->fd, c->now->devices, c->now->n_devices, e);
    if (r < 0)
        cgroup_undo_run(&undo, cg->fd);
    return r;
}

int cgroup_update(const struct cgroup_tree *t, struct cgroup *cg, const struct cgroup_change *c,
                  struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    AUTO_FREE char *parent = str_dup(cg->path);

    if (!parent)
        return err_nomem(e);
    *strrchr(parent, '/') = '\0';
    if (!(c->flags & CGROUP_QUIET))
        cgroup_limits_warn(c->named);
    int r = cgroup_limits_change(c, &l, e);
    if (r >= 0)
        r = cgroup_limits_admit(&l, t, cg->path, c->flags, e);
    return r < 0 ? r : write_all(t, cg, parent, &l, c, e);
}
