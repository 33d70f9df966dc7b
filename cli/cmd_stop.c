/* SPDX-License-Identifier: MIT */
/* hako stop: ask containers to end, and kill those that do not. */
#include "base/proc.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"

#define YEAR_SECONDS (365LL * 86400)

struct stop_args {
    const char *signal;
    int64_t timeout; /* seconds */
};
static const struct stop_args defaults = { .timeout = ARG_UNSET };

#define AT(field) OPT_AT(struct stop_args, field)
static const struct opt options[] = {
    { 's', "signal", OPT_STRING, AT(signal), "SIGNAL",
      "Send this signal instead of the container's own", .words = words_signals },
    { 't', "timeout", OPT_INT, AT(timeout), "SECONDS",
      "Kill it after this time; -1 to wait for ever", .aliases = "time", .min = -1,
      .max = YEAR_SECONDS },
    { 0 },
};

/* One operand: its stop, once it has been asked for, or why it could not be. */
struct stop_item {
    struct engine_stopping *stopping;
    struct err error;
};

struct stop_how {
    const struct paths *paths;
    struct stop_item *next; /* in the order of the operands */
};

static int finish_one(void *arg, const char *name, struct err *e)
{
    struct stop_how *how = arg;
    struct stop_item *item = how->next++;

    if (item->stopping)
        return engine_stop_end(how->paths, item->stopping, e);
    *e = item->error;
    return -e->kind;
}

/* All are asked before the first is waited for: their times run side by side. */
static int stop_all(const struct paths *p, const struct stop_args *a, int signal, char **names,
                    struct err *e)
{
    size_t n = strv_len(names);
    AUTO_FREE struct stop_item *items = calloc(n, sizeof(*items));
    struct stop_how how = { .paths = p, .next = items };

    if (!items)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        engine_stop_begin(p, names[i], signal, a->timeout, &items[i].stopping, &items[i].error);
    int r = output_each(names, 0, finish_one, &how, e);
    for (size_t i = 0; i < n; i++)
        engine_stop_free(items[i].stopping);
    return r;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct stop_args *a = args;
    const struct paths *p;
    int signal = str_empty(a->signal) ? 0 : proc_signal_number(a->signal);

    if (signal < 0)
        return err_set(e, ERR_INVALID, "invalid signal: %s", a->signal);
    int r = cli_paths(ctx, &p, e);
    return r < 0 ? r : stop_all(p, a, signal, operands, e);
}

const struct opt_cmd cmd_stop = {
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Stop one or more running containers",
    .opts = options,
    .args_size = sizeof(struct stop_args),
    .defaults = &defaults,
    .min_operands = 1,
    .max_operands = -1,
    .words = words_running,
    .run = run,
};
