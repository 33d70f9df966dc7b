/* SPDX-License-Identifier: MIT */
/* One epoll loop: descriptors, timers (timerfd) and signals (signalfd) call back in turn. */
#pragma once

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_source;

/* `events` are the EPOLL* bits that fired. A callback may remove any source, its own included.
 * A negative return stops the loop with that result; `e` must then be filled. */
typedef int (*loop_fn)(struct loop_source *src, uint32_t events, void *arg, struct err *e);

int loop_new(struct loop **ret, struct err *e);
void loop_free(struct loop *l);

/* Watches fd for EPOLL* `events`. The descriptor stays the caller's. */
int loop_add(struct loop *l, int fd, uint32_t events, loop_fn fn, void *arg,
             struct loop_source **ret, struct err *e);
int loop_mod(struct loop_source *src, uint32_t events, struct err *e);
int loop_fd(const struct loop_source *src);
/* Calls back after `ns` nanoseconds (CLOCK_MONOTONIC), then every `every_ns` unless 0. The timer's
 * descriptor is the source's own; loop_set_timer re-arms it (ns 0: disarms). */
int loop_add_timer(struct loop *l, int64_t ns, int64_t every_ns, loop_fn fn, void *arg,
                   struct loop_source **ret, struct err *e);
int loop_set_timer(struct loop_source *src, int64_t ns, int64_t every_ns, struct err *e);
/* Blocks the signals of `set` and calls back for each that arrives (loop_signal() tells which). */
int loop_add_signals(struct loop *l, const sigset_t *set, loop_fn fn, void *arg,
                     struct loop_source **ret, struct err *e);
/* Inside a signal callback: the number, and the sender's data if `info` is not NULL. */
struct signalfd_siginfo;
int loop_signal(const struct loop_source *src, const struct signalfd_siginfo **info);

/* Removes the source (NULL is fine) and frees it once no callback can still see it. */
void loop_del(struct loop_source *src);

/* Runs until loop_stop() or a callback's failure. */
int loop_run(struct loop *l, struct err *e);
void loop_stop(struct loop *l);
