/* SPDX-License-Identifier: MIT */
/* hako-oci events: what a container uses, at intervals, and when memory runs out in it. */
#include "base/loop.h"
#include "base/str.h"
#include "cli/oci/oci.h"
#include "cli/oci/oci_events_json.h"
#include "cli/output.h"
#include "runtime/lifecycle_watch.h"

#include <sys/epoll.h>

#define WHAT (CGROUP_STAT_PRESSURE | CGROUP_STAT_DETAIL)

struct events_args {
    int64_t interval; /* ns */
    bool stats;
};

static const struct events_args defaults = { .interval = INT64_C(5) * 1000 * 1000 * 1000 };

#define AT(field) OPT_AT(struct events_args, field)
static const struct opt options[] = {
    { 0, "interval", OPT_DURATION, AT(interval), "TIME", "Time between two statistics (5s)" },
    { 0, "stats", OPT_FLAG, AT(stats), NULL, "Print the statistics once and quit" },
    { 0 },
};

struct watch {
    struct lifecycle_watch w;
    struct loop *loop;
    const char *id;
    int oom_fd;
    uint64_t kills;
};

static int print(const char *type, const char *id, const struct cgroup_stat *s, struct err *e)
{
    AUTO_BUF struct buf out = { 0 };

    oci_events_json(type, id, s, &out);
    return output_buf(&out, e);
}

static int print_stats(const struct watch *w, struct err *e)
{
    AUTO_CGROUP_STAT struct cgroup_stat s = { 0 };
    int r = cgroup_stat_read(&w->w.cgroup, WHAT, &s, e);

    return r < 0 ? r : print("stats", w->id, &s, e);
}

/* An event for each look that finds more kills than the last. */
static int look_for_oom(struct watch *w, struct err *e)
{
    struct cgroup_oom oom;

    cgroup_oom(&w->w.cgroup, &oom);
    if (oom.kills <= w->kills)
        return 0;
    w->kills = oom.kills;
    return print("oom", w->id, NULL, e);
}

static int on_tick(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct watch *w = arg;
    int r = print_stats(w, e);

    if (r != -ERR_NOT_FOUND)
        return r;
    loop_stop(w->loop);
    return 0;
}

static int on_memory(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct watch *w = arg;

    cgroup_oom_drain(w->oom_fd);
    return look_for_oom(w, e);
}

static int on_end(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct watch *w = arg;

    loop_stop(w->loop);
    return look_for_oom(w, e);
}

static int follow(struct watch *w, int64_t interval, struct err *e)
{
    struct loop_source *src;
    struct cgroup_oom oom;
    struct err none = ERR_INIT;

    /* Without the memory controller nothing can run out. */
    w->oom_fd = cgroup_oom_watch(&w->w.cgroup, &none);
    cgroup_oom(&w->w.cgroup, &oom);
    w->kills = oom.kills;
    int r = loop_new(&w->loop, e);
    if (r >= 0)
        r = loop_add(w->loop, w->w.pidfd, EPOLLIN, on_end, w, &src, e);
    if (r >= 0 && w->oom_fd >= 0)
        r = loop_add(w->loop, w->oom_fd, EPOLLIN, on_memory, w, &src, e);
    if (r >= 0)
        r = loop_add_timer(w->loop, interval, interval, on_tick, w, &src, e);
    if (r >= 0)
        r = loop_run(w->loop, e);
    loop_free(w->loop);
    if (w->oom_fd >= 0)
        mem_close(&w->oom_fd);
    return r;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct events_args *a = args;
    struct watch w = { .w = LIFECYCLE_WATCH_INIT, .id = operands[0], .oom_fd = -1 };

    if (a->interval <= 0)
        return err_set(e, ERR_INVALID, "duration interval must be greater than 0");
    int r = lifecycle_watch_open(oci_root(ctx), w.id, &w.w, e);
    if (r >= 0)
        r = a->stats ? print_stats(&w, e) : follow(&w, a->interval, e);
    lifecycle_watch_close(&w.w);
    return r;
}

const struct opt_cmd oci_events = {
    .usage = "[OPTIONS] ID",
    .summary = "Print what a container uses, and when memory runs out in it",
    .opts = options,
    .args_size = sizeof(struct events_args),
    .defaults = &defaults,
    .words = oci_words_containers,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
