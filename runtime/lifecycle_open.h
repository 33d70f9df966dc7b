/* SPDX-License-Identifier: MIT */
/* A container of hako-oci, opened: what the operations in lifecycle*.c share. */
#pragma once

#include "base/err.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_driver.h"
#include "oci/config.h"
#include "runtime/launch.h"
#include "runtime/lifecycle.h"
#include "runtime/seccomp.h"
#include "runtime/statefile.h"

/* Descriptors are -1 when they are not open. */
struct lifecycle_ctr {
    int root_fd;
    int dir;
    int lock;
    struct statefile sf;
    struct config config;
    struct seccomp_filter filter;
    const struct cgroup_driver *driver; /* NULL until it is chosen, or the cgroup opened */
    struct cgroup_tree tree;
    struct cgroup cgroup;
};

#define LIFECYCLE_CTR_INIT                                                                         \
    {                                                                                              \
        .root_fd = -1, .dir = -1, .lock = -1, .tree = CGROUP_TREE_INIT, .cgroup = CGROUP_INIT      \
    }

enum lifecycle_open_flags {
    LIFECYCLE_LOCK = 1,   /* exclusively, against other commands on the same container */
    LIFECYCLE_CONFIG = 2, /* load its config, too */
    LIFECYCLE_LATER = 8,  /* load its config if start or delete have something to do in it */
    LIFECYCLE_CGROUP = 4, /* open its cgroup; one that is gone is no error (fd -1) */
};

/* Loads the container and derives its status (sf.state.status). */
int lifecycle_open(const char *root, const char *id, unsigned flags, struct lifecycle_ctr *ret,
                   struct err *e);
/* lifecycle_create() that leaves the container open. */
int lifecycle_create_open(const char *root, const struct lifecycle_create *args,
                          struct lifecycle_ctr *ret, struct launch_proc *ret_proc, struct err *e);
/* What lifecycle_start() does with a created container whose lock is held; gives the lock back.
 * `held`: its process, of a create with `stays`, else NULL. */
int lifecycle_release(struct lifecycle_ctr *c, struct launch_proc *held, int *ret_notify,
                      struct err *e);
/* Fills c->driver and sf.cgroup_driver; NULL or "" is the default. Changes nothing: before all that
 * does (cgroup_driver_ready()). */
int lifecycle_choose_driver(struct lifecycle_ctr *c, const char *name, struct err *e);
/* Makes the group by c->driver and fills c->tree, c->cgroup and sf.cgroup. None (fd -1, NULL) where
 * the caller may not and nothing needs it. */
int lifecycle_make_cgroup(struct lifecycle_ctr *c, const struct lifecycle_create *args,
                          struct err *e);
/* Moves the process that stands before its exec into the group that the annotation names. */
int lifecycle_delegate(struct lifecycle_ctr *c, pid_t pid, struct err *e);
/* Opens the cgroup that sf.cgroup names; fd stays -1 where there is none, or it is gone. */
int lifecycle_open_cgroup(struct lifecycle_ctr *c, struct err *e);
/* Compiles the config's filter, or takes it from ROOT/.seccomp. */
int lifecycle_filter(struct lifecycle_ctr *c, struct err *e);
void lifecycle_close(struct lifecycle_ctr *c);
DEFINE_CLEANUP(struct lifecycle_ctr, lifecycle, lifecycle_close(p))
#define AUTO_LIFECYCLE CLEANUP(lifecycle)

/* Where the terminal goes and what --pid-file and --pidfd-socket want, for create and exec. */
struct lifecycle_out {
    const char *console_socket;
    const char *pid_file;
    const char *pidfd_socket;
    bool keep_pty;
};
/* Refuses a terminal without a place for it, and the place without a terminal. */
int lifecycle_check_terminal(const struct config_process *p, const struct lifecycle_out *out,
                             struct err *e);
int lifecycle_hand_out(struct launch_proc *p, const struct lifecycle_out *out, struct err *e);

/* SIGKILL, and waits for its end (at most about ten seconds). */
int lifecycle_kill_wait(const struct lifecycle_ctr *c, struct err *e);
/* What delete does once it has stopped; goes on after failures. */
int lifecycle_remove(struct lifecycle_ctr *c, const char *id, struct err *e);
