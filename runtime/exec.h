/* SPDX-License-Identifier: MIT */
/* One more process in a container that runs: joins its namespaces and cgroup, then execs. */
#pragma once

#include "base/err.h"
#include "oci/config.h"
#include "runtime/launch.h"

#include <stdbool.h>
#include <sys/types.h>

struct cgroup; /* cgroup/cgroup.h */
struct seccomp_filter;
struct state; /* oci/state.h */

/* What the caller gives. All borrowed, and needed until launch_start() has returned. */
struct exec {
    const char *id; /* of the container, whose session keyring is joined; NULL: none */
    pid_t pid;      /* the container's init, in the caller's namespace */
    int pidfd;      /* of it; -1: it is opened by pid */
    const struct config_process *process; /* valid_process() holds */
    const struct config *config; /* the container's; its namespaces are joined. NULL: those of
                                    init that are not the caller's own */
    int stdio[3];                /* -1: inherit; ignored with a terminal */
    struct cgroup *cgroup;       /* to be born in; NULL or fd -1: none */
    unsigned preserve_fds;
    /* Nobody needs to know when it is set up: launch_start() follows, and launch_ready() is left
     * out. Not with a terminal, nor with a filter that notifies. */
    bool at_once;
    int dir; /* the container's own on the host: an exec with CAP_SYS_PTRACE leaves a mark for the
                next ones there; -1: none */
    const struct seccomp_filter *filter; /* NULL: none */
    const struct state *state; /* for the filter's listener, as it is now; NULL: it gets none */
};

#define EXEC_INIT                                                                                  \
    {                                                                                              \
        .pidfd = -1, .dir = -1, .stdio = { -1, -1, -1 }                                            \
    }

/* Clones the process; then launch_ready() and launch_start() as for a container's first one. It is
 * the caller's child. ERR_STATE "container not running" when init is gone.
 *
 * When processes of the container have CAP_SYS_PTRACE in the caller's own user namespace, the
 * program is started again first (runtime/self.h): nothing may have been done before that cannot be
 * done twice. Then the process is cloned only when it has joined everything and holds neither a
 * descriptor of ours nor a capability that it will not need. */
int exec_create(const struct exec *x, struct launch_proc *ret, struct err *e);
