/* SPDX-License-Identifier: MIT */
/* The group of a scope: limits in its files, and in systemd's mind. */
#include "cgroup/cgroup_scope.h"

#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroup/cgroup_bus.h"
#include "cgroup/cgroup_property.h"
#include "cgroup/cgroup_unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool cgroup_scope_is_user(void)
{
    return geteuid() != 0 || !proc_in_first_userns();
}

/* The scope's own group, of which the container's may be a child. */
static int open_scope(const struct cgroup_tree *t, const char *path, struct cgroup *ret,
                      struct err *e)
{
    size_t len = 0;
    AUTO_FREE char *unit = cgroup_unit_of(path, &len);
    AUTO_FREE char *scope = str_fmt("%.*s", (int)len, path);

    if (!unit || !scope)
        return err_nomem(e);
    return cgroup_open(t, scope, ret, e);
}

/* systemd has to be told again where it counts weights as the BFQ scheduler does. */
static int set_properties(const struct cgroup *scope, const struct cgroup_limits *l, struct err *e)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    AUTO_CGROUP_BUS struct cgroup_bus bus = { 0 };
    bool bfq = faccessat(scope->fd, "io.bfq.weight", F_OK, 0) == 0;
    AUTO_FREE char *unit = cgroup_unit_of(scope->path, NULL);
    int r = unit ? cgroup_property_limits(l, bfq, &p, e) : err_nomem(e);

    if (r < 0 || p.n == 0)
        return r;
    r = cgroup_bus_open(cgroup_scope_is_user(), &bus, e);
    return r < 0 ? r : cgroup_bus_set(&bus, unit, &p, e);
}

static const char *value_of(const struct cgroup_limits *l, const char *file)
{
    const char *value = NULL;

    for (size_t i = 0; i < l->n; i++)
        if (STREQ(l->v[i].file, file))
            value = l->v[i].value;
    return value;
}

/* systemd has made an idle group of it, which takes no weight: the limits make it so again. */
static void wake(const struct cgroup *scope, const struct cgroup_limits *l)
{
    const char *idle = value_of(l, "cpu.idle");

    if (idle && STREQ(idle, "1") && value_of(l, "cpu.weight"))
        fs_put(scope->fd, "cpu.idle", "0");
}

/* The process that stands in is not to count: until it is gone there is room for one more. */
static int make_room(const struct cgroup *scope, const struct cgroup_limits *l, struct cgroup *ret,
                     struct err *e)
{
    const char *limit = value_of(l, "pids.max");

    if (!limit || STREQ(limit, "max"))
        return 0;
    AUTO_FREE char *more = str_fmt("%llu", strtoull(limit, NULL, 10) + 1);
    ret->pids_max = str_dup(limit);
    if (!more || !ret->pids_max)
        return err_nomem(e);
    if (fs_put(scope->fd, "pids.max", more) < 0)
        return err_sysf(e, "write", "\"%s\" to %s/pids.max", more, scope->abs_path);
    return 0;
}

int cgroup_scope_fill(const struct cgroup_tree *t, const char *path, const struct cgroup_want *w,
                      const struct cgroup_limits *l, struct cgroup *ret, struct err *e)
{
    AUTO_CGROUP struct cgroup scope = CGROUP_INIT;
    AUTO_CGROUP struct cgroup cg = CGROUP_INIT;
    int r = open_scope(t, path, &scope, e);

    if (r >= 0 && value_of(l, "io.bfq.weight") &&
        faccessat(scope.fd, "io.bfq.weight", F_OK, 0) == 0)
        r = set_properties(&scope, l, e);
    if (r >= 0)
        wake(&scope, l);
    if (r >= 0)
        r = cgroup_fill(t, &scope, l, w->resources, e);
    const char *below = r >= 0 ? path + strlen(scope.path) : "";
    if (*below && mkdirat(scope.fd, below + 1, 0755) < 0 && errno != EEXIST)
        r = err_sysf(e, "mkdir", "%s%s", t->path, path);
    if (r >= 0)
        r = cgroup_open(t, path, &cg, e);
    if (r >= 0)
        r = make_room(&scope, l, &cg, e);
    if (r < 0)
        return r;
    *ret = cg;
    cg = (struct cgroup)CGROUP_INIT;
    return 0;
}

/* ---- update ---- */

static int note_all(const struct cgroup *scope, const struct cgroup_limits *l,
                    struct cgroup_undo *undo, struct err *e)
{
    int r = 0;

    for (size_t i = 0; i < l->n && r >= 0; i++) {
        bool alt = l->v[i].alt_file && faccessat(scope->fd, l->v[i].file, F_OK, 0) < 0;
        r = cgroup_undo_note(undo, scope->fd, alt ? l->v[i].alt_file : l->v[i].file,
                             alt ? l->v[i].alt_value : l->v[i].value, e);
    }
    return r;
}

/* systemd may have heard of the change, though its answer did not come: it is told what the files
 * held. */
static void take_back(const struct cgroup_tree *t, struct cgroup *scope,
                      const struct cgroup_change *c, const struct cgroup_undo *undo)
{
    const struct cgroup_change back = {
        .was = c->now, .now = c->was, .named = c->was, .flags = c->flags | CGROUP_QUIET
    };
    AUTO_FREE struct cgroup_limit *v = calloc(undo->n + 1, sizeof(*v));
    struct cgroup_limits old = { .v = v, .n = v ? undo->n : 0 };
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < old.n; i++) {
        const struct cgroup_undo_step *s = &undo->v[undo->n - 1 - i];
        v[i].file = s->file;
        v[i].value = str_trim(s->text);
    }
    set_properties(scope, &old, &ignored);
    if (c->was) /* the rules for devices */
        cgroup_update(t, scope, &back, &ignored);
    cgroup_undo_run(undo, scope->fd);
}

int cgroup_scope_update(const struct cgroup_tree *t, struct cgroup *cg,
                        const struct cgroup_change *c, struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    AUTO_CGROUP_UNDO struct cgroup_undo undo = { 0 };
    AUTO_CGROUP struct cgroup scope = CGROUP_INIT;
    struct cgroup_change quiet = *c;
    int r = open_scope(t, cg->path, &scope, e);

    quiet.flags |= CGROUP_QUIET;
    if (r >= 0)
        r = cgroup_limits_change(c, &l, e);
    if (r >= 0)
        r = cgroup_limits_admit(&l, t, scope.path, quiet.flags, e);
    if (r >= 0)
        r = note_all(&scope, &l, &undo, e);
    if (r >= 0)
        r = cgroup_update(t, &scope, c, e);
    if (r < 0)
        return r;
    r = set_properties(&scope, &l, e);
    wake(&scope, &l);
    if (r >= 0)
        r = cgroup_update(t, &scope, &quiet, e);
    if (r < 0)
        take_back(t, &scope, c, &undo);
    return r;
}
