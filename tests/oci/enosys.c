/* SPDX-License-Identifier: MIT */
/* Runs a command as if the kernel were older: enosys WHAT... -- COMMAND [ARG...]
 *
 * WHAT is a system call's name, which is answered with ENOSYS from then on, in all children too; or
 * new-mount-api, all of them; or clone-into-cgroup, close-range-cloexec: the part of a call that
 * came later; or file:NAME, a file that is missing wherever it is opened by that name. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const mount_api[] = { "open_tree", "move_mount", "fsopen",       "fsconfig",
                                         "fsmount",   "fspick",     "mount_setattr" };

static const char *missing_file;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "enosys: %s: %s\n", what, strerror(errno));
    exit(125);
}

static void refuse(scmp_filter_ctx ctx, const char *name)
{
    int nr = seccomp_syscall_resolve_name(name);

    errno = EINVAL;
    if (nr == __NR_SCMP_ERROR || seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), nr, 0) < 0)
        die(name);
}

static void refuse_what(scmp_filter_ctx ctx, const char *what)
{
    int r = 0;

    if (strcmp(what, "new-mount-api") == 0) {
        for (size_t i = 0; i < sizeof(mount_api) / sizeof(mount_api[0]); i++)
            refuse(ctx, mount_api[i]);
    } else if (strcmp(what, "clone-into-cgroup") == 0) {
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(E2BIG), SCMP_SYS(clone3), 1,
                             SCMP_A1(SCMP_CMP_GT, 80));
    } else if (strcmp(what, "close-range-cloexec") == 0) {
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(close_range), 1,
                             SCMP_A2(SCMP_CMP_NE, 0));
    } else if (strncmp(what, "file:", 5) == 0) {
        missing_file = what + 5;
        r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, SCMP_SYS(openat), 0);
    } else {
        refuse(ctx, what);
    }
    if (r < 0) {
        errno = -r;
        die(what);
    }
}

/* ---- missing files ---- */

static void send_fd(int sock, int fd)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } ctl = { 0 };
    struct iovec iov = { .iov_base = (void *)"f", .iov_len = 1 };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = ctl.space,
                          .msg_controllen = sizeof(ctl.space) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &fd, sizeof(int));
    if (sendmsg(sock, &msg, 0) < 0)
        die("sendmsg");
}

static int recv_fd(int sock)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } ctl = { 0 };
    char byte;
    struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = ctl.space,
                          .msg_controllen = sizeof(ctl.space) };
    int fd = -1;

    if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&msg))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
    return fd;
}

static bool is_missing(const struct seccomp_notif *req)
{
    char text[256] = "";
    struct iovec to = { .iov_base = text, .iov_len = sizeof(text) - 1 };
    struct iovec from = { .iov_base = (void *)req->data.args[1], .iov_len = sizeof(text) - 1 };

    if (process_vm_readv((pid_t)req->pid, &to, 1, &from, 1, 0) < 0) {
        /* The text may end before a page that is not there. */
        to.iov_len = from.iov_len = strlen(missing_file) + 1;
        if (process_vm_readv((pid_t)req->pid, &to, 1, &from, 1, 0) < 0)
            return false;
    }
    const char *slash = strrchr(text, '/');
    return strcmp(slash ? slash + 1 : text, missing_file) == 0;
}

/* Until nobody is left who could ask. */
static void answer(int listener)
{
    struct seccomp_notif *req;
    struct seccomp_notif_resp *resp;

    /* The kernel wants a request that is zero before each. */
    for (;; seccomp_notify_free(req, resp)) {
        if (seccomp_notify_alloc(&req, &resp) < 0)
            die("seccomp_notify_alloc");
        if (seccomp_notify_receive(listener, req) < 0)
            continue;
        resp->id = req->id;
        resp->val = 0;
        resp->error = is_missing(req) ? -ENOENT : 0;
        resp->flags = resp->error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        seccomp_notify_respond(listener, resp);
    }
}

static void run(scmp_filter_ctx ctx, char **argv, int sock)
{
    int r = seccomp_load(ctx);

    if (r < 0) {
        errno = -r;
        die("seccomp");
    }
    if (sock >= 0)
        send_fd(sock, seccomp_notify_fd(ctx));
    execvp(argv[0], argv);
    die(argv[0]);
}

/* The supervisor lets its child ask, and ends with it. */
static int supervise(scmp_filter_ctx ctx, char **argv)
{
    int sock[2], status;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) < 0)
        die("socketpair");
    pid_t pid = fork();
    if (pid == 0)
        run(ctx, argv, sock[1]);
    close(sock[1]);
    int listener = recv_fd(sock[0]);
    pid_t helper = fork();
    if (helper == 0) {
        answer(listener);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    kill(helper, SIGKILL);
    waitpid(helper, NULL, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    int i = 1;

    if (!ctx || seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0) < 0)
        die("seccomp_init");
    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        refuse_what(ctx, argv[i]);
    if (i + 1 >= argc) {
        fprintf(stderr, "usage: enosys WHAT... -- COMMAND [ARG...]\n");
        return 64;
    }
    if (missing_file)
        return supervise(ctx, argv + i + 1);
    run(ctx, argv + i + 1, -1);
}
