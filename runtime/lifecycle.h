/* SPDX-License-Identifier: MIT */
/* The OCI operations of hako-oci: create, start, state, kill, delete, pause, list, exec. */
#pragma once

#include "base/err.h"
#include "oci/config.h"
#include "oci/state.h"
#include "runtime/launch.h"

#include <stdbool.h>
#include <stddef.h>

/* Every function takes the --root directory (STATEFILE_ROOT by default). An unknown id is
 * ERR_NOT_FOUND "container \"ID\" does not exist". */

/* Whether the caller is nobody who could have cgroups or attach device programs: then a container
 * that asks for no limits does without. */
enum lifecycle_rootless {
    LIFECYCLE_ROOTLESS_AUTO, /* not root, or root of a user namespace */
    LIFECYCLE_ROOTLESS,
    LIFECYCLE_ROOTFUL,
};

struct lifecycle_create {
    const char *id;
    const char *bundle;         /* NULL: the current directory */
    const char *config_path;    /* NULL: BUNDLE/config.json */
    const char *console_socket; /* NULL: none */
    const char *pid_file;
    const char *pidfd_socket;
    const char *cgroup_manager; /* cgroup_driver_find(); NULL: the default */
    unsigned preserve_fds;      /* LISTEN_FDS is added to it */
    bool no_pivot;
    bool no_new_keyring;
    enum lifecycle_rootless rootless;
    bool keep_pty; /* foreground `run`: the master is left in *ret instead of a socket */
    bool stays;    /* lifecycle_run()'s own: who creates it also releases it, not by the fifo */
};

/* Makes the container up to its exec; afterwards the caller may exit. `ret` may be NULL; else the
 * process (launch_close() it). On failure nothing is left. */
int lifecycle_create(const char *root, const struct lifecycle_create *args, struct launch_proc *ret,
                     struct err *e);

/* Releases a created container and runs the poststart hooks. ERR_STATE in any other status; the
 * exec's own error (ERR_CMD_NOT_FOUND …) when it fails. With a NOTIFY_SOCKET (runtime/notify.h) it
 * returns when the container is ready or over, unless the caller will forward what comes: then the
 * socket, or -1, goes to *ret_notify. */
int lifecycle_start(const char *root, const char *id, int *ret_notify, struct err *e);

struct lifecycle_ctr; /* runtime/lifecycle_open.h */

/* Both in one, with the container kept open until lifecycle_run_end(), which deletes it (whatever
 * is left of it) if asked to. On failure nothing is left. */
int lifecycle_run(const char *root, const struct lifecycle_create *args, struct lifecycle_ctr **ret,
                  struct launch_proc *ret_proc, int *ret_notify, struct err *e);
void lifecycle_run_end(struct lifecycle_ctr *c, bool remove);

/* Today's state. The caller frees (state_free). */
int lifecycle_state(const char *root, const char *id, struct state *ret, struct err *e);

/* Signals its first process, or every process of its cgroup: `all`, and SIGKILL where it has no pid
 * namespace of its own. None to be signalled: ERR_STATE "container not running", unless `all`. */
int lifecycle_kill(const char *root, const char *id, int sig, bool all, struct err *e);

/* Freezes and thaws all of its cgroup. ERR_STATE "container not running" and "container not
 * paused"; ERR_UNSUPPORTED without a cgroup. */
int lifecycle_pause(const char *root, const char *id, struct err *e);
int lifecycle_resume(const char *root, const char *id, struct err *e);

/* The processes in its cgroup, none when it is stopped. *ret is malloc'd. */
int lifecycle_pids(const char *root, const char *id, pid_t **ret, size_t *ret_n, struct err *e);

/* Removes a stopped container (cgroup, state) and runs its poststop hooks; `force` kills first,
 * takes an unknown id for success, and removes what a create or delete left that was killed. */
int lifecycle_delete(const char *root, const char *id, bool force, struct err *e);

/* Every container's state, sorted by id; damaged ones are left out with a log_warn(). */
int lifecycle_list(const char *root, struct state **ret, size_t *ret_n, struct err *e);
void lifecycle_list_free(struct state *v, size_t n);

struct lifecycle_exec {
    const char *id;
    /* Whole, but for what a process of the container may leave to its first one: capabilities,
     * labels, limits, scheduling, umask. NULL: the first one's, without args and terminal, as
     * `change` makes it of that. */
    const struct config_process *process;
    int (*change)(const void *arg, struct config_process *p, struct err *e);
    const void *arg;
    const char *console_socket;
    const char *pid_file;
    const char *pidfd_socket;
    const char *cgroup; /* a group below the container's, or NULL */
    unsigned preserve_fds;
    bool keep_pty;
    bool ignore_paused; /* go in all the same, and wait for the resume */
};

/* Runs one more process in a container that runs: ERR_STATE in one that has stopped or is paused.
 * It is the caller's child. */
int lifecycle_exec(const char *root, const struct lifecycle_exec *args, struct launch_proc *ret,
                   struct err *e);
