/* SPDX-License-Identifier: MIT */
/* One more process in a container that runs: joins its namespaces and cgroup, then execs. */
#include "runtime/exec.h"

#include "base/mem.h"
#include "base/proc.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"
#include "runtime/self.h"
#include "runtime/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>

/* A pidfd of a process that has ended but is not reaped can still be opened. */
static int open_init(const struct exec *x, int *ret, struct err *e)
{
    AUTO_FD int fd = proc_pidfd_open(x->pid);

    if (fd < 0 && errno != ESRCH)
        return err_sys(e, "pidfd_open", NULL);
    if (fd < 0 || proc_pidfd_wait(fd, 0) > 0)
        return err_set(e, ERR_STATE, "container not running");
    *ret = TAKE_FD(fd);
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

/* Could this process of the container trace what joins it? Not from another user namespace. */
static bool may_trace(const struct config *c, const struct config_process *p)
{
    return !config_namespace(c, CONFIG_NS_USER) && p->capabilities &&
           (p->capabilities->bounding.bits & CAPS_BIT(CAP_SYS_PTRACE)) != 0;
}

/* There from the first exec on that may trace. */
#define MARK "traceable"

/* May somebody in the container trace what joins it, or may the process itself what comes next? */
static int is_traceable(const struct exec *x, struct err *e)
{
    if (!x->config || !x->config->process)
        return 1;
    if (x->dir >= 0 && may_trace(x->config, x->process)) {
        AUTO_FD int fd = openat(x->dir, MARK, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        return fd < 0 ? err_sys(e, "create", MARK) : 1;
    }
    return may_trace(x->config, x->config->process) ||
           (x->dir >= 0 && faccessat(x->dir, MARK, F_OK, 0) == 0);
}

/* ---- what those who trace must not find ---- */

static void strip(const void *arg, int sock)
{
    const struct setup *s = arg;
    size_t n = 0, max = 3 + s->preserve_fds + 8;
    int keep[3 + 1024 + 8];

    if (max > ARRAY_LEN(keep))
        return;
    for (int fd = 0; fd < 3 + (int)s->preserve_fds; fd++)
        keep[n++] = fd;
    for (int i = 0; i < 3; i++)
        keep[n++] = s->stdio[i];
    keep[n++] = s->sync;
    keep[n++] = s->root;
    keep[n++] = s->ns.pidfd;
    keep[n++] = sock;
    proc_close_except(keep, n);
}

/* What the set-up itself uses inside, before it takes on the process's own. A filter without
 * no_new_privs wants CAP_SYS_ADMIN. */
static int shed(const void *arg, struct err *e)
{
    const struct setup *s = arg;
    const struct caps *c = &s->caps;
    bool filter = s->filter && s->filter->len > 0 && !s->process->no_new_privileges;
    uint64_t keep = CAPS_BIT(CAP_SETUID) | CAPS_BIT(CAP_SETGID) | CAPS_BIT(CAP_SETPCAP) |
                    CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_DAC_OVERRIDE) | CAPS_BIT(CAP_SYS_RESOURCE);

    keep |= c->bounding | c->permitted | c->effective | c->inheritable | c->ambient;
    return caps_shed(filter ? keep | CAPS_BIT(CAP_SYS_ADMIN) : keep, e);
}

int exec_create(const struct exec *x, struct launch_proc *ret, struct err *e)
{
    struct setup s = {
        .config = x->config,
        .process = x->process,
        .filter = x->filter,
        .stdio = x->stdio,
        .preserve_fds = x->preserve_fds,
        .at_once = x->at_once,
        .keyring = x->id,
        .state = x->state,
    };
    const struct namespace_guard guard = { .strip = strip, .shed = shed, .arg = &s };
    AUTO_FD int opened = -1;
    AUTO_FD int root = -1;
    int pidfd = x->pidfd;
    int traceable = is_traceable(x, e);
    int r = traceable < 0 ? traceable : 0;

    if (r >= 0 && (traceable || attr_has_labels(x->process)))
        r = self_seal(e);
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
    s.ns.user = &x->process->user;
    if (traceable) {
        s.ns.middle = true;
        s.ns.guard = &guard;
    }
    caps_from_config(x->process->capabilities, &s.caps);
    if (!(s.ns.join_flags & CLONE_NEWUSER))
        caps_limit(&s.caps);
    return launch_spawn(&s, x->cgroup, ret, e);
}
