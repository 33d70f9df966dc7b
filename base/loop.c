/* SPDX-License-Identifier: MIT */
/* The epoll loop: dispatches, and frees removed sources only between rounds. */
#include "base/loop.h"

#include "base/mem.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

struct loop_source {
    struct loop *loop;
    struct loop_source *next;
    loop_fn fn;
    void *arg;
    int fd;
    bool own_fd;
    bool is_timer;
    bool is_signal;
    bool dead;
    struct signalfd_siginfo sig; /* of the signal being delivered */
};

struct loop {
    int epfd;
    bool stop;
    struct loop_source *sources;
};

int loop_new(struct loop **ret, struct err *e)
{
    struct loop *l = calloc(1, sizeof(*l));

    if (!l)
        return err_nomem(e);
    l->epfd = epoll_create1(EPOLL_CLOEXEC);
    if (l->epfd < 0) {
        free(l);
        return err_sys(e, "epoll_create", NULL);
    }
    *ret = l;
    return 0;
}

static void source_free(struct loop_source *src)
{
    if (src->own_fd)
        close(src->fd);
    free(src);
}

static void sweep(struct loop *l, bool all)
{
    for (struct loop_source **at = &l->sources; *at;) {
        struct loop_source *src = *at;
        if (!src->dead && !all) {
            at = &src->next;
            continue;
        }
        *at = src->next;
        source_free(src);
    }
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    sweep(l, true);
    close(l->epfd);
    free(l);
}

int loop_add(struct loop *l, int fd, uint32_t events, loop_fn fn, void *arg,
             struct loop_source **ret, struct err *e)
{
    struct loop_source *src = calloc(1, sizeof(*src));

    if (!src)
        return err_nomem(e);
    *src = (struct loop_source){ .loop = l, .fn = fn, .arg = arg, .fd = fd, .next = l->sources };
    struct epoll_event ev = { .events = events, .data.ptr = src };
    if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &ev) < 0) {
        free(src);
        return err_sys(e, "epoll_ctl", NULL);
    }
    l->sources = src;
    if (ret)
        *ret = src;
    return 0;
}

int loop_mod(struct loop_source *src, uint32_t events, struct err *e)
{
    struct epoll_event ev = { .events = events, .data.ptr = src };

    if (epoll_ctl(src->loop->epfd, EPOLL_CTL_MOD, src->fd, &ev) < 0)
        return err_sys(e, "epoll_ctl", NULL);
    return 0;
}

int loop_fd(const struct loop_source *src)
{
    return src->fd;
}

static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

int loop_set_timer(struct loop_source *src, int64_t ns, int64_t every_ns, struct err *e)
{
    struct itimerspec it = { .it_value = timespec_of(ns), .it_interval = timespec_of(every_ns) };

    if (timerfd_settime(src->fd, 0, &it, NULL) < 0)
        return err_sys(e, "timerfd_settime", NULL);
    return 0;
}

/* Adds a source around a descriptor that becomes the source's own, also when this fails. */
static int add_owned(struct loop *l, int fd, loop_fn fn, void *arg, struct loop_source **ret,
                     struct err *e)
{
    int r = loop_add(l, fd, EPOLLIN, fn, arg, ret, e);

    if (r < 0)
        close(fd);
    else
        (*ret)->own_fd = true;
    return r;
}

int loop_add_timer(struct loop *l, int64_t ns, int64_t every_ns, loop_fn fn, void *arg,
                   struct loop_source **ret, struct err *e)
{
    struct loop_source *src = NULL;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd < 0)
        return err_sys(e, "timerfd_create", NULL);
    int r = add_owned(l, fd, fn, arg, &src, e);
    if (r < 0)
        return r;
    src->is_timer = true;
    r = loop_set_timer(src, ns, every_ns, e);
    if (r < 0) {
        loop_del(src);
        return r;
    }
    if (ret)
        *ret = src;
    return 0;
}

int loop_add_signals(struct loop *l, const sigset_t *set, loop_fn fn, void *arg,
                     struct loop_source **ret, struct err *e)
{
    struct loop_source *src = NULL;

    if (sigprocmask(SIG_BLOCK, set, NULL) < 0)
        return err_sys(e, "sigprocmask", NULL);
    int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return err_sys(e, "signalfd", NULL);
    int r = add_owned(l, fd, fn, arg, &src, e);
    if (r < 0)
        return r;
    src->is_signal = true;
    if (ret)
        *ret = src;
    return 0;
}

int loop_signal(const struct loop_source *src, const struct signalfd_siginfo **info)
{
    if (info)
        *info = &src->sig;
    return (int)src->sig.ssi_signo;
}

void loop_del(struct loop_source *src)
{
    if (!src || src->dead)
        return;
    epoll_ctl(src->loop->epfd, EPOLL_CTL_DEL, src->fd, NULL);
    src->dead = true;
}

static int deliver_signals(struct loop_source *src, uint32_t events, struct err *e)
{
    int r = 0;

    while (r >= 0 && !src->dead && !src->loop->stop) {
        ssize_t n = read(src->fd, &src->sig, sizeof(src->sig));
        if (n != (ssize_t)sizeof(src->sig))
            break;
        r = src->fn(src, events, src->arg, e);
    }
    return r;
}

static int dispatch(struct loop_source *src, uint32_t events, struct err *e)
{
    uint64_t ticks;

    if (src->dead)
        return 0;
    if (src->is_signal)
        return deliver_signals(src, events, e);
    if (src->is_timer && read(src->fd, &ticks, sizeof(ticks)) < 0)
        return 0;
    return src->fn(src, events, src->arg, e);
}

int loop_run(struct loop *l, struct err *e)
{
    struct epoll_event ev[16];

    l->stop = false;
    while (!l->stop) {
        int n = epoll_wait(l->epfd, ev, ARRAY_LEN(ev), -1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "epoll_wait", NULL);
        for (int i = 0; i < n && !l->stop; i++) {
            int r = dispatch(ev[i].data.ptr, ev[i].events, e);
            if (r < 0)
                return r;
        }
        sweep(l, false);
    }
    return 0;
}

void loop_stop(struct loop *l)
{
    l->stop = true;
}
