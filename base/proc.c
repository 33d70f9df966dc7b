/* SPDX-License-Identifier: MIT */
/* Processes: clone3, pidfds, waiting, descriptor passing. */
#include "base/proc.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/proc_old.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

#define EXITING 0x4 /* PF_EXITING of the kernel's sched.h */

/* Reads /proc/PID/stat and returns what follows the command name's closing parenthesis. */
static const char *read_stat(pid_t pid, char *buf, size_t len)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (pid <= 0 || fs_read_small(AT_FDCWD, path, buf, len) <= 0)
        return NULL;
    char *paren = strrchr(buf, ')');
    return paren && paren[1] == ' ' ? paren + 2 : NULL;
}

char proc_state(pid_t pid)
{
    char buf[1024];
    const char *rest = read_stat(pid, buf, sizeof(buf));

    return rest ? *rest : '\0';
}

/* By proc(5)'s numbers: the first after the parenthesis is field 3. */
static uint64_t number_of(const char *rest, int field)
{
    for (int at = 3; rest && at < field; at++) {
        rest = strchr(rest, ' ');
        rest = rest ? rest + 1 : NULL;
    }
    return rest ? strtoull(rest, NULL, 10) : 0;
}

static uint64_t start_field(const char *rest)
{
    return number_of(rest, 22);
}

uint64_t proc_start_time(pid_t pid)
{
    char buf[1024];

    return start_field(read_stat(pid, buf, sizeof(buf)));
}

bool proc_alive(pid_t pid, uint64_t start_time)
{
    char buf[1024];
    const char *rest = read_stat(pid, buf, sizeof(buf));

    return rest && !str_has("ZXx", *rest) && start_field(rest) == start_time;
}

bool proc_dying(pid_t pid, char ret_name[static PROC_NAME_MAX])
{
    char buf[1024];
    const char *rest = read_stat(pid, buf, sizeof(buf));
    const char *name = rest ? strchr(buf, '(') : NULL;

    if (!name)
        return false;
    snprintf(ret_name, PROC_NAME_MAX, "%.*s", (int)(rest - 2 - (name + 1)), name + 1);
    return (number_of(rest, 9) & EXITING) || (number_of(rest, 31) >> (SIGKILL - 1) & 1);
}

pid_t proc_clone(uint64_t flags, int cgroup_fd, int *ret_pidfd)
{
    int pidfd = -1;
    struct clone_args args = {
        .flags = flags | (ret_pidfd ? CLONE_PIDFD : 0),
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
    };

    if (cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup_fd;
    }
    /* Kernels refuse a size that they do not know when there is something in it. */
    pid_t pid = (pid_t)syscall(SYS_clone3, &args,
                               cgroup_fd >= 0 ? sizeof(args) : (size_t)CLONE_ARGS_SIZE_VER0);
    if (pid < 0 && (errno == ENOSYS || (cgroup_fd >= 0 && errno == E2BIG)))
        pid = proc_old_clone(flags, cgroup_fd, ret_pidfd ? &pidfd : NULL);
    if (pid > 0 && ret_pidfd)
        *ret_pidfd = pidfd;
    return pid;
}

int proc_pidfd_open(pid_t pid)
{
    int fd = sys_pidfd_open(pid, 0);

    return fd < 0 && errno == ENOSYS ? proc_old_pidfd(pid) : fd;
}

bool proc_pidfd_is_old(int pidfd)
{
    struct stat st;

    return fstat(pidfd, &st) == 0 && S_ISDIR(st.st_mode);
}

int proc_pidfd_wait(int pidfd, int ms)
{
    struct pollfd p = { .fd = pidfd, .events = POLLIN };
    struct timespec start, now;
    int n = proc_old_wait(pidfd, ms);

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int left = ms; n < 0;) {
        n = poll(&p, 1, left);
        if (n < 0 && errno != EINTR)
            return -1;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t gone = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
        if (ms >= 0)
            left = gone < ms ? ms - (int)gone : 0;
    }
    return n;
}

int proc_pidfd_signal(int pidfd, int sig)
{
    return sys_pidfd_send_signal(pidfd, sig);
}

int proc_wait(pid_t pid)
{
    int status;
    pid_t r;

    do
        r = waitpid(pid, &status, 0);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -1 : status;
}

int proc_exit_code(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int proc_run(char *const *argv, struct err *e)
{
    pid_t pid;
    int errnum = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);

    if (errnum != 0)
        return err_errnum(e, errnum, "run", argv[0]);
    int status = proc_wait(pid);
    if (status < 0)
        return err_sys(e, "wait for", argv[0]);
    return proc_exit_code(status);
}

static int spawn_into(int out, char *const *argv, pid_t *ret, struct err *e)
{
    posix_spawn_file_actions_t actions;
    int errnum = posix_spawn_file_actions_init(&actions);

    if (errnum == 0)
        errnum = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (errnum == 0)
        errnum = posix_spawnp(ret, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return errnum != 0 ? err_errnum(e, errnum, "run", argv[0]) : 0;
}

static int read_to_end(int fd, struct buf *out, struct err *e)
{
    for (;;) {
        char *room = buf_room(out, 4096);
        ssize_t n = room ? read(fd, room, 4096) : 0;
        if (!room)
            return err_nomem(e);
        if (n < 0 && errno != EINTR)
            return err_sys(e, "read", "from a program's output");
        if (n == 0)
            return 0;
        if (n > 0)
            buf_grew(out, (size_t)n);
    }
}

int proc_output(char *const *argv, struct buf *out, struct err *e)
{
    int fds[2];
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_sys(e, "pipe", NULL);
    AUTO_FD int ours = fds[0];
    AUTO_FD int theirs = fds[1];
    int r = spawn_into(theirs, argv, &pid, e);
    if (r < 0)
        return r;
    mem_close(&theirs);
    r = read_to_end(ours, out, e);
    mem_close(&ours);
    int status = proc_wait(pid);
    if (r >= 0 && status < 0)
        return err_sys(e, "wait for", argv[0]);
    return r < 0 ? r : proc_exit_code(status);
}

void proc_open_std_fds(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return;
}

void proc_default_signals(void)
{
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        sys_default_signal(sig); /* fails for those that cannot be changed */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_range_of(unsigned first, unsigned last, unsigned flags)
{
    if (sys_close_range(first, last, flags) < 0 && (errno == ENOSYS || errno == EINVAL))
        proc_old_close(first, last, flags & CLOSE_RANGE_CLOEXEC);
}

void proc_close_from(int first)
{
    close_range_of((unsigned)first, ~0U, 0);
}

void proc_cloexec_from(int first)
{
    close_range_of((unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC);
}

void proc_close_except(const int *keep, size_t n)
{
    for (int first = 0;;) {
        int next = INT_MAX; /* the lowest descriptor to keep from `first` on */
        for (size_t i = 0; i < n; i++)
            if (keep[i] >= first && keep[i] < next)
                next = keep[i];
        if (next > first)
            close_range_of((unsigned)first, next == INT_MAX ? ~0U : (unsigned)next - 1, 0);
        if (next == INT_MAX)
            return;
        first = next + 1;
    }
}

bool proc_in_first_userns(void)
{
    char text[64];
    unsigned inside, outside, n;

    return fs_read_small(AT_FDCWD, "/proc/self/uid_map", text, sizeof(text)) < 0 ||
           sscanf(text, "%u %u %u", &inside, &outside, &n) != 3 ||
           (inside == 0 && outside == 0 && n == UINT32_MAX);
}

#define FDS_MAX 8

ssize_t proc_send_fds(int sock, const void *data, size_t len, const int *fds, size_t nfds)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
    } ctl = { 0 };
    struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    ssize_t n;

    if (nfds > FDS_MAX) {
        errno = EINVAL;
        return -1;
    }
    if (nfds > 0) {
        msg.msg_control = ctl.space;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
    }
    do
        n = sendmsg(sock, &msg, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}

static void take_fds(struct cmsghdr *c, int *fds, size_t nfds)
{
    size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

    for (size_t i = 0; i < count; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
        if (i < nfds && fds[i] < 0)
            fds[i] = fd;
        else
            close(fd);
    }
}

ssize_t proc_recv_fds(int sock, void *data, size_t len, int *fds, size_t nfds)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
    } ctl;
    struct iovec iov = { .iov_base = data, .iov_len = len };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = ctl.space,
                          .msg_controllen = sizeof(ctl.space) };
    ssize_t n;

    for (size_t i = 0; i < nfds; i++)
        fds[i] = -1;
    do
        n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            take_fds(c, fds, nfds);
    return n;
}
