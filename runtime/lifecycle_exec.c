/* SPDX-License-Identifier: MIT */
/* hako-oci's exec: one more process in a container of a state directory. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"
#include "oci/valid.h"
#include "runtime/activation.h"
#include "runtime/exec.h"
#include "runtime/idmap.h"
#include "runtime/lifecycle.h"
#include "runtime/lifecycle_open.h"

#include <fcntl.h>

/* ---- the process ---- */

/* What a process that was given whole leaves to the container's first one (as runc and crun). */
static void inherit(struct config_process *p, const struct config_process *first)
{
    if (!p->capabilities)
        p->capabilities = first->capabilities;
    if (str_empty(p->apparmor_profile))
        p->apparmor_profile = first->apparmor_profile;
    if (str_empty(p->selinux_label))
        p->selinux_label = first->selinux_label;
    if (p->n_rlimits == 0) {
        p->rlimits = first->rlimits;
        p->n_rlimits = first->n_rlimits;
    }
    if (!p->user.umask.set)
        p->user.umask = first->user.umask;
    if (!p->oom_score_adj.set)
        p->oom_score_adj = first->oom_score_adj;
    if (!p->scheduler)
        p->scheduler = first->scheduler;
    if (!p->io_priority)
        p->io_priority = first->io_priority;
    if (!p->exec_cpu_affinity)
        p->exec_cpu_affinity = first->exec_cpu_affinity;
}

/* *ret borrows from both. */
static int make_process(const struct lifecycle_exec *args, struct config_process *first,
                        struct config_process *ret, struct err *e)
{
    int r = 0;

    if (args->process) {
        *ret = *args->process;
        inherit(ret, first);
    } else {
        first->terminal = false;
        strv_free(first->args);
        first->args = NULL;
        r = args->change(args->arg, first, e);
        *ret = *first;
    }
    return r < 0 ? r : valid_process(ret, e);
}

/* ---- the group ---- */

static int open_group(struct lifecycle_ctr *c, const char *path, struct cgroup *ret, struct err *e)
{
    int r = cgroup_open(&c->tree, path, ret, e);

    ret->attach = c->cgroup.attach;
    return r;
}

static int open_sub(struct lifecycle_ctr *c, const char *sub, struct cgroup *ret, struct err *e)
{
    AUTO_STRV char **parts = strv_split(sub, '/', true);
    AUTO_FREE char *below = parts ? strv_join(parts, "/") : NULL;
    AUTO_FREE char *path = below ? str_fmt("%s/%s", c->sf.cgroup, below) : NULL;

    if (!path)
        return err_nomem(e);
    if (strv_has(parts, ".."))
        return err_set(e, ERR_INVALID, "--cgroup %s: the group must be below the container's", sub);
    if (c->cgroup.fd < 0)
        return err_set(e, ERR_STATE, "--cgroup %s: the container has no group of its own", sub);
    int r = open_group(c, path, ret, e);
    return r < 0 ? err_wrap(e, "--cgroup %s", sub) : 0;
}

/* Where the container's first process is now: below its group, when it manages groups itself. */
static int open_first(struct lifecycle_ctr *c, struct cgroup *ret, struct err *e)
{
    AUTO_FREE char *text = NULL;
    AUTO_FREE char *path = str_fmt("/proc/%d/cgroup", (int)c->sf.state.pid);
    int r = path ? fs_read(AT_FDCWD, path, 1u << 16, &text, NULL, e) : err_nomem(e);

    if (r < 0)
        return r;
    char *own = str_starts(text, "0::") ? text : strstr(text, "\n0::");
    if (!own)
        return err_set(e, ERR_NOT_FOUND, "%s: no cgroup v2", path);
    own = strchr(own, '/');
    own[strcspn(own, "\n")] = '\0';
    return open_group(c, own, ret, e);
}

/* ---- exec ---- */

static int clone_into(const struct exec *x, struct cgroup *cg, struct launch_proc *p, struct err *e)
{
    struct exec in = *x;

    in.cgroup = cg;
    return exec_create(&in, p, e);
}

static int clone_in(struct lifecycle_ctr *c, const struct exec *x, const char *sub,
                    struct launch_proc *p, struct err *e)
{
    AUTO_CGROUP struct cgroup group = CGROUP_INIT;
    int r = sub ? open_sub(c, sub, &group, e) : 0;

    if (r < 0)
        return r;
    r = clone_into(x, sub ? &group : &c->cgroup, p, e);
    /* A group whose children have controllers takes no process (cgroup-v2.rst, "No Internal
     * Process Constraint"). */
    if (r >= 0 || sub || e->errnum != EBUSY)
        return r;
    r = open_first(c, &group, e);
    return r < 0 ? r : clone_into(x, &group, p, e);
}

/* The first process's own, compiled; with the profile where that was kept. */
static int find_filter(struct lifecycle_ctr *c, struct err *e)
{
    int r = seccomp_restore(c->dir, STATEFILE_FILTER, &c->filter, e);

    return r != 0 ? r : lifecycle_filter(c, e);
}

static int exec_in(struct lifecycle_ctr *c, const struct lifecycle_exec *args,
                   const struct config_process *process, struct launch_proc *p, struct err *e)
{
    struct lifecycle_out out = { .console_socket = args->console_socket,
                                 .pid_file = args->pid_file,
                                 .pidfd_socket = args->pidfd_socket,
                                 .keep_pty = args->keep_pty };
    struct exec x = EXEC_INIT;
    int r = lifecycle_check_terminal(process, &out, e);

    x.id = args->id;
    x.pid = c->sf.state.pid;
    x.process = process;
    x.config = &c->config;
    x.state = &c->sf.state;
    x.dir = c->dir;
    x.preserve_fds = args->preserve_fds;
    x.filter = &c->filter;
    if (r >= 0)
        r = find_filter(c, e);
    x.at_once = !process->terminal && !out.pid_file && !out.pidfd_socket && !c->filter.notify;
    if (r >= 0)
        r = clone_in(c, &x, args->cgroup, p, e);
    if (r >= 0 && !x.at_once)
        r = launch_ready(p, e);
    if (r >= 0)
        r = lifecycle_hand_out(p, &out, e);
    if (r >= 0)
        r = launch_start(p, e);
    return r;
}

static int check_status(enum state_status status, bool ignore_paused, struct err *e)
{
    if (status == STATE_STOPPED)
        return err_set(e, ERR_STATE, "cannot exec in a stopped container: container not running");
    if (status == STATE_PAUSED && !ignore_paused)
        return err_set(e, ERR_STATE,
                       "cannot exec in a paused container (use --ignore-paused to override)");
    return 0;
}

int lifecycle_exec(const char *root, const struct lifecycle_exec *args, struct launch_proc *ret,
                   struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    struct launch_proc p = LAUNCH_PROC_INIT;
    struct config_process process;
    int r = activation_check(args->preserve_fds, e);

    if (r >= 0)
        r = lifecycle_open(root, args->id, LIFECYCLE_CONFIG | LIFECYCLE_CGROUP, &c, e);
    if (r >= 0)
        r = check_status(c.sf.state.status, args->ignore_paused, e);
    if (r >= 0 && c.cgroup.attach && idmap_is_rootless())
        r = cgroup_driver_ready(c.driver, e);
    if (r >= 0)
        r = make_process(args, c.config.process, &process, e);
    if (r < 0)
        return r;
    r = exec_in(&c, args, &process, &p, e);
    p.process = NULL;
    p.config = NULL;
    p.state = NULL;
    if (r < 0)
        launch_abort(&p);
    else
        *ret = p;
    return r;
}
