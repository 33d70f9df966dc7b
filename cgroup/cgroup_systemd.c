/* SPDX-License-Identifier: MIT */
/* The systemd driver: a container's group is a transient scope, which systemd makes and knows. */
#include "base/apart.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/twin.h"
#include "cgroup/cgroup_bus.h"
#include "cgroup/cgroup_driver.h"
#include "cgroup/cgroup_limit.h"
#include "cgroup/cgroup_property.h"
#include "cgroup/cgroup_scope.h"
#include "cgroup/cgroup_unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A scope must have a process from its beginning, and containers are born in their group: until
 * then a process that only sleeps stands in (systemd.scope(5)). Afterwards systemd ends the scope
 * with its last process.
 *
 * Files say what limits are, properties say it again to systemd, which would otherwise take them
 * back whenever it writes a unit's files anew.
 */

/* The group of the system's manager: "", or where a container's own systemd stands. */
static int system_root(char **ret, struct err *e)
{
    char text[4096];

    if (access("/run/systemd/system", F_OK) < 0) { /* sd_booted(3) */
        err_set(e, ERR_UNSUPPORTED, "systemd is not this system's process 1");
        return err_hint(e, "call with --cgroup-manager=cgroupfs, without --systemd-cgroup");
    }
    if (fs_read_small(AT_FDCWD, "/proc/1/cgroup", text, sizeof(text)) < 0)
        return err_sys(e, "read", "/proc/1/cgroup");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        const char *path = str_after(line, "0::");
        if (!path)
            continue;
        const char *end = str_ends(path, "/init.scope") ? strrchr(path, '/') : path;
        *ret = str_fmt("%.*s", (int)(end - path), path);
        return *ret ? 0 : err_nomem(e);
    }
    err_set(e, ERR_UNSUPPORTED, "process 1 is in no cgroup v2 group");
    return err_hint(e, "the systemd driver needs the unified hierarchy");
}

static int user_root(char **ret, struct err *e)
{
    AUTO_CGROUP_BUS struct cgroup_bus bus = { 0 };
    int r = cgroup_bus_open(true, &bus, e);

    return r < 0 ? r : cgroup_bus_root(&bus, ret, e);
}

static int systemd_path(const struct cgroup_want *w, char **ret, struct err *e)
{
    AUTO_CGROUP_UNIT struct cgroup_unit unit = { 0 };
    AUTO_FREE char *root = NULL;
    int r =
        cgroup_unit_make(w->cgroups_path, w->id, w->annotations, cgroup_scope_is_user(), &unit, e);

    if (r >= 0)
        r = cgroup_scope_is_user() ? user_root(&root, e) : system_root(&root, e);
    if (r < 0)
        return r;
    *ret = str_fmt("%s%s", root, unit.path);
    return *ret ? 0 : err_nomem(e);
}

/* ---- create ---- */

__attribute__((noreturn)) static void stand_in(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    proc_close_from(0);
    while (getppid() == parent)
        pause();
    _exit(0);
}

static int add_facts(const struct cgroup_want *w, const struct cgroup_unit *unit,
                     struct cgroup_properties *p, struct err *e)
{
    static const char *const facts[][2] = {
        { "CollectMode", "'inactive-or-failed'" },
        { "Delegate", "true" },
        { "DefaultDependencies", "false" },
        { "CPUAccounting", "true" },
        { "MemoryAccounting", "true" },
        { "TasksAccounting", "true" },
        { "IOAccounting", "true" },
        { "TasksMax", "uint64 18446744073709551615" }, /* not systemd's default for units */
    };
    int r = cgroup_property_add(p, "Description", e, "'hako container %s'", w->id);

    if (r >= 0)
        r = cgroup_property_add(p, "Slice", e, "'%s'", unit->slice);
    for (size_t i = 0; i < ARRAY_LEN(facts) && r >= 0; i++)
        r = cgroup_property_add(p, facts[i][0], e, "%s", facts[i][1]);
    return r;
}

/* What systemd is to know of the scope but for its process. */
static int make_properties(const struct cgroup_want *w, const struct cgroup_unit *unit,
                           const struct cgroup_limits *l, struct cgroup_properties *p,
                           struct err *e)
{
    int r = add_facts(w, unit, p, e);

    if (r >= 0)
        r = cgroup_property_limits(l, false, p, e);
    return r < 0 ? r : cgroup_property_annotations(w->annotations, p, e);
}

struct scope {
    const struct cgroup_unit *unit;
    struct cgroup_properties *properties;
};

static int ask_for_scope(void *arg, struct err *e)
{
    struct scope *s = arg;
    AUTO_CGROUP_BUS struct cgroup_bus bus = { 0 };
    int r = cgroup_bus_open(cgroup_scope_is_user(), &bus, e);

    return r < 0 ? r : cgroup_bus_start(&bus, s->unit->name, s->properties, e);
}

/* libsystemd and what it loads take three times the memory of a monitor. */
static int start_scope(struct scope *s, unsigned flags, struct cgroup *ret, struct err *e)
{
    pid_t us = getpid();

    ret->holder = proc_clone(0, -1, NULL);
    if (ret->holder < 0)
        return err_sys(e, "clone", "the scope's first process");
    if (ret->holder == 0)
        stand_in(us);
    int r = cgroup_property_add(s->properties, "PIDs", e, "[uint32 %d]", (int)ret->holder);
    if (r < 0)
        return r;
    return flags & CGROUP_LASTING ? apart(ask_for_scope, s, e) : ask_for_scope(s, e);
}

/* Where nobody has mounted version 2, systemd has not either: its scopes are none of our groups. */
static int need_v2(const struct cgroup_tree *t, struct err *e)
{
    if (!t->unseen)
        return 0;
    err_set(e, ERR_UNSUPPORTED,
            "systemd keeps its groups in cgroup v1 here, and a container's is one of cgroup v2");
    return err_hint(e, "boot with systemd.unified_cgroup_hierarchy=1, or call with "
                       "--cgroup-manager=cgroupfs, without --systemd-cgroup");
}

static int systemd_remove(const struct cgroup_tree *t, const char *path, struct err *e);

/* Everything that can be refused is refused before there is a scope. */
static int systemd_create(const struct cgroup_tree *t, const char *path,
                          const struct cgroup_want *w, struct cgroup *ret, struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    AUTO_CGROUP_UNIT struct cgroup_unit unit = { 0 };
    AUTO_CGROUP struct cgroup stand_in = CGROUP_INIT;
    struct scope scope = { &unit, &p };
    struct err ignored = ERR_INIT;

    int r =
        cgroup_unit_make(w->cgroups_path, w->id, w->annotations, cgroup_scope_is_user(), &unit, e);
    cgroup_limits_warn(w->resources);
    if (r >= 0)
        r = cgroup_limits_make(w->resources, &l, e);
    if (r >= 0)
        r = cgroup_limits_admit(&l, t, path, w->flags, e);
    if (r >= 0)
        r = need_v2(t, e);
    if (r >= 0)
        r = make_properties(w, &unit, &l, &p, e);
    if (r >= 0)
        r = start_scope(&scope, w->flags, &stand_in, e);
    if (r < 0)
        return r;
    r = cgroup_scope_fill(t, path, w, &l, ret, e);
    if (r < 0) {
        cgroup_close(&stand_in);
        systemd_remove(t, path, &ignored);
        return r;
    }
    ret->holder = stand_in.holder;
    stand_in.holder = 0;
    return 0;
}

/* ---- attach, remove ---- */

/* systemd may move processes where we may not (org.freedesktop.systemd1(5)). */
static int systemd_attach(const struct cgroup *cg, pid_t pid, struct err *e)
{
    AUTO_CGROUP_BUS struct cgroup_bus bus = { 0 };
    size_t len = 0;
    AUTO_FREE char *unit = cgroup_unit_of(cg->path, &len);
    int r = unit ? cgroup_bus_open(cgroup_scope_is_user(), &bus, e) : err_nomem(e);

    return r < 0 ? r : cgroup_bus_attach(&bus, unit, cg->path + len, pid, e);
}

static int systemd_remove(const struct cgroup_tree *t, const char *path, struct err *e)
{
    AUTO_CGROUP_BUS struct cgroup_bus bus = { 0 };
    size_t len = 0;
    AUTO_FREE char *unit = cgroup_unit_of(path, &len);
    AUTO_FREE char *scope = str_fmt("%.*s", (int)len, path);
    struct err why = ERR_INIT;

    if (!unit || !scope)
        return err_nomem(e);
    if (cgroup_bus_open(cgroup_scope_is_user(), &bus, &why) < 0 ||
        cgroup_bus_stop(&bus, unit, &why) < 0)
        log_warn("%s", why.msg);
    return cgroup_remove(t, scope, e);
}

/* Containers of root are where systemd wants containers and virtual machines (systemd.special(7)),
 * and where podman has them. */
static int systemd_place(const char *parent, const char *id, char **ret, struct err *e)
{
    if (parent && (!str_ends(parent, ".slice") || strpbrk(parent, "/:"))) {
        err_set(e, ERR_INVALID, "cgroup parent %s: systemd makes the group, and this is no slice",
                parent);
        return err_hint(e, "name a slice, such as machine.slice, or call with "
                           "--cgroup-manager=cgroupfs");
    }
    *ret = str_fmt("%s:hako:%s",
                   parent                   ? parent
                   : cgroup_scope_is_user() ? "user.slice"
                                            : "machine.slice",
                   id);
    return *ret ? 0 : err_nomem(e);
}

const struct cgroup_driver cgroup_systemd = {
    .name = "systemd",
    .path = systemd_path,
    .create = systemd_create,
    .attach = systemd_attach,
    .update = cgroup_scope_update,
    .remove = systemd_remove,
    .ready = twin_need,
    .place = systemd_place,
};
