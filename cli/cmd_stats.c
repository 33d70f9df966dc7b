/* SPDX-License-Identifier: MIT */
/* hako stats: what containers use, as it changes. */
#include "base/loop.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/screen.h"
#include "cli/stats_view.h"
#include "cli/term.h"
#include "cli/words.h"
#include "engine/changes.h"

#include <sys/epoll.h>
#include <time.h>

#define NANO    INT64_C(1000000000)
#define MISSING "not counted here: "

struct stats_args {
    bool all;
    bool no_reset;
    bool no_stream;
    bool no_trunc;
    bool pressure;
    int64_t interval; /* ns */
    const char *format;
};
static const struct stats_args defaults = { .interval = NANO };

#define AT(field) OPT_AT(struct stats_args, field)
static const struct opt options[] = {
    { 'a', "all", OPT_FLAG, AT(all), NULL, "Show stopped containers too" },
    { 0, "format", OPT_STRING, AT(format), "FORMAT",
      "Print as table, table TEMPLATE, json, or by a Go template" },
    { 'i', "interval", OPT_DURATION, AT(interval), "TIME", "Time between two looks (1s)" },
    { 0, "no-reset", OPT_FLAG, AT(no_reset), NULL,
      "Print each look below the last, on a terminal too" },
    { 0, "no-stream", OPT_FLAG, AT(no_stream), NULL, "Print one look and quit" },
    { 0, "no-trunc", OPT_FLAG, AT(no_trunc), NULL, "Do not shorten ids" },
    { 0, "pressure", OPT_FLAG, AT(pressure), NULL,
      "Add columns that tell how long processes have waited for CPU, memory and disks" },
    { 0 },
};

struct stats {
    struct meter meter;
    struct changes changes;
    struct stats_view view;
    struct loop *loop;
    bool screen; /* redraw in place */
    bool asked;  /* what is missing */
    struct buf text, frame, missing;
};

static void stats_close(struct stats *s)
{
    loop_free(s->loop);
    changes_close(&s->changes);
    meter_close(&s->meter);
    buf_free(&s->text);
    buf_free(&s->frame);
    buf_free(&s->missing);
}
DEFINE_CLEANUP(struct stats, stats, stats_close(p))

/* ---- one look ---- */

/* What cannot be counted here: told once, or below each table that is drawn over. */
static void tell_missing(struct stats *s)
{
    if (!s->asked && meter_counts(&s->meter)) {
        s->asked = true;
        meter_missing(&s->meter, &s->missing);
        if (s->missing.len > 0 && !s->screen)
            log_warn(MISSING "%s", s->missing.data);
    }
    if (s->missing.len > 0 && s->screen)
        buf_fmt(&s->text, "\n" MISSING "%s\n", s->missing.data);
}

static int draw(struct stats *s, struct err *e)
{
    unsigned rows = 0, cols = 0;

    buf_reset(&s->text);
    int r = stats_view_text(&s->view, &s->meter, &s->text, e);
    if (r < 0)
        return r;
    tell_missing(s);
    if (!s->screen)
        return output_buf(&s->text, e);
    buf_reset(&s->frame);
    term_size(STDOUT_FILENO, &rows, &cols);
    screen_frame(s->text.data, rows, cols, &s->frame);
    return output_buf(&s->frame, e);
}

static int look(struct stats *s, struct err *e)
{
    int r = meter_read(&s->meter, e);

    return r < 0 ? r : draw(s, e);
}

/* ---- look after look ---- */

static int on_tick(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct stats *s = arg;

    if (s->meter.named && s->meter.n == 0)
        loop_stop(s->loop);
    return look(s, e);
}

static int on_change(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct stats *s = arg;

    return changes_read(&s->changes, s->meter.paths, meter_changed, &s->meter, e);
}

static int on_resize(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    return draw(arg, e);
}

/* On a terminal there is something to see at once; whoever reads a file or a pipe wants whole
 * numbers, which take two looks. */
static int stream(struct stats *s, int64_t interval, struct err *e)
{
    sigset_t resize;
    int r = loop_new(&s->loop, e);

    sigemptyset(&resize);
    sigaddset(&resize, SIGWINCH);
    if (r >= 0)
        r = loop_add(s->loop, s->changes.fd, EPOLLIN, on_change, s, NULL, e);
    if (r >= 0)
        r = loop_add_timer(s->loop, interval, interval, on_tick, s, NULL, e);
    if (r >= 0 && s->screen)
        r = loop_add_signals(s->loop, &resize, on_resize, s, NULL, e);
    if (r >= 0 && s->screen)
        r = look(s, e);
    return r < 0 ? r : loop_run(s->loop, e);
}

static int once(struct stats *s, int64_t interval, struct err *e)
{
    int64_t ns = interval > METER_TICK_NS ? interval : METER_TICK_NS;
    struct timespec left = { .tv_sec = ns / NANO, .tv_nsec = ns % NANO };

    while (meter_counts(&s->meter) && nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
    return look(s, e);
}

/* ---- the command ---- */

static int add_named(void *arg, const char *name, struct err *e)
{
    return meter_add(arg, name, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct stats_args *a = args;
    bool pressure = a->pressure || (a->format && strstr(a->format, "Pressure"));
    unsigned flags = (a->all ? METER_STOPPED : 0) | (pressure ? METER_PRESSURE : 0);
    CLEANUP(stats) struct stats s = { .meter = METER_INIT, .changes = CHANGES_INIT };
    const struct paths *p;

    if (a->interval <= 0)
        return err_set(e, ERR_USAGE, "--interval must be greater than 0");
    s.view = (struct stats_view){ a->format, { a->no_trunc, pressure, 0 } };
    s.screen = !a->no_stream && !a->no_reset && isatty(STDOUT_FILENO);
    int r = stats_view_check(&s.view, e);
    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r >= 0 && !a->no_stream)
        r = changes_open(p, &s.changes, e);
    if (r >= 0)
        r = meter_open(p, flags, &s.meter, e);
    if (r < 0)
        return r;
    s.view.how.memory = s.meter.memory;
    if (*operands && output_each(operands, OUTPUT_EACH_SILENT, add_named, &s.meter, e))
        return CLI_FAILED;
    if (!*operands)
        r = meter_add_all(&s.meter, e);
    if (r >= 0)
        r = a->no_stream ? once(&s, a->interval, e) : stream(&s, a->interval, e);
    return r < 0 ? r : 0;
}

const struct opt_cmd cmd_stats = {
    .usage = "[OPTIONS] [CONTAINER...]",
    .summary = "Show what containers use of CPU, memory, networks and disks",
    .opts = options,
    .args_size = sizeof(struct stats_args),
    .defaults = &defaults,
    .max_operands = -1,
    .words = words_containers,
    .run = run,
};
