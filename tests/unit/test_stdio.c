/* SPDX-License-Identifier: MIT */
/* The container's streams between pipes, log and clients: slow, greedy and vanishing ones. */
#include "engine/monitor/stdio.h"

#include "base/proc.h"
#include "engine/attach.h"
#include "engine/client.h"
#include "engine/monitor/logfile.h"
#include "tests/unit/unit.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define ALL (ATTACH_STDIN | ATTACH_STDOUT | ATTACH_STDERR)

static struct err e;
static struct attach *client;
static int box[3]; /* the container's ends */
static pid_t monitor;
static int end_fd; /* closing it ends the container */

static int on_end(struct loop_source *src, uint32_t events, void *arg, struct err *err)
{
    loop_del(src);
    return stdio_end(arg, err);
}

static void monitor_loop(int sock, int end, bool with_log)
{
    struct loop *loop;
    struct stdio *s;
    struct clients *c;
    int log = -1;
    int32_t code = 7;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (loop_new(&loop, &e) < 0 || (with_log && logfile_open(unit_dirfd, &log, &e) < 0) ||
        stdio_new(loop, log, &s, &e) < 0 ||
        clients_new(loop, unit_dirfd, "\0\1", &stdio_clients_ops, s, &c, &e) < 0)
        _exit(10);
    stdio_set_clients(s, c);
    if (stdio_make_pipes(s, true, box, &e) < 0)
        _exit(11);
    if (proc_send_fds(end, "x", 1, box, 3) < 0)
        _exit(12);
    for (int i = 0; i < 3; i++)
        close(box[i]);
    if (stdio_start(s, -1, &e) < 0 || clients_adopt(c, sock, ALL, &e) < 0 ||
        loop_add(loop, end, EPOLLIN, on_end, s, NULL, &e) < 0 || loop_run(loop, &e) < 0)
        _exit(13);
    clients_finish(c, ATTACH_MSG_EXIT, &code, sizeof(code), 5000);
    clients_free(c);
    stdio_free(s);
    loop_free(loop);
    _exit(0);
}

static void start_monitor(bool with_log)
{
    int sock[2];
    int end[2];
    char c;

    unit_dir_make();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end), 0);
    monitor = fork();
    ck_assert_int_ge(monitor, 0);
    if (monitor == 0) {
        close(sock[0]);
        close(end[0]);
        monitor_loop(sock[1], end[1], with_log);
    }
    close(sock[1]);
    close(end[1]);
    end_fd = end[0];
    ck_assert_int_eq(proc_recv_fds(end_fd, &c, 1, box, 3), 1);
    unit_ok(client_new(sock[0], &client, &e), &e);
}

static void start(void)
{
    start_monitor(true);
}

static void stop(void)
{
    int status;

    attach_close(client);
    for (int i = 0; i < 3; i++)
        close(box[i]);
    close(end_fd);
    ck_assert_int_eq(waitpid(monitor, &status, 0), monitor);
    ck_assert_int_eq(status, 0);
    unit_dir_remove();
}

/* The container: a child that writes `total` bytes of a pattern to stdout and ends. */
static void write_much(size_t total)
{
    static char chunk[65536];

    if (fork() == 0) {
        attach_close(client);
        close(end_fd);
        for (size_t at = 0; at < total; at += sizeof(chunk)) {
            for (size_t i = 0; i < sizeof(chunk); i++)
                chunk[i] = (char)((at + i) * 2654435761u >> 24);
            if (fs_write_all(box[1], chunk, sizeof(chunk)) < 0)
                _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < 3; i++)
        close(box[i]);
    box[0] = box[1] = box[2] = -1;
}

static bool is_pattern(const struct attach_event *ev, size_t at)
{
    for (size_t i = 0; i < ev->len; i++)
        if (ev->data[i] != (char)((at + i) * 2654435761u >> 24))
            return false;
    return true;
}

#define MIB ((size_t)1 << 20)

/* 50 MB to a reader that sleeps: the writer is held back, nothing goes missing. */
START_TEST(slow_client)
{
    static char buf[ATTACH_DATA_MAX + 1];
    struct attach_event ev;
    size_t at = 0;
    unsigned n = 0;

    write_much(50 * MIB);
    while (at < 50 * MIB) {
        unit_ok(attach_next(client, buf, &ev, &e), &e);
        ck_assert_int_eq(ev.type, ATTACH_MSG_STDOUT);
        ck_assert(is_pattern(&ev, at));
        at += ev.len;
        if (++n % 100 == 0)
            usleep(20000);
    }
    ck_assert_uint_eq(at, 50 * MIB);
    shutdown(end_fd, SHUT_WR);
    unit_ok(attach_next(client, buf, &ev, &e), &e);
    ck_assert_int_eq(ev.type, ATTACH_MSG_EXIT);
    ck_assert_int_eq(ev.exit_code, 7);
}
END_TEST

START_TEST(vanishing_client)
{
    int status;

    write_much(20 * MIB);
    usleep(50000); /* it is stuck by now: nobody reads */
    attach_close(client);
    client = NULL;
    ck_assert_int_gt(wait(&status), 0); /* the writer gets to its end */
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(both_streams)
{
    char buf[ATTACH_DATA_MAX + 1];
    struct attach_event ev;

    ck_assert_int_eq(write(box[2], "err", 3), 3);
    unit_ok(attach_next(client, buf, &ev, &e), &e);
    ck_assert_int_eq(ev.type, ATTACH_MSG_STDERR);
    ck_assert_int_eq(write(box[1], "out", 3), 3);
    unit_ok(attach_next(client, buf, &ev, &e), &e);
    ck_assert_int_eq(ev.type, ATTACH_MSG_STDOUT);
    ck_assert(ev.len == 3 && memcmp(ev.data, "out", 3) == 0);
}
END_TEST

START_TEST(input_and_its_end)
{
    char buf[64];

    unit_ok(attach_resize(client, 10, 20, &e), &e); /* no terminal: ignored */
    unit_ok(attach_stdin(client, "hello", 5, &e), &e);
    ck_assert_int_eq(read(box[0], buf, sizeof(buf)), 5);
    unit_ok(attach_stdin_eof(client, &e), &e);
    ck_assert_int_eq(read(box[0], buf, sizeof(buf)), 0);
    unit_ok(attach_stdin(client, "late", 4, &e), &e);
}
END_TEST

/* More than pipe and socket hold, then gone: all of it arrives, and then the end. */
START_TEST(input_of_a_client_that_leaves)
{
    static char chunk[4 * 1024 * 1024];
    size_t got = 0;
    ssize_t n;

    memset(chunk, 'x', sizeof(chunk));
    pid_t sender = fork();
    if (sender == 0) {
        int r = attach_stdin(client, chunk, sizeof(chunk), &e);
        _exit(r < 0);
    }
    attach_close(client);
    client = NULL;
    usleep(50000);
    while ((n = read(box[0], chunk, 65536)) > 0)
        got += (size_t)n;
    ck_assert_uint_eq(got, sizeof(chunk));
    waitpid(sender, NULL, 0);
}
END_TEST

/* The monitor stands still while several things happen, and then meets them all at once. */
static void halt_monitor(void)
{
    ck_assert_int_eq(kill(monitor, SIGSTOP), 0);
    while (proc_state(monitor) != 'T')
        usleep(1000);
}

static void client_leaves(void)
{
    attach_close(client);
    client = NULL;
    ck_assert_int_eq(kill(monitor, SIGCONT), 0);
}

/* All that the container can read until the end, behind the first `got` bytes. */
static size_t rest_of_input(size_t got)
{
    static char buf[65536];
    ssize_t n;

    while ((n = read(box[0], buf, sizeof(buf))) > 0)
        got += (size_t)n;
    ck_assert_int_eq(n, 0);
    return got;
}

/* Sends until pipe, monitor and socket are full: the monitor sleeps, although the socket is. How
 * many bytes it took. */
static size_t fill_input(void)
{
    static const char packet[1001] = { ATTACH_MSG_STDIN };
    size_t sent = 0;
    ssize_t n;

    do {
        n = send(client->fd, packet, sizeof(packet), MSG_DONTWAIT);
        sent += n > 0 ? sizeof(packet) - 1 : 0;
    } while (n > 0 || proc_state(monitor) != 'S');
    return sent;
}

/* Room for input, and then the hang-up of a client that was not read from until then. */
START_TEST(room_and_leaving_at_once)
{
    static char buf[32768];

    size_t sent = fill_input();
    halt_monitor();
    ck_assert_int_eq(read(box[0], buf, sizeof(buf)), sizeof(buf));
    client_leaves();
    ck_assert_uint_eq(rest_of_input(sizeof(buf)), sent);
}
END_TEST

/* Output for a client that has gone, whose last words are still to be read. */
START_TEST(output_and_leaving_at_once)
{
    halt_monitor();
    ck_assert_int_eq(write(box[1], "out", 3), 3);
    unit_ok(attach_stdin(client, "last words", 10, &e), &e);
    client_leaves();
    ck_assert_uint_eq(rest_of_input(0), 10);
}
END_TEST

/* A client that leaves without having read its output is a connection reset. */
START_TEST(leaving_with_output_unread)
{
    struct pollfd p = { .fd = client->fd, .events = POLLIN };

    ck_assert_int_eq(write(box[1], "out", 3), 3);
    ck_assert_int_eq(poll(&p, 1, -1), 1);
    halt_monitor();
    unit_ok(attach_stdin(client, "last words", 10, &e), &e);
    client_leaves();
    ck_assert_uint_eq(rest_of_input(0), 10);
}
END_TEST

START_TEST(later_clients)
{
    char buf[ATTACH_DATA_MAX + 1];
    struct attach_event ev;
    struct container c = CONTAINER_INIT;
    struct attach *two = NULL;

    c.run_fd = unit_dirfd;
    unit_ok(client_connect(&c, &two, &e), &e);
    unit_ok(client_hello(two, ALL, &e), &e);
    ck_assert(!two->tty && two->stdin_open);
    ck_assert_int_eq(write(box[1], "out", 3), 3);
    unit_ok(attach_next(two, buf, &ev, &e), &e);
    ck_assert_int_eq(ev.type, ATTACH_MSG_STDOUT);
    unit_ok(attach_next(client, buf, &ev, &e), &e);
    ck_assert_int_eq(ev.type, ATTACH_MSG_STDOUT);
    unit_ok(attach_stdin(two, "in", 2, &e), &e);
    ck_assert_int_eq(read(box[0], buf, 10), 2);
    unit_ok(attach_stdin_eof(two, &e), &e); /* not its to end */
    attach_close(two);
    unit_ok(attach_stdin(client, "on", 2, &e), &e);
    ck_assert_int_eq(read(box[0], buf, 10), 2);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("stdio");

    signal(SIGPIPE, SIG_IGN);
    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, slow_client);
    tcase_add_test(t, vanishing_client);
    tcase_add_test(t, both_streams);
    tcase_add_test(t, input_and_its_end);
    tcase_add_test(t, input_of_a_client_that_leaves);
    tcase_add_test(t, room_and_leaving_at_once);
    tcase_add_test(t, output_and_leaving_at_once);
    tcase_add_test(t, leaving_with_output_unread);
    tcase_add_test(t, later_clients);
    return unit_run(t);
}
