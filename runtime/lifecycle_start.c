/* SPDX-License-Identifier: MIT */
/* hako-oci's start. */
#include "base/mem.h"
#include "base/proc.h"
#include "base/timing.h"
#include "runtime/hooks.h"
#include "runtime/lifecycle.h"
#include "runtime/lifecycle_open.h"
#include "runtime/notify.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <poll.h>

/* Only ends a hang: of a process that waits for another of its namespace, say. */
#define END_WAIT_MS 10000

/* Its end closes the fifo first. An engine that hears of the failed start asks for the end at once,
 * and containerd keeps the container for ever when it is not there yet. */
static void await_end(const struct lifecycle_ctr *c)
{
    AUTO_FD int pidfd = proc_pidfd_open(c->sf.state.pid);

    if (pidfd >= 0 && proc_alive(c->sf.state.pid, c->sf.start_time))
        proc_pidfd_wait(pidfd, END_WAIT_MS);
}

/* The exec failed: its error names the command. */
static int failed(struct lifecycle_ctr *c, const struct sync_msg *m, struct err *e)
{
    struct err ignored = ERR_INIT;

    await_end(c);
    if (!c->config.process)
        config_load(c->dir, STATEFILE_CONFIG, &c->config, &ignored);
    char *const *args = c->config.process ? c->config.process->args : NULL;
    return sync_error(m, args ? args[0] : "", e);
}

/* It died without taking the byte. */
static int has_stopped(const struct lifecycle_ctr *c, struct err *e)
{
    await_end(c);
    return err_set(e, ERR_STATE, "container %s has stopped", c->sf.state.id);
}

/* The container's process is the fifo's only reader until its exec or its end closes it; what it
 * has to say about a failed exec is in the fifo then. */
static int release(struct lifecycle_ctr *c, struct err *e)
{
    AUTO_FD int out = openat(c->dir, STATEFILE_FIFO, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    struct sync_msg m = { 0 };

    if (out < 0)
        return errno == ENXIO ? has_stopped(c, e) : err_sys(e, "open", STATEFILE_FIFO);
    if (write(out, "", 1) != 1)
        return err_sys(e, "write", STATEFILE_FIFO);
    struct pollfd wait = { .fd = out };
    while (poll(&wait, 1, -1) < 0)
        if (errno != EINTR)
            return err_sys(e, "poll", STATEFILE_FIFO);
    AUTO_FD int in = openat(c->dir, STATEFILE_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    mem_close(&out);
    ssize_t n = in < 0 ? -1 : read(in, &m, sizeof(m));
    if (n < 0 && errno == EAGAIN) /* statefile_status() has it open at this moment */
        n = 0;
    if (n < 0)
        return err_sys(e, "read", STATEFILE_FIFO);
    unlinkat(c->dir, STATEFILE_FIFO, 0);
    if (n == 1) /* our own */
        return has_stopped(c, e);
    return n == 0 ? 0 : failed(c, &m, e);
}

/* The same of one that its creator still holds (run). */
static int release_held(struct lifecycle_ctr *c, struct launch_proc *p, struct err *e)
{
    int r = launch_start(p, e);

    unlinkat(c->dir, STATEFILE_FIFO, 0);
    return r;
}

static int poststart(struct lifecycle_ctr *c, struct err *e)
{
    struct err ignored = ERR_INIT;

    c->sf.state.status = STATE_RUNNING;
    int r = hooks_run(&c->config.hooks.poststart, "poststart", &c->sf.state, e);
    if (r < 0)
        lifecycle_kill_wait(c, &ignored);
    return r;
}

struct started {
    pid_t pid;
    int pidfd;
    int notify;
};

/* In runc's words. */
static int not_startable(const struct state *st, struct err *e)
{
    if (st->status == STATE_RUNNING)
        return err_set(e, ERR_STATE, "cannot start an already running container: %s", st->id);
    if (st->status == STATE_STOPPED)
        return err_set(e, ERR_STATE, "cannot start a container that has stopped: %s", st->id);
    return err_set(e, ERR_STATE, "cannot start a container in the %s state: %s",
                   json_enum_name(state_status_names, (int)st->status), st->id);
}

/* Under the container's lock. `held`: the process, when the caller is who created it (run). */
static int start(struct lifecycle_ctr *c, struct launch_proc *held, struct started *ret,
                 struct err *e)
{
    int r = notify_open(c->dir, &ret->notify, e);

    ret->pid = c->sf.state.pid;
    if (r >= 0 && ret->notify >= 0)
        ret->pidfd = proc_pidfd_open(ret->pid);
    if (r >= 0)
        r = held ? release_held(c, held, e) : release(c, e);
    if (!held)
        timing_mark("release and exec");
    return r < 0 ? r : poststart(c, e);
}

int lifecycle_release(struct lifecycle_ctr *c, struct launch_proc *held, int *ret_notify,
                      struct err *e)
{
    struct started s = { .pidfd = -1, .notify = -1 };
    int r = start(c, held, &s, e);

    mem_close(&c->lock);
    AUTO_FD int notify = s.notify;
    AUTO_FD int pidfd = s.pidfd;
    if (r >= 0 && ret_notify)
        *ret_notify = TAKE_FD(notify);
    else if (r >= 0 && notify >= 0)
        r = notify_wait(notify, s.pid, pidfd, e);
    return r;
}

int lifecycle_start(const char *root, const char *id, int *ret_notify, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = lifecycle_open(root, id, LIFECYCLE_LOCK | LIFECYCLE_LATER | LIFECYCLE_CGROUP, &c, e);

    if (r < 0)
        return r;
    return c.sf.state.status == STATE_CREATED ? lifecycle_release(&c, NULL, ret_notify, e)
                                              : not_startable(&c.sf.state, e);
}
