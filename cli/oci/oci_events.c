/* SPDX-License-Identifier: MIT */
/* hako-oci events: what a container uses, at intervals, and when memory runs out in it. */
#include "base/loop.h"
#include "base/str.h"
#include "cgroup/cgroup_oom.h"
#include "cli/oci/oci.h"
#include "cli/oci/oci_events_json.h"
#include "cli/output.h"
#include "runtime/lifecycle_watch.h"

#include <sys/epoll.h>

#define WHAT (CGROUP_STAT_PRESSURE | CGROUP_STAT_DETAIL)

struct events_args {
    int64_t interval; /* ns */
    bool stats;
    char **pressure;
};

static const struct events_args defaults = { .interval = INT64_C(5) * 1000 * 1000 * 1000 };

static void words_pressure(void *ctx, const char *prefix, struct buf *out)
{
    for (const char *const *it = cgroup_pressure_resources; *it; it++)
        if (str_starts(*it, prefix))
            buf_fmt(out, "%s\n", *it);
}

#define AT(field) OPT_AT(struct events_args, field)
static const struct opt options[] = {
    { 0, "interval", OPT_DURATION, AT(interval), "TIME", "Time between two statistics (5s)" },
    { 0, "pressure", OPT_STRV, AT(pressure), "TRIGGER",
      "Tell when it waits for cpu, memory or io, such as memory:some:200ms/2s",
      .words = words_pressure },
    { 0, "stats", OPT_FLAG, AT(stats), NULL, "Print the statistics once and quit" },
    { 0 },
};

struct watch {
    struct lifecycle_watch w;
    struct loop *loop;
    const char *id;
    struct cgroup_oom oom;
    struct oom found; /* at the last look that found any */
    struct trigger *triggers;
    size_t n_triggers;
};

struct trigger {
    struct watch *w;
    struct cgroup_pressure is;
    int fd;
};

static int print_stats(const struct watch *w, struct err *e)
{
    AUTO_CGROUP_STAT struct cgroup_stat s = { 0 };
    AUTO_BUF struct buf out = { 0 };
    int r = cgroup_stat_read(&w->w.cgroup, WHAT, &s, e);

    if (r < 0)
        return r;
    oci_events_json_stats(w->id, &s, &out);
    return output_buf(&out, e);
}

/* An event for each look that finds more kills than the last. */
static int look_for_oom(struct watch *w, struct err *e)
{
    AUTO_BUF struct buf out = { 0 };
    int r = cgroup_oom_look(&w->oom, &w->w.cgroup, &w->found, e);

    if (r <= 0)
        return r;
    oci_events_json_oom(w->id, &w->found, &out);
    return output_buf(&out, e);
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
    return look_for_oom(arg, e);
}

static int on_end(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct watch *w = arg;

    loop_stop(w->loop);
    return look_for_oom(w, e);
}

static int on_pressure(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    const struct trigger *t = arg;
    AUTO_CGROUP_STAT struct cgroup_stat s = { 0 };
    AUTO_BUF struct buf out = { 0 };

    if ((events & EPOLLERR) || cgroup_stat_read(&t->w->w.cgroup, CGROUP_STAT_PRESSURE, &s, e) < 0) {
        loop_del(src); /* the group is gone */
        return 0;
    }
    oci_events_json_pressure(t->w->id, &t->is, &s, &out);
    return output_buf(&out, e);
}

static int read_triggers(struct watch *w, char *const *specs, struct err *e)
{
    w->triggers = calloc(strv_len(specs) + 1, sizeof(*w->triggers));
    if (!w->triggers)
        return err_nomem(e);
    strv_foreach (spec, specs) {
        struct trigger *t = &w->triggers[w->n_triggers++];
        *t = (struct trigger){ .w = w, .fd = -1 };
        if (cgroup_pressure_parse(*spec, &t->is, e) < 0)
            return err_wrap(e, "--pressure");
    }
    return 0;
}

static int watch_triggers(struct watch *w, struct err *e)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < w->n_triggers; i++) {
        struct trigger *t = &w->triggers[i];
        r = cgroup_pressure_open(&w->w.cgroup, &t->is, &t->fd, e);
        if (r >= 0)
            r = loop_add(w->loop, t->fd, EPOLLPRI, on_pressure, t, NULL, e);
    }
    return r;
}

static void watch_close(struct watch *w)
{
    loop_free(w->loop);
    for (size_t i = 0; i < w->n_triggers; i++)
        if (w->triggers[i].fd >= 0)
            close(w->triggers[i].fd);
    free(w->triggers);
    cgroup_oom_close(&w->oom);
    oom_free(&w->found);
    lifecycle_watch_close(&w->w);
}

static int follow(struct watch *w, int64_t interval, struct err *e)
{
    cgroup_oom_open(&w->w.cgroup, &w->oom);
    int r = loop_new(&w->loop, e);
    if (r >= 0)
        r = watch_triggers(w, e);
    if (r >= 0)
        r = loop_add(w->loop, w->w.pidfd, EPOLLIN, on_end, w, NULL, e);
    if (r >= 0 && w->oom.fd >= 0)
        r = loop_add(w->loop, w->oom.fd, EPOLLPRI, on_memory, w, NULL, e);
    if (r >= 0)
        r = loop_add_timer(w->loop, interval, interval, on_tick, w, NULL, e);
    return r < 0 ? r : loop_run(w->loop, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct events_args *a = args;
    struct watch w = { .w = LIFECYCLE_WATCH_INIT, .id = operands[0], .oom = CGROUP_OOM_INIT };

    if (a->interval <= 0)
        return err_set(e, ERR_INVALID, "duration interval must be greater than 0");
    int r = read_triggers(&w, a->pressure, e);
    if (r >= 0)
        r = lifecycle_watch_open(oci_root(ctx), w.id, &w.w, e);
    if (r >= 0)
        r = a->stats ? print_stats(&w, e) : follow(&w, a->interval, e);
    watch_close(&w);
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
