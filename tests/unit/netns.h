/* SPDX-License-Identifier: MIT */
/* Network namespaces for unit tests: a "host" of the test's own, containers, TCP between them. */
#pragma once

#include "net/network.h"
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* Each test becomes a machine without links: namespaces of its own, which die with it. */
static struct net_place netns_place __attribute__((unused)) = { -1, -1, NULL };

static inline void netns_host(void)
{
    static char runroot[80];

    unit_dir_make();
    ck_assert_msg(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0, "unshare: %m");
    ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    snprintf(runroot, sizeof(runroot), "%s/run", unit_dir);
    ck_assert_int_eq(mkdirat(unit_dirfd, "root", 0700), 0);
    ck_assert_int_eq(mkdirat(unit_dirfd, "run", 0700), 0);
    netns_place.root_fd = openat(unit_dirfd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    netns_place.run_fd = openat(unit_dirfd, "run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    netns_place.runroot = runroot;
}

/* A further namespace; its descriptor. */
static inline int netns_new(void)
{
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setns(home, CLONE_NEWNET), 0);
    close(home);
    return fd;
}

/* Runs a shell command in the namespace (-1: the caller's) and returns what it printed, in a
 * static buffer; it must succeed. */
static inline const char *netns_sh(int ns, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static inline const char *netns_sh(int ns, const char *fmt, ...)
{
    static char out[65536];
    char cmd[2048];
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(cmd, sizeof(cmd), fmt, ap);
    va_end(ap);
    if (ns >= 0)
        ck_assert_int_eq(setns(ns, CLONE_NEWNET), 0);
    FILE *f = popen(cmd, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(out, 1, sizeof(out) - 1, f);
    out[n] = '\0';
    int rc = pclose(f);
    ck_assert_int_eq(setns(home, CLONE_NEWNET), 0);
    close(home);
    ck_assert_msg(rc == 0, "%s: %d: %s", cmd, rc, out);
    return out;
}

/* A socket made inside the namespace. */
static inline int netns_socket(int ns, int type)
{
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    if (ns >= 0)
        ck_assert_int_eq(setns(ns, CLONE_NEWNET), 0);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setns(home, CLONE_NEWNET), 0);
    close(home);
    return fd;
}

static inline struct sockaddr_in netns_addr(const char *ip, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

    ck_assert_int_eq(inet_pton(AF_INET, ip, &a.sin_addr), 1);
    return a;
}

static inline int netns_listen(int ns, int port)
{
    struct sockaddr_in any = netns_addr("0.0.0.0", port);
    int one = 1;
    int fd = netns_socket(ns, SOCK_STREAM);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    return fd;
}

/* Connects from the namespace: true when it worked within these milliseconds. With `listener` the
 * peer's address as that side sees it goes to seen (INET_ADDRSTRLEN bytes). */
static inline bool netns_connects_within(int ms, int ns, const char *ip, int port, int listener,
                                         char *seen)
{
    struct sockaddr_in to = netns_addr(ip, port);
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    int fd = netns_socket(ns, SOCK_STREAM | SOCK_NONBLOCK);
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    int err = 0;
    socklen_t err_len = sizeof(err);
    bool ok = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;

    if (!ok && errno == EINPROGRESS && poll(&p, 1, ms) == 1)
        ok = getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &err_len) == 0 && err == 0;
    if (ok && listener >= 0) {
        int in = accept(listener, (struct sockaddr *)&from, &len);
        ck_assert_int_ge(in, 0);
        inet_ntop(AF_INET, &from.sin_addr, seen, INET_ADDRSTRLEN);
        close(in);
    }
    close(fd);
    return ok;
}

/* How long what must come may take, and how long one looks for what must not come. */
#define NETNS_PATIENCE_MS 30000
#define NETNS_SILENCE_MS  500

static inline bool netns_connects(int ns, const char *ip, int port, int listener, char *seen)
{
    return netns_connects_within(NETNS_PATIENCE_MS, ns, ip, port, listener, seen);
}

/* Refused, or not answered at all. */
static inline bool netns_cut_off(int ns, const char *ip, int port)
{
    return !netns_connects_within(NETNS_SILENCE_MS, ns, ip, port, -1, NULL);
}

static inline void netns_ping(int ns, const char *ip)
{
    netns_sh(ns, "busybox ping -c 1 -W 30 %s", ip);
}

/* For main(): without root the whole program is skipped (meson's exit code 77), loudly. */
static inline bool netns_possible(void)
{
    if (geteuid() == 0)
        return true;
    fprintf(stderr, "SKIPPED: network namespaces need root\n");
    return false;
}
