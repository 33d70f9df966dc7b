/* SPDX-License-Identifier: MIT */
/* A container's control group, by the driver that it was made with. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_driver.h"
#include "oci/record.h"

/*
 * Which driver a container has, and where its group is, is fixed when the container is created:
 * record.cgroup_manager and record.cgroup. Whoever deals with the group later asks here, whatever
 * the manager of new containers has become meanwhile.
 */
struct group {
    const struct cgroup_driver *driver;
    struct cgroup_tree tree;
    struct cgroup cgroup; /* fd -1: it has none, cgroups are disabled for it */
};

#define GROUP_INIT                                                                                 \
    {                                                                                              \
        .tree = CGROUP_TREE_INIT, .cgroup = CGROUP_INIT                                            \
    }

/* The driver of a container to be: `named` (--cgroup-manager), HAKO_CGROUP_MANAGER, or what suits
 * this host. *ret_why says which of them it was, or NULL. */
int group_choose(const char *named, const struct cgroup_driver **ret, const char **ret_why,
                 struct err *e);

/* The driver of a container with this record; a record without one is cgroupfs's. */
int group_driver(const struct record *rec, const struct cgroup_driver **ret, struct err *e);

/* Opens the group of a container that was started. ERR_NOT_FOUND when it is gone, ERR_UNSUPPORTED
 * when this host has no tree (any more). */
int group_open(const struct record *rec, struct group *ret, struct err *e);
void group_close(struct group *g);
DEFINE_CLEANUP(struct group, group, group_close(p))
#define AUTO_GROUP CLEANUP(group)

/* SIGKILL to everything in it. One that is gone, or none, is success. */
int group_kill(const struct record *rec, struct err *e);

/* Kills what is left in it and removes it, systemd's scope too. One that is gone is success. */
int group_remove(const struct record *rec, struct err *e);
