/* SPDX-License-Identifier: MIT */
/* The clone that brings a process into its namespaces, with a process in between where needed. */
#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/sys.h"
#include "cgroup/cgroup.h"
#include "runtime/idmap.h"
#include "runtime/namespace.h"

#include <fcntl.h>
#include <sys/socket.h>

static int write_offset(struct buf *b, const char *clock, const struct config_time_offset *o)
{
    if (o)
        buf_fmt(b, "%s %lld %u\n", clock, (long long)o->secs, o->nanosecs);
    return b->failed ? -1 : 0;
}

/* The new time namespace waits in time_for_children until somebody is born into it; until then its
 * clocks can be set (time_namespaces(7)). */
static int unshare_time(const struct config *c, struct err *e)
{
    const struct config_time_offsets *o = c->lnx.time_offsets;
    AUTO_BUF struct buf b = { 0 };

    if (unshare(CLONE_NEWTIME) < 0)
        return err_sys(e, "unshare", "time namespace");
    if (write_offset(&b, "monotonic", o->monotonic) < 0 ||
        write_offset(&b, "boottime", o->boottime) < 0)
        return err_nomem(e);
    if (b.len && fs_put(AT_FDCWD, "/proc/self/timens_offsets", b.data) < 0) {
        err_sys(e, "write", "/proc/self/timens_offsets");
        return err_wrap(e, "/linux/timeOffsets");
    }
    return 0;
}

/* What only children feel. */
static int take_on(const struct namespace_plan *p, struct err *e)
{
    int r = 0;

    if (p->join_flags & CLONE_NEWPID)
        r = namespace_join(p, CONFIG_NS_PID, e);
    if (r >= 0 && p->offsets)
        r = unshare_time(p->offsets, e);
    return r;
}

static int own_ns(const char *file)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/ns/%s", file);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int group_fd(const struct cgroup *group)
{
    return group ? group->fd : -1;
}

/* In a pid namespace whose first process has died nobody can be born: that is ENOMEM. */
static int clone_error(const struct namespace_plan *p, const struct cgroup *group, struct err *e)
{
    if (errno == ENOMEM && (p->join_flags & CLONE_NEWPID))
        return err_set(e, ERR_STATE, "container not running");
    err_sys(e, "clone3", NULL);
    if (group_fd(group) >= 0)
        cgroup_explain_birth(group->fd, e);
    if (e->errnum == EACCES)
        err_hint(e, "into the container's cgroup leads no way that is ours: start it from a group "
                    "of your own, as systemd-run --user --scope does");
    if (e->errnum == EPERM && !(p->clone_flags & CLONE_NEWUSER))
        err_hint(e, "who is not root needs a user namespace: see hako-oci spec --rootless");
    if (e->errnum == EPERM && (p->clone_flags & CLONE_NEWUSER))
        err_hint(e,
                 "in a chroot the kernel makes no user namespaces, nor where a sysctl forbids them "
                 "(kernel.unprivileged_userns_clone, user.max_user_namespaces)");
    return -e->kind;
}

static pid_t clone_direct(const struct namespace_plan *p, const struct cgroup *group,
                          int *ret_pidfd, struct err *e)
{
    AUTO_FD int pid_ns = p->join_flags & CLONE_NEWPID ? own_ns("pid") : -1;
    AUTO_FD int time_ns = p->offsets ? own_ns("time") : -1;
    int r = take_on(p, e);
    pid_t pid = r < 0 ? r : proc_clone(p->clone_flags, group_fd(group), ret_pidfd);

    if (pid == 0)
        return 0;
    if (r >= 0 && pid < 0)
        r = clone_error(p, group, e);
    if ((pid_ns >= 0 && setns(pid_ns, CLONE_NEWPID) < 0) ||
        (time_ns >= 0 && setns(time_ns, CLONE_NEWTIME) < 0)) {
        if (pid > 0)
            proc_pidfd_signal(*ret_pidfd, SIGKILL);
        return err_sys(e, "setns", "back into the runtime's own namespace");
    }
    return r < 0 ? r : pid;
}

/* ---- a process in between ---- */

/* Joins everything else first: what the user namespace does not own cannot be joined from inside
 * it, and what it owns only from inside. */
static int join_around_user(const struct namespace_plan *p, struct err *e)
{
    uint64_t left = p->join_flags & ~(uint64_t)CLONE_NEWUSER;

    for (int round = 0; round < 2; round++) {
        for (int t = CONFIG_NS_UNSET + 1; t < CONFIG_NS_MAX; t++) {
            uint64_t flag = (uint64_t)config_ns_flag(t);
            if (!(left & flag))
                continue;
            int r = namespace_join(p, t, e);
            if (r < 0 && (round > 0 || e->errnum != EPERM))
                return r;
            if (r < 0)
                err_clear(e);
            else
                left &= ~flag;
        }
        if (round == 0 && (p->join_flags & CLONE_NEWUSER)) {
            int r = namespace_join(p, CONFIG_NS_USER, e);
            if (r < 0)
                return r;
            r = idmap_become_root(p->user, e);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

struct middle_report {
    int32_t pid;
    struct err err;
};

/* The parent has mapped our ids. */
static int wait_for_ids(const struct namespace_plan *p, int sock, struct err *e)
{
    char byte;

    return read(sock, &byte, 1) == 1 ? idmap_become_root(p->user, e)
                                     : err_set(e, ERR_STATE, "the runtime gave up");
}

/* Hidden in whatever it joins; but not while it sets the clocks: that file of its own in /proc
 * would be root's. */
static int gather(const struct namespace_plan *p, int sock, struct err *e)
{
    if (!p->user_first)
        namespace_hide();
    if (p->guard)
        p->guard->strip(p->guard->arg, sock);
    int r = p->user_first ? wait_for_ids(p, sock, e) : join_around_user(p, e);
    if (r >= 0 && p->offsets)
        r = unshare_time(p->offsets, e);
    if (r >= 0 && p->guard)
        r = p->guard->shed(p->guard->arg, e);
    namespace_hide();
    return r;
}

/* The parent has had us moved into the group. */
static int wait_for_move(int sock, struct err *e)
{
    char byte;

    return read(sock, &byte, 1) == 1 ? 0 : err_set(e, ERR_STATE, "the runtime gave up");
}

/* Runs in the middle process; returns only in its child. */
static pid_t middle(const struct namespace_plan *p, bool moved, int sock)
{
    struct middle_report rep = { .err = ERR_INIT };
    int pidfd = -1;
    int r = moved ? wait_for_move(sock, &rep.err) : 0;

    if (r >= 0)
        r = p->middle ? gather(p, sock, &rep.err) : take_on(p, &rep.err);
    if (r >= 0) {
        rep.pid = proc_clone(p->clone_flags | CLONE_PARENT, -1, &pidfd);
        if (rep.pid == 0) {
            close(sock);
            return 0;
        }
        if (rep.pid < 0)
            err_sys(&rep.err, "clone3", NULL);
    }
    proc_send_fds(sock, &rep, sizeof(rep), &pidfd, pidfd >= 0 ? 1 : 0);
    _exit(0);
}

static int go_on(int sock, struct err *e)
{
    return proc_send_fds(sock, "", 1, NULL, 0) < 0 ? err_sys(e, "send", "to the child") : 0;
}

/* What the middle process waits for. `group`: to be moved into, or NULL. */
static int serve(const struct namespace_plan *p, const struct cgroup *group, pid_t mid, int sock,
                 struct err *e)
{
    int r = group ? group->attach(group, mid, e) : 0;

    if (r >= 0 && group)
        r = go_on(sock, e);
    if (r >= 0 && p->user_first)
        r = idmap_write(p->offsets, mid, e);
    return r >= 0 && p->user_first ? go_on(sock, e) : r;
}

/* `move`: the middle process is not born in the group but moved into it. */
static pid_t clone_by_middle(const struct namespace_plan *p, const struct cgroup *group, bool move,
                             int *ret_pidfd, struct err *e)
{
    struct middle_report rep = { .err = ERR_INIT };
    int sock[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) < 0)
        return err_sys(e, "socketpair", NULL);
    AUTO_FD int ours = sock[0];
    AUTO_FD int theirs = sock[1];
    pid_t mid = proc_clone(p->user_first ? CLONE_NEWUSER : 0, move ? -1 : group_fd(group), NULL);
    if (mid < 0)
        return clone_error(p, group, e);
    if (mid == 0) {
        mem_close(&ours);
        return middle(p, move, TAKE_FD(theirs));
    }
    mem_close(&theirs);
    if (serve(p, move ? group : NULL, mid, ours, e) < 0) {
        mem_close(&ours);
        proc_wait(mid);
        return -e->kind;
    }
    ssize_t n = proc_recv_fds(ours, &rep, sizeof(rep), ret_pidfd, 1);
    proc_wait(mid);
    if (n != sizeof(rep))
        return err_set(e, ERR_SYS, "the process that joins the namespaces died");
    if (rep.err.kind != ERR_NONE) {
        *e = rep.err;
        return -e->kind;
    }
    return rep.pid;
}

pid_t namespace_clone(const struct namespace_plan *p, const struct cgroup *cgroup, int *ret_pidfd,
                      struct err *e)
{
    pid_t pid = p->middle ? clone_by_middle(p, cgroup, false, ret_pidfd, e)
                          : clone_direct(p, cgroup, ret_pidfd, e);

    /* Between the caller's group and that one lies what is not the caller's. */
    if (pid >= 0 || e->errnum != EACCES || group_fd(cgroup) < 0 || !cgroup->attach)
        return pid;
    err_clear(e);
    pid = clone_by_middle(p, cgroup, true, ret_pidfd, e);
    if (pid < 0 && !e->hint[0])
        err_hint(e, "start it from a group of your own, as systemd-run --user --scope does");
    return pid;
}
