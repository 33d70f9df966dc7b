/* SPDX-License-Identifier: MIT */
/* The monitor's life: set up step by step, tell the outcome, watch, record the end. */
#include "engine/monitor/monitor.h"

#include "base/cold.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utc.h"
#include "engine/attach.h"
#include "engine/create.h"
#include "engine/life.h"
#include "engine/monitor/logfile.h"
#include "engine/monitor/oom.h"
#include "engine/monitor/pressure.h"
#include "engine/monitor/state.h"
#include "engine/teardown.h"
#include "engine/volume.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

/* How long a client that does not read may keep the monitor from ending. */
#define FINISH_MS 5000
#define NOTE_MAX  1024 /* bytes of what is said of the end */
/* How far below its loop's frames a monitor's stack may have grown. */
#define STACK_TRIM ((uintptr_t)256 << 10)

/* ---- steps that belong to no other file ---- */

/* The run directory, the life lock and the status come first: from here on whoever meets the
 * container knows that somebody is at work, or that he was killed. */
static int begin(struct monitor *m, struct err *e)
{
    struct status *s = &m->c.status;

    int r = life_take(m->paths, &m->c, &m->life_fd, e);
    if (r < 0)
        return r;
    status_free(s);
    s->state = RECORD_CREATED;
    s->fresh = m->job->fresh;
    s->monitor_pid = getpid();
    s->monitor_start = proc_start_time(getpid());
    return container_save_status(&m->c, e);
}

static int make_container(struct monitor *m, struct err *e)
{
    if (m->job->fresh)
        return create_container(m->paths, m->plan, &m->c, &m->lock_fd, e);
    return container_adopt(m->paths, &m->c, &m->plan->record, e);
}

static int open_streams(struct monitor *m, struct err *e)
{
    const struct record *rec = &m->plan->record;
    const char hello[2] = { rec->tty, rec->open_stdin };

    int r = loop_new(&m->loop, e);
    if (r >= 0)
        r = logfile_open(m->c.dir_fd, &m->log_fd, e);
    if (r >= 0)
        r = stdio_new(m->loop, m->log_fd, &m->stdio, e);
    if (r >= 0)
        r = clients_new(m->loop, m->c.run_fd, hello, &stdio_clients_ops, m->stdio, &m->clients, e);
    if (r < 0)
        return r;
    stdio_set_clients(m->stdio, m->clients);
    if (!rec->tty)
        r = stdio_make_pipes(m->stdio, rec->open_stdin, m->child_stdio, e);
    return r;
}

/* The command that asked was killed, so that nobody knows of this container, or was told to stop:
 * then it is not started. Beyond this step it is. */
static int check_client(struct monitor *m, struct err *e)
{
    struct pollfd p = { .fd = m->job->client_fd, .events = POLLIN };
    char type = 0;

    if (poll(&p, 1, 0) <= 0)
        return 0;
    if (p.revents & POLLIN && recv(p.fd, &type, 1, MSG_PEEK | MSG_DONTWAIT) == 1 &&
        type == ATTACH_MSG_CANCEL)
        return err_set(e, ERR_STATE, "interrupted before it had started");
    if (p.revents & POLLHUP)
        return err_set(e, ERR_STATE, "the command that asked for it is gone");
    return 0;
}

static int publish(struct monitor *m, struct err *e)
{
    struct status *s = &m->c.status;

    s->state = RECORD_RUNNING;
    s->fresh = false;
    s->pid = m->proc.pid;
    s->pid_start = m->proc.start_time;
    s->started = utc_now_ns();
    return container_save_status(&m->c, e);
}

static int wait_ready(struct monitor *m, struct err *e)
{
    return launch_ready(&m->proc, e);
}

static int execute(struct monitor *m, struct err *e)
{
    return launch_start(&m->proc, e);
}

static int (*const steps[])(struct monitor *, struct err *) = {
    begin,       make_container, open_streams,  setup_rootfs,  setup_volumes,
    setup_files, setup_sharing,  setup_confine, setup_process, setup_network,
    wait_ready,  check_client,   publish,       execute,
};

/* ---- the loop ---- */

static int on_end(struct loop_source *src, uint32_t events, void *arg, struct err *e);

static int watch(struct monitor *m, struct err *e)
{
    int r = stdio_start(m->stdio, m->proc.pty_fd, e);

    m->proc.pty_fd = -1;
    if (r >= 0)
        r = loop_add(m->loop, m->proc.pidfd, EPOLLIN, on_end, m, &m->exit_src, e);
    if (r >= 0)
        r = oom_watch(m, e);
    return r < 0 ? r : pressure_watch(m, e);
}

/* Everything is given back before anybody hears of the end. Only the files that a --rm container
 * wrote go after that (discard): however many they are, nobody has to wait for them. */
static void give_back(struct monitor *m)
{
    struct err e;

    dns_stop(m->dns);
    m->dns = NULL;
    teardown(m->paths, &m->c, &e);
}

static void record_exit(struct monitor *m)
{
    struct status *s = &m->c.status;
    struct err e;

    s->state = RECORD_STOPPED;
    s->exit_code = proc_exit_code(m->wait_status);
    s->finished = utc_now_ns();
    s->pid = 0;
    s->monitor_pid = 0;
    if (m->oom_unlogged)
        oom_log(m);
    if (m->plan->record.auto_remove) {
        if (container_lock(&m->c, true, &m->lock_fd, &e) >= 0) {
            volume_drop_anonymous(m->paths, &m->c.record, &e);
            teardown_forget(m->paths, &m->c, &e);
        }
    } else {
        container_save_exit(&m->c, &e);
        container_save_status(&m->c, &e);
        life_end(&m->c, &m->life_fd);
    }
}

static void discard(struct monitor *m, struct err *e)
{
    if (!m->plan->record.auto_remove)
        return;
    if (m->lock_fd >= 0)
        teardown_discard(m->paths, &m->c, e);
    life_end(&m->c, &m->life_fd);
}

static int on_end(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct monitor *m = arg;

    m->oom_unlogged = oom_end(m);
    pressure_end(m);
    m->wait_status = proc_wait(m->proc.pid);
    loop_del(m->exit_src);
    give_back(m);
    /* The log is whole before the record says that the container has ended. */
    int r = stdio_end(m->stdio, e);
    record_exit(m);
    return r;
}

/* A shutdown's SIGTERM is for the container, which hears it even when it is paused. */
static int on_signal(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct monitor *m = arg;
    const char *stop = m->plan->record.stop_signal;
    struct err ignored = ERR_INIT;

    proc_pidfd_signal(m->proc.pidfd, stop ? proc_signal_number(stop) : SIGTERM);
    if (cgroup_frozen(&m->cgroup))
        cgroup_thaw(&m->cgroup, &ignored);
    return 0;
}

/* ---- the process ---- */

/* Nothing of the caller's but what the job names: no terminal, no working directory, no
 * descriptors. Standard error stays until the start has succeeded, for warnings. */
static void detach(struct monitor *m)
{
    int keep[] = { 0, 1, 2, m->job->client_fd, m->lock_fd, m->paths->root_fd, m->paths->run_fd };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    sigset_t none;

    setsid();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* the caller may hold signals back */
    prctl(PR_SET_NAME, "hako-monitor");
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a caller's `ulimit -f` is an error to tell, not our end */
    umask(022);
    if (chdir("/") == 0 && null >= 0) {
        dup2(null, 0);
        dup2(null, 1);
    }
    proc_close_except(keep, ARRAY_LEN(keep));
}

static void send_outcome(int fd, int type, const void *data, size_t len)
{
    char head = (char)type;
    struct iovec iov[2] = { { &head, 1 }, { (void *)data, len } };
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

    while (sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

/* Whatever the failed step had made goes; a container that was to be started again stays, with the
 * reason in its record. */
__attribute__((noinline, noreturn)) static void give_up(struct monitor *m, struct err *why)
{
    struct err e = ERR_INIT;

    launch_abort(&m->proc);
    dns_stop(m->dns);
    teardown(m->paths, &m->c, &e);
    if (m->job->fresh || m->plan->record.auto_remove) {
        volume_drop_anonymous(m->paths, &m->c.record, &e);
        teardown_remove(m->paths, &m->c, &e);
    } else {
        m->c.status.state = RECORD_STOPPED;
        m->c.status.exit_code = why->kind == ERR_CMD_NOT_FOUND  ? 127
                                : why->kind == ERR_CMD_NOT_EXEC ? 126
                                                                : 128;
        m->c.status.finished = utc_now_ns();
        m->c.status.pid = 0;
        m->c.status.monitor_pid = 0;
        if (str_set(&m->c.status.error, why->msg) == 0)
            container_save_exit(&m->c, &e);
        container_save_status(&m->c, &e);
    }
    life_end(&m->c, &m->life_fd);
    send_outcome(m->job->client_fd, ATTACH_MSG_ERROR, why, sizeof(*why));
    _exit(1);
}

static int set_up(struct monitor *m, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        int r = steps[i](m, e);
        if (r < 0)
            return r;
    }
    return watch(m, e);
}

/* Gives the stack's pages below the caller's frame back: the start went deeper than the loop will.
 * Below the stack is a gap (proc(5), stack_guard_gap: 1 MiB), so nothing else is met. */
__attribute__((noinline)) static void trim_stack(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - 512) & ~(page - 1);

    madvise((void *)(end - STACK_TRIM), STACK_TRIM, MADV_DONTNEED);
}

/* What only the start needed; an idle monitor is to be small. */
static void slim(struct monitor *m)
{
    struct err ignored = ERR_INIT;

    for (int i = 0; i < 3; i++)
        mem_close(&m->child_stdio[i]);
    mem_close(&m->rootfs_fd);
    if (m->rootfs_seen)
        teardown_unmount(m->paths, &m->c, TEARDOWN_ROOT, &ignored);
    mem_close(&m->lock_fd);
    mem_close(&m->proc.netns_fd);
    seccomp_free(&m->filter);
    config_free(&m->plan->config);
    malloc_trim(0);
    cold_drop();
    trim_stack();
}

static int tell_started(struct monitor *m, struct err *e)
{
    const char hello[2] = { m->plan->record.tty, m->plan->record.open_stdin };
    int fd = m->job->client_fd;

    dup2(0, 2);
    log_set(NULL, LOG_LVL_ERROR);
    send_outcome(fd, ATTACH_MSG_STARTED, hello, sizeof(hello));
    if (m->job->streams == 0) {
        close(fd);
        return 0;
    }
    return clients_adopt(m->clients, fd, m->job->streams, e);
}

/* The exit code and, if there was an out-of-memory kill, what is to be said of it. */
static void tell_end(struct monitor *m)
{
    AUTO_BUF struct buf note = { 0 };
    int32_t code = proc_exit_code(m->wait_status);
    char data[sizeof(code) + NOTE_MAX];

    memcpy(data, &code, sizeof(code));
    if (m->c.status.oom)
        cgroup_oom_text(m->c.status.oom, &note);
    size_t len = note.failed ? 0 : note.len < NOTE_MAX ? note.len : NOTE_MAX;
    if (len > 0)
        memcpy(data + sizeof(code), note.data, len);
    clients_finish(m->clients, ATTACH_MSG_EXIT, data, sizeof(code) + len, FINISH_MS);
}

void monitor_main(struct monitor_job *job)
{
    struct monitor m = {
        .job = job,
        .paths = job->paths,
        .plan = job->plan,
        .c = CONTAINER_INIT,
        .lock_fd = job->lock_fd,
        .life_fd = -1,
        .log_fd = -1,
        .rootfs_fd = -1,
        .child_stdio = { -1, -1, -1 },
        .tree = CGROUP_TREE_INIT,
        .cgroup = CGROUP_INIT,
        .oom = CGROUP_OOM_INIT,
        .proc = LAUNCH_PROC_INIT,
    };
    struct err e = ERR_INIT;
    sigset_t set;

    memcpy(m.c.id, job->plan->id, sizeof(m.c.id));
    detach(&m);
    if (set_up(&m, &e) < 0)
        give_up(&m, &e);
    slim(&m);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (tell_started(&m, &e) < 0 || loop_add_signals(m.loop, &set, on_signal, &m, NULL, &e) < 0 ||
        loop_run(m.loop, &e) < 0)
        proc_pidfd_signal(m.proc.pidfd, SIGKILL);
    tell_end(&m);
    discard(&m, &e);
    _exit(0);
}
