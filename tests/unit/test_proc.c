/* SPDX-License-Identifier: MIT */
/* Processes: identity, clone3 and pidfds, waiting, descriptor passing, signal names. */
#include "base/mem.h"
#include "base/proc.h"
#include "tests/unit/unit.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

START_TEST(identity)
{
    uint64_t mine = proc_start_time(getpid());

    ck_assert_uint_gt(mine, 0);
    ck_assert(proc_alive(getpid(), mine));
    ck_assert(!proc_alive(getpid(), mine + 1));
    ck_assert_int_eq(proc_state(getpid()), 'R');
    ck_assert_uint_eq(proc_start_time(0), 0);
    ck_assert_uint_eq(proc_start_time(-1), 0);
    ck_assert_int_eq(proc_state(1 << 30), '\0');
}
END_TEST

/* The name in /proc/PID/stat may hold spaces and parentheses. */
START_TEST(identity_with_an_odd_name)
{
    uint64_t before = proc_start_time(getpid());

    ck_assert_int_eq(prctl(PR_SET_NAME, ") Z 1 2 (x"), 0);
    ck_assert_uint_eq(proc_start_time(getpid()), before);
    ck_assert(proc_alive(getpid(), before));
}
END_TEST

START_TEST(zombies_are_not_alive)
{
    pid_t child = fork();

    if (child == 0)
        _exit(3);
    while (proc_state(child) != 'Z')
        usleep(1000);
    uint64_t start = proc_start_time(child);
    ck_assert_uint_gt(start, 0);
    ck_assert(!proc_alive(child, start));
    ck_assert_int_eq(proc_exit_code(proc_wait(child)), 3);
    ck_assert_uint_eq(proc_start_time(child), 0);
    ck_assert_int_eq(proc_wait(child), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(clone_gives_a_pidfd)
{
    AUTO_FD int pidfd = -1;
    pid_t child = proc_clone(0, -1, &pidfd);

    if (child == 0) {
        pause();
        _exit(0);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_ge(pidfd, 0);
    ck_assert(fcntl(pidfd, F_GETFD) & FD_CLOEXEC);
    AUTO_FD int other = proc_pidfd_open(child);
    ck_assert_int_ge(other, 0);
    struct pollfd p = { .fd = other, .events = POLLIN };
    ck_assert_int_eq(poll(&p, 1, 0), 0);
    ck_assert_int_eq(proc_pidfd_signal(pidfd, SIGKILL), 0);
    ck_assert_int_eq(poll(&p, 1, -1), 1);
    ck_assert_int_eq(proc_exit_code(proc_wait(child)), 128 + SIGKILL);
    ck_assert_int_eq(proc_pidfd_signal(pidfd, 0), -1);
    ck_assert_int_eq(errno, ESRCH);
}
END_TEST

START_TEST(clone_with_namespaces)
{
    pid_t child = proc_clone(CLONE_NEWPID | CLONE_NEWNS, -1, NULL);

    if (child < 0 && errno == EPERM)
        return; /* not root */
    if (child == 0)
        _exit(getpid() == 1 ? 0 : 1);
    ck_assert_int_eq(proc_exit_code(proc_wait(child)), 0);
}
END_TEST

START_TEST(runs_programs)
{
    struct err e = ERR_INIT;

    ck_assert_int_eq(proc_run((char *[]){ (char *)"true", NULL }, &e), 0);
    ck_assert_int_eq(
        proc_run((char *[]){ (char *)"sh", (char *)"-c", (char *)"exit 42", NULL }, &e), 42);
    ck_assert_int_eq(
        proc_run((char *[]){ (char *)"/bin/sh", (char *)"-c", (char *)"kill -9 $$", NULL }, &e),
        137);
    unit_fails(proc_run((char *[]){ (char *)"/no/such/program", NULL }, &e), ERR_SYS, &e);
    AUTO_BUF struct buf out = { 0 };
    ck_assert_int_eq(
        proc_output((char *[]){ (char *)"sh", (char *)"-c", (char *)"echo a b; exit 3", NULL },
                    &out, &e),
        3);
    ck_assert_str_eq(out.data, "a b\n");
    unit_fails(proc_output((char *[]){ (char *)"/no/such/program", NULL }, &out, &e), ERR_SYS, &e);
    ck_assert_int_eq(e.errnum, ENOENT);
    ck_assert(strstr(e.msg, "/no/such/program") != NULL);
}
END_TEST

START_TEST(closes_descriptors)
{
    int low = fcntl(0, F_DUPFD, 100);
    int high = fcntl(0, F_DUPFD, 200);

    proc_cloexec_from(200);
    ck_assert_int_eq(fcntl(low, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert(fcntl(high, F_GETFD) & FD_CLOEXEC);
    proc_close_from(150);
    ck_assert_int_ge(fcntl(low, F_GETFD), 0);
    ck_assert_int_eq(fcntl(high, F_GETFD), -1);
}
END_TEST

START_TEST(opens_standard_descriptors)
{
    char target[16] = "";
    pid_t pid = fork();

    if (pid == 0) {
        int input = open("/dev/zero", O_RDONLY);
        dup2(input, 0);
        close(1);
        close(2);
        proc_open_std_fds();
        if (readlink("/proc/self/fd/0", target, 15) != 9 || strcmp(target, "/dev/zero") != 0)
            _exit(1);
        memset(target, 0, sizeof(target));
        if (readlink("/proc/self/fd/1", target, 15) < 0 || strcmp(target, "/dev/null") != 0)
            _exit(2);
        _exit(fcntl(2, F_GETFD) == 0 && write(2, "x", 1) == 1 ? 0 : 3);
    }
    ck_assert_int_eq(proc_exit_code(proc_wait(pid)), 0);
}
END_TEST

START_TEST(passes_descriptors)
{
    int pair[2];
    int tube[2];
    int got[4];
    char text[8];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    ck_assert_int_eq(pipe(tube), 0);
    ck_assert_int_eq(proc_send_fds(pair[0], "two", 3, tube, 2), 3);
    ck_assert_int_eq(proc_recv_fds(pair[1], text, sizeof(text), got, 4), 3);
    ck_assert_mem_eq(text, "two", 3);
    ck_assert_int_eq(got[2], -1);
    ck_assert_int_eq(got[3], -1);
    ck_assert(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
    ck_assert_int_eq(write(got[1], "x", 1), 1);
    ck_assert_int_eq(read(tube[0], text, 1), 1);

    ck_assert_int_eq(proc_send_fds(pair[0], "none", 4, NULL, 0), 4);
    ck_assert_int_eq(proc_recv_fds(pair[1], text, sizeof(text), got, 1), 4);
    ck_assert_int_eq(got[0], -1);
}
END_TEST

/* More descriptors than the receiver wants do not leak into it. */
START_TEST(drops_surplus_descriptors)
{
    int pair[2];
    int many[9] = { 0, 1, 2, 0, 1, 2, 0, 1, 2 };
    int got[1];
    char c;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    ck_assert_int_eq(proc_send_fds(pair[0], "x", 1, many, 9), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(proc_send_fds(pair[0], "x", 1, many, 8), 1);
    ck_assert_int_eq(proc_recv_fds(pair[1], &c, 1, got, 1), 1);
    ck_assert_int_ge(got[0], 0);
    int next = dup(0);
    ck_assert_int_eq(next, got[0] + 1);
}
END_TEST

static const struct {
    const char *name;
    int number; /* -1: no such signal */
} names[] = {
    { "SIGTERM", SIGTERM },
    { "TERM", SIGTERM },
    { "term", SIGTERM },
    { "sigTerm", SIGTERM },
    { "15", 15 },
    { "64", 64 },
    { "RTMIN", 34 },
    { "SIGRTMIN+3", 37 },
    { "rtmax", 64 },
    { "SIGRTMAX-1", 63 },
    { "RTMIN+30", 64 },
    { "IOT", SIGABRT },
    { "CLD", SIGCHLD },
    { "POLL", SIGIO },
    { "WINCH", SIGWINCH },
    { "0", -1 },
    { "65", -1 },
    { "-1", -1 },
    { "", -1 },
    { "SIG", -1 },
    { "NONSUCH", -1 },
    { "RTMIN-1", -1 },
    { "RTMAX+1", -1 },
    { "RTMIN+31", -1 },
    { "RTMINx", -1 },
    { "SIGSIGTERM", -1 },
    { "15x", -1 },
};

START_TEST(signal_numbers)
{
    ck_assert_int_eq(proc_signal_number(names[_i].name), names[_i].number);
}
END_TEST

START_TEST(signal_names)
{
    ck_assert_str_eq(proc_signal_name(SIGKILL), "SIGKILL");
    ck_assert_str_eq(proc_signal_name(SIGSYS), "SIGSYS");
    ck_assert_ptr_null(proc_signal_name(0));
    ck_assert_ptr_null(proc_signal_name(40));
    ck_assert_ptr_null(proc_signal_name(-1));
    for (int sig = 1; sig < 32; sig++)
        ck_assert_int_eq(proc_signal_number(proc_signal_name(sig)), sig);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("proc");

    tcase_add_test(t, identity);
    tcase_add_test(t, identity_with_an_odd_name);
    tcase_add_test(t, zombies_are_not_alive);
    tcase_add_test(t, clone_gives_a_pidfd);
    tcase_add_test(t, clone_with_namespaces);
    tcase_add_test(t, runs_programs);
    tcase_add_test(t, closes_descriptors);
    tcase_add_test(t, opens_standard_descriptors);
    tcase_add_test(t, passes_descriptors);
    tcase_add_test(t, drops_surplus_descriptors);
    tcase_add_loop_test(t, signal_numbers, 0, (int)ARRAY_LEN(names));
    tcase_add_test(t, signal_names);
    return unit_run(t);
}
