/* SPDX-License-Identifier: MIT */
/* A container of hako-oci, opened: what the operations in lifecycle*.c share. */
#include "runtime/lifecycle_open.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/timing.h"
#include "oci/annotation.h"
#include "runtime/hooks.h"
#include "runtime/resctrl.h"
#include "runtime/rootfs_shared.h"
#include "runtime/tty.h"

#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <sys/stat.h>

void lifecycle_close(struct lifecycle_ctr *c)
{
    int *fds[] = { &c->root_fd, &c->dir, &c->lock };

    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        if (*fds[i] >= 0)
            mem_close(fds[i]);
    statefile_free(&c->sf);
    config_free(&c->config);
    seccomp_free(&c->filter);
    cgroup_close(&c->cgroup);
    cgroup_tree_close(&c->tree);
}

int lifecycle_open_cgroup(struct lifecycle_ctr *c, struct err *e)
{
    if (!c->sf.cgroup)
        return 0;
    int r = cgroup_driver_find(c->sf.cgroup_driver, &c->driver, e);
    if (r < 0)
        return r;
    r = cgroup_tree_open(&c->tree, e);
    if (r >= 0)
        r = cgroup_open(&c->tree, c->sf.cgroup, &c->cgroup, e);
    c->cgroup.attach = c->driver->attach;
    return r == -ERR_NOT_FOUND || r == -ERR_UNSUPPORTED ? 0 : r;
}

static int load(struct lifecycle_ctr *c, const char *id, unsigned flags, struct err *e)
{
    int r = flags & LIFECYCLE_LOCK ? lock_take(c->dir, STATEFILE_LOCK, true, &c->lock, e) : 0;

    if (r < 0 && e->errnum == ENOENT) /* deleted since we opened it */
        return err_set(e, ERR_NOT_FOUND, "container \"%s\" does not exist", id);
    if (r >= 0)
        r = statefile_load(c->dir, id, &c->sf, e);
    if (r >= 0 && ((flags & LIFECYCLE_CONFIG) || ((flags & LIFECYCLE_LATER) && !c->sf.plain)))
        r = config_load(c->dir, STATEFILE_CONFIG, &c->config, e);
    if (r >= 0 && (flags & LIFECYCLE_CGROUP))
        r = lifecycle_open_cgroup(c, e);
    if (r < 0)
        return r;
    c->sf.state.status =
        statefile_status(c->dir, &c->sf, flags & LIFECYCLE_CGROUP ? &c->cgroup : NULL);
    return 0;
}

int lifecycle_open(const char *root, const char *id, unsigned flags, struct lifecycle_ctr *ret,
                   struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = statefile_open_root(root, &c.root_fd, e);

    if (r >= 0)
        r = statefile_open(c.root_fd, id, &c.dir, e);
    if (r >= 0)
        r = load(&c, id, flags, e);
    timing_mark("open the container");
    if (r < 0)
        return r;
    *ret = c;
    c = (struct lifecycle_ctr)LIFECYCLE_CTR_INIT;
    return 0;
}

int lifecycle_filter(struct lifecycle_ctr *c, struct err *e)
{
    const struct config_seccomp *profile = c->config.lnx.seccomp;
    const char *given = config_annotation(&c->config, ANNOTATION_SECCOMP_BPF);
    const char *strict = config_annotation(&c->config, ANNOTATION_SECCOMP_STRICT);

    if (given && seccomp_base64_read(given, &c->filter, e) < 0)
        return err_wrap(e, "/annotations/" ANNOTATION_SECCOMP_BPF);
    if (given || !profile)
        return 0;
    if (strict && !STREQ(strict, "0") && seccomp_check_names(profile, e) < 0)
        return -e->kind;
    (void)!mkdirat(c->root_fd, ".seccomp", 0700);
    AUTO_FD int cache = openat(c->root_fd, ".seccomp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = seccomp_compile(profile, cache, &c->filter, e);
    timing_mark("filter");
    return r;
}

/* ---- terminal, pid file ---- */

int lifecycle_check_terminal(const struct config_process *p, const struct lifecycle_out *out,
                             struct err *e)
{
    if (p->terminal && !out->console_socket && !out->keep_pty) {
        err_set(e, ERR_USAGE,
                "cannot allocate tty if hako-oci will detach without setting "
                "console socket");
        return err_hint(e, "give a --console-socket, or run it in the foreground");
    }
    if (!p->terminal && out->console_socket)
        return err_set(e, ERR_USAGE,
                       "cannot use console socket if hako-oci will not detach or "
                       "allocate tty");
    return 0;
}

/* Written beside and renamed, so that whoever waits for it never reads half a number. */
static int write_pid_file(const char *path, pid_t pid, struct err *e)
{
    AUTO_FREE char *dir_of = str_dup(path);
    AUTO_FREE char *name_of = str_dup(path);
    char text[16];

    if (!dir_of || !name_of)
        return err_nomem(e);
    AUTO_FD int dir = open(dirname(dir_of), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return err_sys(e, "open the directory of", path);
    int len = snprintf(text, sizeof(text), "%d", (int)pid);
    /* Linked when it is finished: killed at any moment, we leave no temporary file. */
    const char *name = basename(name_of);
    int r = commit_file(dir, name, text, (size_t)len, 0644, COMMIT_EXCL, e);
    if (r != -ERR_EXISTS)
        return r;
    err_clear(e);
    return commit_file(dir, name, text, (size_t)len, 0644, COMMIT_VOLATILE, e);
}

int lifecycle_hand_out(struct launch_proc *p, const struct lifecycle_out *out, struct err *e)
{
    int r = 0;

    if (out->console_socket)
        r = tty_send(out->console_socket, p->pty_fd, e);
    if (r >= 0 && !out->keep_pty && p->pty_fd >= 0)
        mem_close(&p->pty_fd);
    if (p->pty_fd >= 0) /* from its first instruction on; no terminal of ours: the config's stays */
        tty_copy_size(STDIN_FILENO, p->pty_fd);
    if (r >= 0 && out->pidfd_socket)
        r = tty_send_fd(out->pidfd_socket, "pidfd", p->pidfd, e);
    if (r >= 0 && out->pid_file)
        r = write_pid_file(out->pid_file, p->pid, e);
    return r;
}

/* ---- the end ---- */

#define KILL_WAIT_MS 10000
#define REMOVE_TRIES 16

int lifecycle_kill_wait(const struct lifecycle_ctr *c, struct err *e)
{
    AUTO_FD int pidfd = proc_pidfd_open(c->sf.state.pid);

    if (!proc_alive(c->sf.state.pid, c->sf.start_time))
        return 0;
    if (pidfd < 0)
        return err_sys(e, "pidfd_open", NULL);
    if (c->cgroup.fd >= 0)
        cgroup_kill(&c->cgroup, e);
    if (proc_pidfd_signal(pidfd, SIGKILL) < 0 && errno != ESRCH)
        return err_sys(e, "kill", c->sf.state.id);
    if (proc_pidfd_wait(pidfd, KILL_WAIT_MS) <= 0)
        return err_set(e, ERR_TIMEOUT, "container %s did not die of SIGKILL", c->sf.state.id);
    return 0;
}

static int remove_cgroup(struct lifecycle_ctr *c, struct err *e)
{
    if (c->cgroup.fd < 0)
        return 0;
    /* Processes that init left behind, where it had no pid namespace of its own. */
    if (cgroup_populated(&c->cgroup))
        cgroup_kill(&c->cgroup, e);
    return c->driver->remove(&c->tree, c->sf.cgroup, e);
}

static int leave_class(const struct lifecycle_ctr *c, const char *id, struct err *e)
{
    AUTO_FD int root = -1;

    if (!c->config.lnx.intel_rdt)
        return 0;
    int r = resctrl_open(&root, e);
    if (r == -ERR_UNSUPPORTED) /* unmounted, and all classes with it */
        return 0;
    return r < 0 ? r : resctrl_leave(root, c->config.lnx.intel_rdt, id, e);
}

/* Who wants the container at the same moment makes a lock file in it. */
static int remove_dir(int root_fd, const char *id, struct err *e)
{
    int r = fs_rm_rf(root_fd, id, e);

    for (int i = 0; i < REMOVE_TRIES && r < 0 && e->errnum == ENOTEMPTY; i++) {
        err_clear(e);
        r = fs_rm_rf(root_fd, id, e);
    }
    return r;
}

int lifecycle_remove(struct lifecycle_ctr *c, const char *id, struct err *e)
{
    struct err sum = ERR_INIT;

    err_collect(&sum, remove_cgroup(c, e), e);
    timing_mark("remove the cgroup");
    err_collect(&sum, rootfs_shared_detach(c->dir, e), e);
    err_collect(&sum, leave_class(c, id, e), e);
    err_collect(&sum, remove_dir(c->root_fd, id, e), e);
    timing_mark("remove the state");
    c->sf.state.status = STATE_STOPPED;
    c->sf.state.pid = 0;
    hooks_run_all(&c->config.hooks.poststop, "poststop", &c->sf.state);
    *e = sum;
    return -sum.kind;
}
