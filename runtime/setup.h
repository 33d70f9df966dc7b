/* SPDX-License-Identifier: MIT */
/* The child's way from its clone to its exec: one table of steps, each in the file of its concern.
 */
#pragma once

#include "base/err.h"
#include "oci/config.h"
#include "runtime/caps.h"
#include "runtime/hooks.h"
#include "runtime/namespace.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct launch;
struct exec;
struct seccomp_filter;
struct state;

/* What the child knows and gathers. Prepared by the parent, copied by clone. */
struct setup {
    const struct config *config; /* NULL in an exec without one */
    const struct config_process *process;
    const struct launch *launch; /* NULL in an exec */
    const struct seccomp_filter *filter;
    const struct state *state; /* of the container, for the filter's listener */
    const int *stdio;
    unsigned preserve_fds;
    bool at_once;        /* the parent knows already, or releases it unasked */
    const char *keyring; /* id for a session keyring's name, or NULL */
    struct namespace_plan ns;
    struct caps caps;
    /* The parent sets the OOM score: it may lower it, a process of a user namespace may not, and
     * who has joined already does not see the runtime's /proc. */
    bool parent_oom;
    struct hooks_output hooks_output; /* for the hooks that run in the container */

    int sync;       /* the socket to the parent */
    pid_t host_pid; /* as the runtime sees this process, once SYNC_GO has told */
    int root;       /* the rootfs directory; "/" after the pivot */
    int proc;       /* a procfs of our own, never attached; -1 until setup_proc() */
    int stub;       /* runtime/stub as a sealed file */
    int report;     /* where the last exec's failure goes */
    int tty;        /* the terminal's slave, or -1 */
    int *late;      /* mounts that become read-only before the pivot */
    size_t n_late;
    bool in_cwd;   /* the working directory has been entered */
    bool chrooted; /* the runtime is; until the pivot */
    char *command; /* what will be executed: a path inside */
    char **argv;   /* for the stub: descriptor, path, the command's own */
    char **envp;
};

typedef int (*setup_fn)(struct setup *s, struct err *e);

struct setup_step {
    const char *name; /* for errors without a noun of their own */
    setup_fn fn;
};

/* The child's main: runs the steps of a container's first process, or of an exec, and then the
 * command. Reports over s->sync and never returns. */
_Noreturn void setup_main(struct setup *s);

/* A procfs of this pid namespace in a mount that is attached nowhere: what is written through it
 * cannot be redirected by what the container has mounted. The descriptor is the setup's. */
int setup_proc(struct setup *s, struct err *e);
/* Writes text to a file of it: "sys/net/ipv4/ip_forward". */
int setup_proc_write(struct setup *s, const char *path, const char *text, struct err *e);

/* Waits for SYNC_GO; the child's end when the parent is gone. */
int setup_wait_go(struct setup *s, struct err *e);

/* ---- the steps, by file ---- */

int namespace_enter(struct setup *s, struct err *e);  /* id maps, joining, cgroup namespace */
int namespace_names(struct setup *s, struct err *e);  /* hostname, domainname */
int rootfs_open(struct setup *s, struct err *e);      /* propagation, "/" becomes a mount */
int rootfs_mounts(struct setup *s, struct err *e);    /* config.mounts */
int rootfs_hooks(struct setup *s, struct err *e);     /* all that run before the pivot */
int rootfs_pivot(struct setup *s, struct err *e);     /* read-only root, pivot_root */
int device_make(struct setup *s, struct err *e);      /* nodes and links in /dev */
int device_console(struct setup *s, struct err *e);   /* pty, /dev/console */
int mask_paths(struct setup *s, struct err *e);       /* masked and read-only paths */
int sysctl_write(struct setup *s, struct err *e);     /* linux.sysctl */
int attr_session(struct setup *s, struct err *e);     /* setsid, keyring */
int attr_terminal(struct setup *s, struct err *e);    /* pty in an exec, stdio */
int attr_oom_score(struct setup *s, struct err *e);   /* while the runtime's /proc is in sight */
int attr_nproc(struct setup *s, struct err *e);       /* RLIMIT_NPROC */
int attr_limits(struct setup *s, struct err *e);      /* the others, when no more files open */
int attr_kernel_view(struct setup *s, struct err *e); /* memory policy, personality */
int attr_labels(struct setup *s, struct err *e);      /* AppArmor, SELinux */
/* True when that has labels to set: then the last exec is of the command itself, and the caller of
 * launch_create() or exec_create() must be sealed (runtime/self.h). */
bool attr_has_labels(const struct config_process *p);
int attr_cwd(struct setup *s, struct err *e);
int attr_user(struct setup *s, struct err *e);       /* groups, ids, umask, capabilities */
int attr_filter(struct setup *s, struct err *e);     /* no_new_privs, seccomp */
int command_stub(struct setup *s, struct err *e);    /* prepares the last exec */
int command_env(struct setup *s, struct err *e);     /* each variable once, HOME */
int command_find(struct setup *s, struct err *e);    /* looks the command up */
int command_prepare(struct setup *s, struct err *e); /* the argument vector */
int command_exec(struct setup *s, struct err *e);    /* returns only a failure */

/* By the parent, which has privileges that the child's user namespace lacks. attr_check_labels():
 * does this kernel have what the labels need? attr_start_cpus() takes on the cpus for the clone of
 * an exec (1: restore *ret_own after it; 0: nothing to do); attr_of_child() sets OOM score,
 * affinity, scheduler and io priority of the child. */
int attr_check_labels(const struct config_process *p, struct err *e); /* ERR_UNSUPPORTED */
int attr_start_cpus(const struct setup *s, cpu_set_t *ret_own, struct err *e);
int attr_of_child(const struct setup *s, pid_t pid, struct err *e);

/* By the parent (launch.c): clones by s->ns into the cgroup, fills *ret, and runs setup_main() in
 * the child. Takes the plan's descriptors. */
struct launch_proc;
struct cgroup;
int launch_spawn(struct setup *s, struct cgroup *cgroup, struct launch_proc *ret, struct err *e);
