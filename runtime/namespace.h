/* SPDX-License-Identifier: MIT */
/* Namespaces: which are new, which are joined, and the clone that makes it so. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cgroup; /* cgroup/cgroup.h */

/*
 * For an exec where somebody inside may trace what joins: the process in between is born outside,
 * gives up what must not be found in its child, and only the child can be seen from inside.
 */
struct namespace_guard {
    void (*strip)(const void *arg, int sock);    /* descriptors, but for `sock`; then it joins */
    int (*shed)(const void *arg, struct err *e); /* capabilities; then it clones */
    const void *arg;
};

/* How a process comes into its namespaces. */
struct namespace_plan {
    uint64_t clone_flags; /* CLONE_NEW*: by the clone itself */
    uint64_t late_flags;  /* CLONE_NEW*: by the child, when it has its ids */
    uint64_t join_flags;  /* CLONE_NEW* of the paths (or the pidfd) to be joined */
    bool middle;          /* cloned by a process in between, which does all the joining */
    bool user_first;      /* that process is born in the new user namespace, with its ids */
    const struct namespace_guard *guard; /* of the process in between; NULL: none */
    bool new_cgroup;                /* unshared by the child: its root is the child's own group */
    int join[CONFIG_NS_MAX];        /* descriptors of namespace files, or -1 */
    int pidfd;                      /* exec: join those of this process; else -1. Borrowed */
    const struct config_user *user; /* whom to become where a user namespace has no root */
    const struct config *offsets;   /* the new time namespace gets linux.timeOffsets */
};

/* From a config: opens the paths, checks their types, refuses what cannot be. */
int namespace_plan(const struct config *c, struct namespace_plan *ret, struct err *e);
/* For an exec into the container whose init is `pid`: `c` (may be NULL) tells its namespaces. */
int namespace_plan_exec(pid_t pid, int pidfd, const struct config *c, struct namespace_plan *ret,
                        struct err *e);
void namespace_plan_close(struct namespace_plan *p);

/*
 * Clones by the plan. Pid and time namespaces bind children only, so the caller takes them on for
 * the moment of the clone (it must be single-threaded); a user namespace that is joined, or made
 * beside joined ones, needs a process in between, which is gone when this returns; so does a group
 * that nobody may be born in from here and somebody else can move a process into (cgroup->attach).
 * `cgroup` may be NULL. Returns the pid, a child of the caller's; 0 in it.
 */
pid_t namespace_clone(const struct namespace_plan *p, const struct cgroup *cgroup, int *ret_pidfd,
                      struct err *e);

/* True when a container's first process waits for SYNC_GO before it does anything: for what the
 * parent does to its namespaces. */
bool namespace_waits(const struct namespace_plan *p, const struct config *c);

/* Makes the caller undumpable, and what it clones: what joins a container must not be opened or
 * traced from inside before its exec (/proc/PID/exe). */
void namespace_hide(void);
/* setns(2) to one namespace of the plan, from its file or from the process to be joined. */
int namespace_join(const struct namespace_plan *p, enum config_ns type, struct err *e);
