/* SPDX-License-Identifier: MIT */
/* A bundle becomes a process: cloned, set up, held before its exec, released. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cgroup;         /* cgroup/cgroup.h */
struct seccomp_filter; /* runtime/seccomp.h */
struct state;          /* oci/state.h */

/*
 *     struct launch l = LAUNCH_INIT;
 *     … fill in …
 *     launch_create(&l, &p, e);   the child exists and sets itself up
 *     … attach the network to p.netns_fd meanwhile …
 *     launch_ready(&p, e);        it stands before its exec; p.pty_fd is there
 *     launch_start(&p, e);        the command runs, or the child's own error comes back
 *     launch_close(&p);           descriptors; the process stays
 *
 * After any failure: launch_abort(). The caller is the process's parent and collects its exit
 * status; it must be single-threaded while launch_create() runs, and is not dumpable afterwards
 * (/proc/PID/exe of a joining process must stay closed to the container).
 */

/* What the caller gives. All borrowed, and needed until launch_start() has returned. */
struct launch {
    const char *id;
    const struct config *config; /* valid_config(…, VALID_PROCESS) holds */
    const char *bundle;          /* absolute; relative paths of the config start here */
    int rootfs_fd;               /* a detached mount that becomes "/"; -1: config->root->path.
                                    Without a mount namespace: an attached one, to chroot to */
    int stdio[3];                /* -1: inherit; ignored with a terminal */
    struct cgroup *cgroup;       /* to be born in, and released then; NULL or fd -1: none */
    int exec_fifo_fd;      /* a fifo opened O_RDWR: one byte written to it is the release, and after
                              launch_leave() the caller may go. The child closes it by its exec; when
                              that fails, it leaves a message in it (runtime/sync.h). -1:
                              launch_start() releases */
    unsigned preserve_fds; /* descriptors from 3 on that the command gets */
    bool no_pivot;         /* move and chroot instead of pivot_root (root on a ramfs) */
    bool no_new_keyring;
    bool early; /* launch_ready() returns while the child takes on limits and filter, whose failure
                   is launch_start()'s then. Not with a filter that notifies */
    bool want_netns;                     /* fill launch_proc's netns_fd */
    const struct seccomp_filter *filter; /* NULL: none, whatever the config says */
    const struct state *state; /* for hooks: id, bundle, annotations; NULL: no hooks are run */
};

#define LAUNCH_INIT                                                                                \
    {                                                                                              \
        .rootfs_fd = -1, .stdio = { -1, -1, -1 }, .exec_fifo_fd = -1                               \
    }

/* A process on its way. Descriptors that are absent are -1. */
struct launch_proc {
    pid_t pid;           /* in the caller's pid namespace */
    uint64_t start_time; /* proc_start_time(pid); 0 for an exec */
    int pidfd;
    int sync_fd;  /* to the child, until it has been released */
    int netns_fd; /* its network namespace, if wanted and not the caller's own */
    int pty_fd;   /* the terminal's master, from launch_ready() on */
    /* launch's own */
    struct netdevice_list *devices; /* that have moved into it; NULL: none */
    const struct launch *launch;    /* NULL for runtime/exec.h */
    const struct config_process *process;
    const struct config *config; /* NULL for an exec without one */
    const struct state *state;
};

#define LAUNCH_PROC_INIT                                                                           \
    {                                                                                              \
        .pidfd = -1, .sync_fd = -1, .netns_fd = -1, .pty_fd = -1                                   \
    }

/* Clones it into its namespaces and cgroup, writes its id maps and moves its network devices;
 * returns while the child makes its mounts. */
int launch_create(const struct launch *l, struct launch_proc *ret, struct err *e);

/* Waits until the child has done all its set-up and stands before exec. Runs the prestart and
 * createRuntime hooks when the child is ready for them; the child's warnings go to log_warn().
 * Errors are the child's: step, path, reason; ERR_CMD_NOT_FOUND or ERR_CMD_NOT_EXEC when the
 * command is missing. */
int launch_ready(struct launch_proc *p, struct err *e);

/* With a fifo: it is on record, and waits for its release whatever becomes of the caller. A child
 * whose parent dies before that ends. */
int launch_leave(struct launch_proc *p, struct err *e);

/* Releases it and returns when the exec has happened, or with the error of the exec. */
int launch_start(struct launch_proc *p, struct err *e);

/* Kills and reaps it, takes its network devices home, and closes every descriptor. Fine on what
 * launch_create() never filled. */
void launch_abort(struct launch_proc *p);

/* Closes the descriptors (pidfd and pty_fd included; take them out first). */
void launch_close(struct launch_proc *p);
