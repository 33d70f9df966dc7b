/* SPDX-License-Identifier: MIT */
/* One more process in a container that runs: joins its namespaces and cgroup, then execs. */
#include "runtime/exec.h"

#include "base/mem.h"
#include "base/proc.h"
#include "runtime/caps.h"
#include "runtime/self.h"
#include "runtime/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>

/* A pidfd of a process that has ended but is not reaped can still be opened. */
static int open_init(const struct exec *x, int *ret, struct err *e)
{
    char state = proc_state(x->pid);

    if (state == '\0' || state == 'Z' || state == 'X')
        return err_set(e, ERR_STATE, "container not running");
    int fd = proc_pidfd_open(x->pid);
    if (fd < 0 && errno == ESRCH)
        return err_set(e, ERR_STATE, "container not running");
    if (fd < 0)
        return err_sys(e, "pidfd_open", NULL);
    *ret = fd;
    return 0;
}

/* Without a mount namespace of its own, a container's root is that of its first process. */
static int open_init_root(pid_t pid, int pidfd, struct err *e)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
    AUTO_FD int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc_pidfd_signal(pidfd, 0) < 0)
        return err_set(e, ERR_STATE, "container not running");
    return fd < 0 ? err_sys(e, "open", path) : TAKE_FD(fd);
}

/* May somebody in the container trace what joins it? Not from another user namespace. */
static bool is_traceable(const struct exec *x)
{
    uint64_t bit = CAPS_BIT(CAP_SYS_PTRACE);
    const struct config_process *first = x->config ? x->config->process : NULL;

    if (!first || !first->capabilities)
        return !first;
    return !config_namespace(x->config, CONFIG_NS_USER) &&
           (first->capabilities->bounding.bits & bit) != 0;
}

int exec_create(const struct exec *x, struct launch_proc *ret, struct err *e)
{
    struct setup s = {
        .config = x->config,
        .process = x->process,
        .filter = x->filter,
        .stdio = x->stdio,
        .preserve_fds = x->preserve_fds,
        .keyring = x->id,
        .state = x->state,
    };
    AUTO_FD int opened = -1;
    AUTO_FD int root = -1;
    int pidfd = x->pidfd;
    int r = is_traceable(x) || attr_has_labels(x->process) ? self_seal(e) : 0;

    if (r >= 0 && pidfd < 0) {
        r = open_init(x, &opened, e);
        pidfd = opened;
    }
    if (r >= 0)
        r = namespace_plan_exec(x->pid, pidfd, x->config, &s.ns, e);
    if (r >= 0 && !(s.ns.join_flags & CLONE_NEWNS))
        r = root = open_init_root(x->pid, pidfd, e);
    if (r < 0)
        return r;
    s.root = root;
    caps_from_config(x->process->capabilities, &s.caps);
    if (!(s.ns.join_flags & CLONE_NEWUSER))
        caps_limit(&s.caps);
    return launch_spawn(&s, x->cgroup_fd, ret, e);
}
