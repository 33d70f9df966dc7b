/* SPDX-License-Identifier: MIT */
/* Who makes groups: hako itself, by writing to the tree, systemd, or nobody. One row of operations
 * each. */
#pragma once

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_limit.h"

/* What a container wants of its group. All borrowed. */
struct cgroup_want {
    const char *id;
    const char *cgroups_path;                 /* the config's, in the driver's grammar, or NULL */
    const struct config_resources *resources; /* or NULL */
    const struct json_map *annotations;       /* the config's, or NULL */
    unsigned flags;                           /* enum cgroup_flags */
};

/*
 * A driver decides about a group's place and makes, changes and removes it. Everything else (procs,
 * kill, freeze, statistics, OOM) is the same for all of them and works on struct cgroup.
 */
struct cgroup_driver {
    const char *name; /* the word of --cgroup-manager, and in the container's state */

    /* The group's path below the tree's root, malloc'd; NULL: this container has no group of its
     * own, and nothing else of the driver's is called. Looks, changes nothing. */
    int (*path)(const struct cgroup_want *w, char **ret, struct err *e);
    /* As cgroup_create(). The group stays, empty, until the first process is born in ret->fd and
     * cgroup_release() says so. */
    int (*create)(const struct cgroup_tree *t, const char *path, const struct cgroup_want *w,
                  struct cgroup *ret, struct err *e);
    /* Moves a process of the caller's user into the group, where nobody may be born who is not in
     * the same part of the tree. NULL: that cannot be. */
    int (*attach)(const struct cgroup *cg, pid_t pid, struct err *e);
    /* As cgroup_update(). */
    int (*update)(const struct cgroup_tree *t, struct cgroup *cg, const struct cgroup_change *c,
                  struct err *e);
    /* As cgroup_remove(). */
    int (*remove)(const struct cgroup_tree *t, const char *path, struct err *e);
    /* NULL, or to be called before create, update and remove, while nothing has been changed yet:
     * can this program use it? It may become another one (base/twin.h). */
    int (*ready)(struct err *e);
    /* The cgroups_path of a container that has none of its own: below `parent`, which a user has
     * named in the driver's grammar, or with NULL where containers usually are. malloc'd; NULL: no
     * group. ERR_INVALID for what names no parent. */
    int (*place)(const char *parent, const char *id, char **ret, struct err *e);
};

/* NULL or "": the default, cgroupfs. ERR_UNSUPPORTED lists the names that there are. */
int cgroup_driver_find(const char *name, const struct cgroup_driver **ret, struct err *e);

/* driver->ready(), if there is one. */
int cgroup_driver_ready(const struct cgroup_driver *driver, struct err *e);

/* What suits this host, as podman and docker choose: systemd where it is process 1, has a bus, and
 * cgroup v2 stands alone; else cgroupfs. *ret_why says it in words. Looks at three paths, no more.
 */
const struct cgroup_driver *cgroup_driver_default(const char **ret_why);

/* systemd's scopes (cgroup_systemd.c). */
extern const struct cgroup_driver cgroup_systemd;

/* For drivers: limits and the device program into a group that has just been made, its controllers
 * switched on where they are not. */
int cgroup_fill(const struct cgroup_tree *t, const struct cgroup *cg, const struct cgroup_limits *l,
                const struct config_resources *r, struct err *e);
