/* SPDX-License-Identifier: MIT */
/* The event loop: descriptors, timers, signals, and removal while it runs. */
#include "base/loop.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>

#define MS 1000000LL

struct world {
    struct loop *loop;
    struct loop_source *first;
    struct loop_source *second;
    int calls;
    int signal;
    pid_t sender;
};

static struct world w;

static void make_loop(void)
{
    struct err e = ERR_INIT;

    w = (struct world){ 0 };
    unit_ok(loop_new(&w.loop, &e), &e);
}

static void free_loop(void)
{
    loop_free(w.loop);
}

static void run_loop(void)
{
    struct err e = ERR_INIT;

    unit_ok(loop_run(w.loop, &e), &e);
}

static int stop(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    w.calls++;
    loop_stop(w.loop);
    return 0;
}

static int read_byte(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    char c;

    ck_assert_ptr_eq(arg, &w);
    if (events & EPOLLIN)
        ck_assert_int_eq(read(loop_fd(src), &c, 1), 1);
    if (events & EPOLLIN && ++w.calls < 3)
        return 0;
    loop_stop(w.loop);
    return 0;
}

START_TEST(calls_back_for_descriptors)
{
    struct err e = ERR_INIT;
    struct loop_source *src;
    int fd[2];

    ck_assert_int_eq(pipe(fd), 0);
    unit_ok(loop_add(w.loop, fd[0], EPOLLIN, read_byte, &w, &src, &e), &e);
    ck_assert_int_eq(loop_fd(src), fd[0]);
    ck_assert_int_eq(write(fd[1], "abc", 3), 3);
    run_loop();
    ck_assert_int_eq(w.calls, 3);
    unit_ok(loop_mod(src, 0, &e), &e);
    close(fd[1]); /* EPOLLHUP comes unasked */
    run_loop();
    ck_assert_int_eq(w.calls, 3);
    loop_del(src);
    unit_ok(loop_add_timer(w.loop, 1, 0, stop, NULL, NULL, &e), &e);
    run_loop();
    ck_assert_int_ge(fcntl(fd[0], F_GETFD), 0); /* still the caller's */
    close(fd[0]);
}
END_TEST

START_TEST(refuses_bad_descriptors)
{
    struct err e = ERR_INIT;
    struct loop_source *src = NULL;

    unit_fails(loop_add(w.loop, -1, EPOLLIN, stop, NULL, &src, &e), ERR_SYS, &e);
    ck_assert_ptr_null(src);
}
END_TEST

static int64_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static int tick(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    if (++w.calls == 3)
        loop_stop(w.loop);
    return 0;
}

START_TEST(timers_fire_once_or_repeat)
{
    struct err e = ERR_INIT;
    struct loop_source *once;
    struct loop_source *often;
    int64_t start = now();

    unit_ok(loop_add_timer(w.loop, 20 * MS, 0, stop, NULL, &once, &e), &e);
    run_loop();
    ck_assert_int_eq(w.calls, 1);
    ck_assert_int_ge(now() - start, 20 * MS);
    w.calls = 0;
    start = now();
    unit_ok(loop_add_timer(w.loop, MS, 5 * MS, tick, NULL, &often, &e), &e);
    run_loop();
    ck_assert_int_eq(w.calls, 3);
    ck_assert_int_ge(now() - start, 11 * MS);
    /* Disarmed and armed again. */
    unit_ok(loop_set_timer(often, 0, 0, &e), &e);
    w.calls = 0;
    unit_ok(loop_set_timer(once, 30 * MS, 0, &e), &e);
    run_loop();
    ck_assert_int_eq(w.calls, 1);
}
END_TEST

static int on_signal(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    const struct signalfd_siginfo *info = NULL;

    w.signal = loop_signal(src, &info);
    w.sender = (pid_t)info->ssi_pid;
    if (++w.calls == 2)
        loop_stop(w.loop);
    return 0;
}

START_TEST(signals_arrive_one_by_one)
{
    struct err e = ERR_INIT;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    unit_ok(loop_add_signals(w.loop, &set, on_signal, NULL, NULL, &e), &e);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR2);
    run_loop();
    ck_assert_int_eq(w.calls, 2);
    ck_assert_int_eq(w.signal, SIGUSR2);
    ck_assert_int_eq(w.sender, getpid());
}
END_TEST

static int give_up(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    return err_set(e, ERR_STATE, "a callback failed");
}

START_TEST(failure_stops_the_loop)
{
    struct err e = ERR_INIT;

    unit_ok(loop_add_timer(w.loop, 1, 0, give_up, NULL, NULL, &e), &e);
    unit_fails(loop_run(w.loop, &e), ERR_STATE, &e);
    ck_assert_str_eq(e.msg, "a callback failed");
}
END_TEST

/* Whichever of the two ready sources comes first removes both: the other must stay silent. */
static int remove_both(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    w.calls++;
    loop_del(w.first);
    loop_del(w.second);
    loop_del(w.second); /* twice is fine */
    return 0;
}

START_TEST(removal_while_running)
{
    struct err e = ERR_INIT;
    int fd[2];

    ck_assert_int_eq(pipe(fd), 0);
    int other = dup(fd[0]);
    unit_ok(loop_add(w.loop, fd[0], EPOLLIN, remove_both, NULL, &w.first, &e), &e);
    unit_ok(loop_add(w.loop, other, EPOLLIN, remove_both, NULL, &w.second, &e), &e);
    ck_assert_int_eq(write(fd[1], "x", 1), 1);
    unit_ok(loop_add_timer(w.loop, 20 * MS, 0, stop, NULL, NULL, &e), &e);
    run_loop();
    ck_assert_int_eq(w.calls, 2); /* one removal, one stop */
    loop_del(NULL);
    close(fd[0]);
    close(fd[1]);
    close(other);
}
END_TEST

START_TEST(freeing_nothing)
{
    loop_free(NULL);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("loop");

    tcase_add_checked_fixture(t, make_loop, free_loop);
    tcase_add_test(t, calls_back_for_descriptors);
    tcase_add_test(t, refuses_bad_descriptors);
    tcase_add_test(t, timers_fire_once_or_repeat);
    tcase_add_test(t, signals_arrive_one_by_one);
    tcase_add_test(t, failure_stops_the_loop);
    tcase_add_test(t, removal_while_running);
    tcase_add_test(t, freeing_nothing);
    return unit_run(t);
}
