/* SPDX-License-Identifier: MIT */
/* A bundle becomes a process: the parent's side. */
#include "runtime/launch.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/timing.h"
#include "cgroup/cgroup.h"
#include "runtime/hooks.h"
#include "runtime/idmap.h"
#include "runtime/listener.h"
#include "runtime/mount_idmap.h"
#include "runtime/netdevice.h"
#include "runtime/setup.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static int check(const struct launch *l, struct err *e)
{
    if (!config_namespace(l->config, CONFIG_NS_MOUNT) && l->rootfs_fd < 0)
        return err_set(e, ERR_INVALID, "without a mount namespace the root has to be mounted");
    return 0;
}

/* ---- cloning ---- */

static int open_netns(const struct namespace_plan *plan, struct launch_proc *p, struct err *e)
{
    char path[32];

    if (plan->join[CONFIG_NS_NETWORK] >= 0) {
        p->netns_fd = fcntl(plan->join[CONFIG_NS_NETWORK], F_DUPFD_CLOEXEC, 3);
        return p->netns_fd < 0 ? err_sys(e, "duplicate", "the network namespace") : 0;
    }
    if (!(plan->clone_flags & CLONE_NEWNET))
        return 0;
    snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)p->pid);
    p->netns_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (p->netns_fd >= 0)
        return 0;
    /* A process that has failed already is in no namespace any more: what it said is the error. */
    int open_errno = errno;
    if (open_errno == EACCES && geteuid() != 0)
        return 0; /* a user's child has hidden itself */
    if (open_errno == ENOENT && launch_ready(p, e) < 0)
        return -e->kind;
    errno = open_errno;
    return err_sys(e, "open", path);
}

static int give_devices(const struct setup *s, struct launch_proc *p, struct err *e)
{
    int r = open_netns(&s->ns, p, e);

    return r < 0 ? r : netdevice_move(s->config, p->netns_fd, &p->devices, e);
}

/* The id maps, the network devices, and the go-ahead for children that wait for it
 * (namespace_enter()). */
static int admit(const struct setup *s, struct launch_proc *p, struct err *e)
{
    bool own_user = s->ns.clone_flags & CLONE_NEWUSER;
    int r = own_user ? idmap_write(s->config, p->pid, e) : 0;

    if (r >= 0 && s->launch && s->config->lnx.n_net_devices > 0)
        r = give_devices(s, p, e);
    if (r < 0)
        return r;
    if (s->launch && namespace_waits(&s->ns, s->config) &&
        sync_send(p->sync_fd, SYNC_GO, p->pid, -1) < 0 && errno != EPIPE)
        return err_sys(e, "send", "to the child");
    return 0;
}

static int spawn(struct setup *s, struct cgroup *cgroup, struct launch_proc *p, struct err *e)
{
    cpu_set_t own_cpus;
    int sock[2];
    int r = sync_pair(sock, e);

    if (r < 0)
        return r;
    p->sync_fd = sock[0];
    AUTO_FD int theirs = sock[1];
    s->sync = theirs;
    s->report = s->launch && s->launch->exec_fifo_fd >= 0 ? s->launch->exec_fifo_fd : theirs;
    s->parent_oom = ((s->ns.clone_flags & CLONE_NEWUSER) || s->ns.middle) && geteuid() == 0;
    int moved = attr_start_cpus(s, &own_cpus, e);
    if (moved < 0)
        return moved;
    pid_t pid = namespace_clone(&s->ns, cgroup, &p->pidfd, e);
    if (pid != 0 && moved > 0)
        sched_setaffinity(0, sizeof(own_cpus), &own_cpus);
    if (pid == 0) {
        close(p->sync_fd);
        setup_main(s);
    }
    if (pid < 0)
        return pid;
    p->pid = pid;
    if (s->launch)
        p->start_time = proc_start_time(pid);
    r = attr_of_child(s, pid, e);
    return r < 0 ? r : admit(s, p, e);
}

int launch_spawn(struct setup *s, struct cgroup *cgroup, struct launch_proc *ret, struct err *e)
{
    struct launch_proc p = LAUNCH_PROC_INIT;

    s->proc = s->stub = s->tty = -1;
    p.launch = s->launch;
    p.process = s->process;
    p.config = s->config;
    p.state = s->state;
    /* A user's child hides itself: until its ids are mapped its /proc files must be the user's. */
    if (geteuid() == 0)
        namespace_hide();
    int r = attr_check_labels(s->process, e);
    if (r >= 0)
        r = spawn(s, cgroup, &p, e);
    if (r >= 0 && cgroup)
        r = cgroup_release(cgroup, e);
    if (r >= 0 && p.netns_fd < 0 && s->launch && s->launch->want_netns)
        r = open_netns(&s->ns, &p, e);
    namespace_plan_close(&s->ns);
    timing_mark("clone");
    if (r < 0)
        launch_abort(&p);
    else
        *ret = p;
    return r < 0 ? r : 0;
}

int launch_create(const struct launch *l, struct launch_proc *ret, struct err *e)
{
    struct setup s = {
        .config = l->config,
        .process = l->config->process,
        .launch = l,
        .filter = l->filter,
        .stdio = l->stdio,
        .preserve_fds = l->preserve_fds,
        .keyring = l->no_new_keyring ? NULL : l->id,
        .root = -1,
        .state = l->state,
        .hooks_output = HOOKS_OUTPUT_INIT,
    };
    int r = check(l, e);

    if (r >= 0)
        r = namespace_plan(l->config, &s.ns, e);
    if (r < 0)
        return r;
    s.ns.user = &s.process->user;
    caps_from_config(s.process->capabilities, &s.caps);
    if (config_namespace(l->config, CONFIG_NS_USER)) {
        if (!s.process->terminal)
            idmap_give_stdio(l->config, s.process->user.uid, l->stdio);
    } else {
        caps_limit(&s.caps);
    }
    if (l->state && hooks_in_container(l->config))
        r = hooks_open_output(&l->state->annotations, &s.hooks_output, e);
    if (r >= 0)
        r = launch_spawn(&s, l->cgroup, ret, e);
    hooks_close_output(&s.hooks_output);
    return r;
}

/* ---- listening to the child ---- */

/* Forbidden calls end it at once, or, when even its report of the failure is forbidden, by a fault
 * of the C library's. */
static int hint_of_death(const struct launch_proc *p, int sig, struct err *e)
{
    bool filtered = !p->launch || p->launch->filter;

    if (sig == SIGKILL)
        return err_hint(e, "its memory limit may be too small");
    if (filtered && (sig == SIGSYS || sig == SIGSEGV))
        return err_hint(e, "its seccomp profile may forbid what the start itself needs: read, "
                           "write, fcntl, execveat, exit_group");
    return -e->kind;
}

/* The child is gone and has said nothing. */
static int died(const struct launch_proc *p, struct err *e)
{
    siginfo_t info = { 0 };

    if (waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED | WNOWAIT) == 0 &&
        info.si_code != CLD_EXITED) {
        /* The end of a container's first process kills whoever has just joined. */
        if (!p->launch && info.si_status == SIGKILL)
            return err_set(e, ERR_STATE, "container not running: it ended meanwhile");
        err_set(e, ERR_SYS, "the container's process was killed by %s while it was set up",
                proc_signal_name(info.si_status));
        return hint_of_death(p, info.si_status, e);
    }
    return err_set(e, ERR_SYS, "the container's process ended while it was set up");
}

static int run_hooks(struct launch_proc *p, struct err *e)
{
    const struct config_hooks *h = &p->launch->config->hooks;
    struct state st = *p->launch->state;
    int r;

    st.status = STATE_CREATING;
    st.pid = p->pid;
    r = hooks_run(&h->prestart, "prestart", &st, e);
    if (r >= 0)
        r = hooks_run(&h->create_runtime, "createRuntime", &st, e);
    if (r < 0)
        return r;
    return sync_send(p->sync_fd, SYNC_GO, p->pid, -1) < 0 ? died(p, e) : 0;
}

static int handle(struct launch_proc *p, const struct sync_msg *m, int fd, struct err *e)
{
    switch ((enum sync_kind)m->kind) {
    case SYNC_WARN: log_warn("%s", m->text); return 0;
    case SYNC_PTY: p->pty_fd = fd; return 0;
    case SYNC_HOOKS: return run_hooks(p, e);
    case SYNC_TREE: return mount_idmap_hand_over(p, m->num, e);
    case SYNC_LISTENER: return listener_hand_over(p, m->num, e);
    case SYNC_ERR:
    case SYNC_ERRNO: return sync_error(m, p->process->args ? p->process->args[0] : "", e);
    case SYNC_READY: return 0;
    case SYNC_NONE:
    case SYNC_GO: break;
    }
    return err_set(e, ERR_CORRUPT, "the container's process sent an unknown message");
}

/* Once it has been released, other processes of the container may get hold of its end before the
 * command's exec closes that: it is listened to for failures alone. */
static bool is_last_word(int32_t kind)
{
    return kind == SYNC_ERR || kind == SYNC_ERRNO || kind == SYNC_WARN;
}

/* Handles what comes until `until` (1), the end of the connection (0) or an error. A child that
 * dies with our last message unread resets the connection; what it said before can still be read.
 */
static int listen_until(struct launch_proc *p, enum sync_kind until, struct err *e)
{
    bool reset = false;
    struct sync_msg m;
    int fd;

    for (;;) {
        int r = sync_recv(p->sync_fd, &m, &fd);
        if (r < 0 && errno == ECONNRESET && !reset) {
            reset = true;
            continue;
        }
        if (r < 0)
            return err_sys(e, "receive", "from the container's process");
        if (r == 0)
            return reset ? died(p, e) : 0;
        if (fd >= 0 && m.kind != SYNC_PTY)
            mem_close(&fd);
        if (until == SYNC_NONE && !is_last_word(m.kind)) {
            mem_fd_cleanup(&fd);
            return err_set(e, ERR_CORRUPT, "the container's process spoke out of turn");
        }
        r = handle(p, &m, fd, e);
        if (r < 0)
            return r;
        if (m.kind == (int32_t)until)
            return 1;
    }
}

int launch_ready(struct launch_proc *p, struct err *e)
{
    int r = listen_until(p, SYNC_READY, e);

    timing_mark("wait for its set-up");
    return r < 0 ? r : r == 0 ? died(p, e) : 0;
}

int launch_leave(struct launch_proc *p, struct err *e)
{
    return sync_send(p->sync_fd, SYNC_GO, p->pid, -1) < 0 ? died(p, e) : 0;
}

int launch_start(struct launch_proc *p, struct err *e)
{
    bool gone = sync_send(p->sync_fd, SYNC_GO, p->pid, -1) < 0;
    int r = listen_until(p, SYNC_NONE, e);

    timing_mark("release and exec");
    if (r < 0)
        return r;
    if (gone)
        return died(p, e);
    mem_close(&p->sync_fd);
    return 0;
}

/* ---- the end ---- */

void launch_close(struct launch_proc *p)
{
    int *fds[] = { &p->pidfd, &p->sync_fd, &p->netns_fd, &p->pty_fd };

    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        if (*fds[i] >= 0)
            mem_close(fds[i]);
    free(TAKE_PTR(p->devices));
}

void launch_abort(struct launch_proc *p)
{
    if (p->pid > 0) {
        if (p->pidfd >= 0)
            proc_pidfd_signal(p->pidfd, SIGKILL);
        proc_wait(p->pid);
        p->pid = 0;
    }
    if (p->devices)
        netdevice_return(p->devices, p->netns_fd);
    launch_close(p);
}
