/* SPDX-License-Identifier: MIT */
/* Control groups, version 2 only: a container's group, its limits, its end. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "oci/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Kernel: Documentation/admin-guide/cgroup-v2.rst. On a hybrid host the v2 tree exists beside v1:
 * groups, kill, freeze and device programs work there, limits do not.
 */

/* The parent of the groups that hako names itself. Goes with its last child. */
#define CGROUP_PARENT "/hako"

/* The v2 tree as this process sees it. */
struct cgroup_tree {
    int fd;      /* O_PATH of its root */
    char *path;  /* where it is mounted: "/sys/fs/cgroup", "/sys/fs/cgroup/unified" */
    bool mixed;  /* it stands beside v1 hierarchies, as far as its place tells */
    bool unseen; /* it is mounted nowhere, and by us for this descriptor alone; path: "cgroup2:" */
};

#define CGROUP_TREE_INIT                                                                           \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Finds the tree. On a host that has mounted v1 alone it is mounted for this descriptor, where we
 * may (CAP_SYS_ADMIN; Linux 5.2). ERR_UNSUPPORTED with a hint when there is none. */
int cgroup_tree_open(struct cgroup_tree *ret, struct err *e);
/* "pure": no v1 hierarchy is mounted; "hybrid": some are; "v1": only such. Reads the mount table.
 */
const char *cgroup_tree_mode(const struct cgroup_tree *t);
void cgroup_tree_close(struct cgroup_tree *t);
DEFINE_CLEANUP(struct cgroup_tree, cgroup_tree, cgroup_tree_close(p))
#define AUTO_CGROUP_TREE CLEANUP(cgroup_tree)

/* One group. */
struct cgroup {
    int fd;         /* its directory: for CLONE_INTO_CGROUP, and all files are opened below it */
    char *path;     /* below the tree's root, "/hako/<id>" */
    char *abs_path; /* with the mount point, for messages */
    /* How a process that may not be born in it comes in (cgroup_driver.h); NULL: not at all. */
    int (*attach)(const struct cgroup *cg, pid_t pid, struct err *e);
    /* > 0: a child of ours that keeps it from being empty, until cgroup_release(); and what is to
     * be in pids.max from then on, or NULL. */
    pid_t holder;
    char *pids_max;
};

#define CGROUP_INIT                                                                                \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/*
 * The group of a container: `cgroups_path` of a config (config-linux.md, "Cgroups Path"): below
 * the tree's root when absolute, below "/hako" when relative; NULL or "": "/hako/<id>".
 * *ret is malloc'd and canonical. ERR_INVALID for ".." and for systemd's "slice:prefix:name".
 */
int cgroup_path(const char *cgroups_path, const char *id, char **ret, struct err *e);

enum cgroup_flags {
    CGROUP_ACCOUNT = 1, /* switch on cpu, memory, pids and io where that is possible, for
                           statistics and OOM reports, even without limits */
    CGROUP_LENIENT = 2, /* leave limits out whose controllers are missing, and warn of them */
    CGROUP_QUIET = 4,   /* do not warn of them: somebody has */
    CGROUP_LASTING = 8, /* the caller lives as long as the group: what is loaded to make it must not
                           stay in its memory */
};

/*
 * Could these limits be set on a group at `path`? Looks, changes nothing. ERR_UNSUPPORTED names
 * every missing controller, the limits that want it, and who holds it; with CGROUP_LENIENT that is
 * a warning. ERR_INVALID for values that v2 cannot express, and for limits without a group (`path`
 * NULL). Without limits it is always fine, and nothing is read, the tree included.
 */
int cgroup_check(const char *path, const struct config_resources *r, unsigned flags, struct err *e);

/*
 * Makes the group and its missing parents, switches the controllers on that the limits need, sets
 * them, and attaches the device rules' program. Does cgroup_check() first. An empty group that is
 * there already is used as it is; one with processes is ERR_IN_USE, one below a frozen group
 * ERR_STATE. On failure nothing that it made remains. `flags`: enum cgroup_flags.
 */
int cgroup_create(const struct cgroup_tree *t, const char *path, const struct config_resources *r,
                  unsigned flags, struct cgroup *ret, struct err *e);

/* An existing group; ERR_NOT_FOUND. */
int cgroup_open(const struct cgroup_tree *t, const char *path, struct cgroup *ret, struct err *e);
/* Its first process has been born in it: ends the one that stood in for that, if there is one. */
int cgroup_release(struct cgroup *cg, struct err *e);
void cgroup_close(struct cgroup *cg); /* releases it first */
DEFINE_CLEANUP(struct cgroup, cgroup, cgroup_close(p))
#define AUTO_CGROUP CLEANUP(cgroup)

/* A change of limits. */
struct cgroup_change {
    const struct config_resources *was;   /* what the group was given before; NULL: nothing */
    const struct config_resources *now;   /* everything that holds from now on */
    const struct config_resources *named; /* what was asked for: the part of `now` that is written
                                             even where `was` says the same */
    unsigned flags;                       /* CGROUP_LENIENT, CGROUP_QUIET */
};

/*
 * Changes limits of a living group: writes what `named` has and what follows from it (the swap
 * limit from the memory limit), in an order that the kernel takes; replaces the device program if
 * `named` has rules. A limit below what is in use is ERR_IN_USE with checkBeforeUpdate. On failure
 * every file and the program are as before.
 */
int cgroup_update(const struct cgroup_tree *t, struct cgroup *cg, const struct cgroup_change *c,
                  struct err *e);

/* Adds to the error of a clone(2) into the group at `fd` what the kernel's answer means: threaded
 * groups, no internal processes, pids.max. */
void cgroup_explain_birth(int fd, struct err *e);

/* Moves a process in. Slow (a grace period): be born in it with cg->fd instead. */
int cgroup_enter(const struct cgroup *cg, pid_t pid, struct err *e);

/* Ids of its processes as this pid namespace numbers them (0: not visible here), the groups below
 * included. *ret is malloc'd. */
int cgroup_procs(const struct cgroup *cg, pid_t **ret, size_t *ret_n, struct err *e);
/* True while a process lives in it or below ("populated" of cgroup.events). */
bool cgroup_populated(const struct cgroup *cg);

/* SIGKILL to everything in it, frozen or not, forks included (cgroup.kill, kernel 5.14; else one
 * after the other while it is frozen). Returns without waiting for the deaths. A group that is gone
 * is success. */
int cgroup_kill(const struct cgroup *cg, struct err *e);
/* Any signal to every process in it. */
int cgroup_signal(const struct cgroup *cg, int sig, struct err *e);

/* Stops all of it and waits until it stands still; lets it go on. Where freezing fails it is
 * thawed again. */
int cgroup_freeze(const struct cgroup *cg, struct err *e);
int cgroup_thaw(const struct cgroup *cg, struct err *e);
bool cgroup_frozen(const struct cgroup *cg);
/* The same of the group at `path`, unopened; false when there is none. */
bool cgroup_frozen_at(const struct cgroup_tree *t, const char *path);

/* Could a process run in it? ERR_STATE names the frozen group above. An empty one that is frozen
 * itself, as a paused container may have left it, is thawed. */
int cgroup_startable(const struct cgroup_tree *t, const struct cgroup *cg, struct err *e);

/*
 * Removes the group and everything below it. A group that is gone is success. Processes that are
 * on their way out are waited for, at most about two seconds; then ERR_IN_USE names those that
 * remain. Does not kill. CGROUP_PARENT goes with its last child; other parents stay.
 */
int cgroup_remove(const struct cgroup_tree *t, const char *path, struct err *e);
