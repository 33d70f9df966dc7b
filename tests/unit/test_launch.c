/* SPDX-License-Identifier: MIT */
/* A released process is listened to for failures alone: its end may be somebody else's by then. */
#include "base/mem.h"
#include "runtime/launch.h"
#include "runtime/sync.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

static int theirs;
static struct launch_proc p;
static struct err e;

static void start(void)
{
    static char word[] = "cmd";
    static char *args[] = { word, NULL };
    static struct config_process process = { .args = args };
    int pair[2];

    signal(SIGPIPE, SIG_IGN);
    p = (struct launch_proc)LAUNCH_PROC_INIT;
    p.process = &process;
    e = (struct err)ERR_INIT;
    unit_ok(sync_pair(pair, &e), &e);
    p.sync_fd = pair[0];
    theirs = pair[1];
}

static void finish(void)
{
    mem_fd_cleanup(&theirs);
    launch_close(&p);
}

START_TEST(nothing_but_failures_counts_after_the_release)
{
    static const enum sync_kind kinds[] = { SYNC_PTY,   SYNC_HOOKS, SYNC_LISTENER,
                                            SYNC_READY, SYNC_TREE,  SYNC_GO };
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(sync_send(theirs, kinds[_i], 1, fd), 0);
    close(fd);
    unit_fails(launch_start(&p, &e), ERR_CORRUPT, &e);
    ck_assert_str_eq(e.msg, "the container's process spoke out of turn");
    ck_assert_int_eq(p.pty_fd, -1);
    /* The descriptor that came along is closed: the lowest free one is the same as before. */
    int again = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(again, fd);
    close(again);
}
END_TEST

START_TEST(failures_are_heard)
{
    ck_assert_int_eq(sync_send(theirs, SYNC_ERRNO, ENOEXEC, -1), 0);
    unit_fails(launch_start(&p, &e), ERR_CMD_NOT_EXEC, &e);
}
END_TEST

START_TEST(the_exec_closes_the_other_end)
{
    struct sync_msg m;

    ck_assert_int_eq(sync_send(theirs, SYNC_WARN, 0, -1), 0);
    shutdown(theirs, SHUT_WR);
    unit_ok(launch_start(&p, &e), &e);
    ck_assert_int_eq(sync_recv(theirs, &m, NULL), 1);
    ck_assert_int_eq(m.kind, SYNC_GO);
}
END_TEST

/* In another process: once the release has come, says one thing more, or nothing, and is gone. */
static void leave_unread(enum sync_kind kind)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct pollfd wait = { .fd = theirs, .events = POLLIN };
        close(p.sync_fd);
        if (poll(&wait, 1, -1) == 1 && kind != SYNC_NONE)
            sync_send(theirs, kind, ENOEXEC, -1);
        _exit(0);
    }
    ck_assert_int_gt(pid, 0);
    mem_close(&theirs);
}

START_TEST(who_leaves_its_release_unread_is_heard)
{
    leave_unread(SYNC_ERRNO);
    unit_fails(launch_start(&p, &e), ERR_CMD_NOT_EXEC, &e);
}
END_TEST

START_TEST(who_leaves_its_release_unread_has_not_been_executed)
{
    leave_unread(SYNC_NONE);
    unit_fails(launch_start(&p, &e), ERR_SYS, &e);
    ck_assert_str_eq(e.msg, "the container's process ended while it was set up");
}
END_TEST

START_TEST(who_has_gone_before_its_release_is_heard)
{
    ck_assert_int_eq(sync_send(theirs, SYNC_ERRNO, ENOEXEC, -1), 0);
    mem_close(&theirs);
    unit_fails(launch_start(&p, &e), ERR_CMD_NOT_EXEC, &e);
}
END_TEST

START_TEST(who_has_gone_in_silence_has_not_been_executed)
{
    mem_close(&theirs);
    unit_fails(launch_start(&p, &e), ERR_SYS, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("launch");

    tcase_add_checked_fixture(t, start, finish);
    tcase_add_loop_test(t, nothing_but_failures_counts_after_the_release, 0, 6);
    tcase_add_test(t, failures_are_heard);
    tcase_add_test(t, the_exec_closes_the_other_end);
    tcase_add_test(t, who_leaves_its_release_unread_is_heard);
    tcase_add_test(t, who_leaves_its_release_unread_has_not_been_executed);
    tcase_add_test(t, who_has_gone_before_its_release_is_heard);
    tcase_add_test(t, who_has_gone_in_silence_has_not_been_executed);
    return unit_run(t);
}
