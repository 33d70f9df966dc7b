/* SPDX-License-Identifier: MIT */
/* hako stop: ask containers to end, and kill those that do not. */
#include "base/proc.h"
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

struct stop_how {
    const struct paths *paths;
    int signal;
    int64_t timeout;
};

static int stop_one(void *arg, const char *name, struct err *e)
{
    const struct stop_how *how = arg;

    return engine_stop(how->paths, name, how->signal, how->timeout, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct stop_args *a = args;
    struct stop_how how = { .signal = a->signal ? proc_signal_number(a->signal) : 0,
                            .timeout = a->timeout };

    if (how.signal < 0)
        return err_set(e, ERR_INVALID, "invalid signal: %s", a->signal);
    int r = cli_paths(ctx, &how.paths, e);
    if (r < 0)
        return r;
    return output_each(operands, 0, stop_one, &how, e);
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
