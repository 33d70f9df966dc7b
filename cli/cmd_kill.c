/* SPDX-License-Identifier: MIT */
/* hako kill: send a signal to containers. */
#include "base/proc.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"

#include <signal.h>

struct kill_args {
    const char *signal;
};

static const struct opt options[] = {
    { 's', "signal", OPT_STRING, OPT_AT(struct kill_args, signal), "SIGNAL",
      "Signal to send (KILL)", .words = words_signals },
    { 0 },
};

struct kill_how {
    const struct paths *paths;
    int signal;
};

static int kill_one(void *arg, const char *name, struct err *e)
{
    const struct kill_how *how = arg;

    return engine_kill(how->paths, name, how->signal, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct kill_args *a = args;
    struct kill_how how = { .signal =
                                str_empty(a->signal) ? SIGKILL : proc_signal_number(a->signal) };

    if (how.signal <= 0)
        return err_set(e, ERR_INVALID, "invalid signal: %s", a->signal);
    int r = cli_paths(ctx, &how.paths, e);
    if (r < 0)
        return r;
    return output_each(operands, 0, kill_one, &how, e);
}

const struct opt_cmd cmd_kill = {
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Kill one or more running containers",
    .opts = options,
    .args_size = sizeof(struct kill_args),
    .min_operands = 1,
    .max_operands = -1,
    .words = words_running,
    .run = run,
};
