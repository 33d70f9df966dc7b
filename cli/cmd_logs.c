/* SPDX-License-Identifier: MIT */
/* hako logs: print what a container has written. */
#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/moment.h"
#include "cli/words.h"
#include "engine/logs.h"

struct logs_args {
    bool follow;
    bool timestamps;
    const char *since;
    const char *until;
    const char *tail;
};
static const struct logs_args defaults = { .tail = "all" };

#define AT(field) OPT_AT(struct logs_args, field)
static const struct opt options[] = {
    { 0, "details", OPT_FLAG, 0, 0, NULL, NULL, OPT_IGNORED },
    { 'f', "follow", OPT_FLAG, AT(follow), NULL, "Go on until the container stops" },
    { 0, "since", OPT_STRING, AT(since), "TIME",
      "From this time on: 2026-01-02T13:23:37Z, or 42m for 42 minutes ago" },
    { 'n', "tail", OPT_STRING, AT(tail), "N", "Only the last N lines (all)" },
    { 't', "timestamps", OPT_FLAG, AT(timestamps), NULL, "Print when each line was written" },
    { 0, "until", OPT_STRING, AT(until), "TIME", "Up to this time" },
    { 0 },
};

struct printer {
    bool timestamps;
    bool amid[STDERR_FILENO + 1]; /* by descriptor: what it got last was no whole line */
};

static int print(void *arg, int fd, int64_t time_ns, const char *data, size_t len, struct err *e)
{
    struct printer *p = arg;
    AUTO_BUF struct buf b = { 0 };
    char stamp[MOMENT_MAX];
    int to = fd == STDERR_FILENO ? STDERR_FILENO : STDOUT_FILENO;

    if (p->timestamps && !p->amid[to])
        buf_fmt(&b, "%s ", moment_text(time_ns, stamp));
    p->amid[to] = len > 0 && data[len - 1] != '\n';
    buf_add(&b, data, len);
    if (b.failed)
        return err_nomem(e);
    if (fs_write_all(to, b.data, b.len) < 0)
        return err_sys(e, "write", to == STDERR_FILENO ? "standard error" : "standard output");
    return 0;
}

/* docker takes anything that is no number for "all". */
static int64_t tail_of(const char *text)
{
    struct err ignored = ERR_INIT;
    int64_t n;

    return num_i64(text, 0, INT64_MAX, &n, &ignored) < 0 ? -1 : n;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct logs_args *a = args;
    struct logs_want want = { .follow = a->follow, .tail = tail_of(a->tail) };
    struct printer printer = { .timestamps = a->timestamps };
    const struct paths *p;
    int r = moment_parse(a->since, &want.since_ns, e);

    if (r < 0)
        return err_wrap(e, "--since");
    r = moment_parse(a->until, &want.until_ns, e);
    if (r < 0)
        return err_wrap(e, "--until");
    r = cli_paths(ctx, &p, e);
    return r < 0 ? r : logs_read(p, operands[0], &want, print, &printer, e);
}

const struct opt_cmd cmd_logs = {
    .usage = "[OPTIONS] CONTAINER",
    .summary = "Print the logs of a container",
    .opts = options,
    .args_size = sizeof(struct logs_args),
    .defaults = &defaults,
    .min_operands = 1,
    .max_operands = 1,
    .words = words_containers,
    .run = run,
};
