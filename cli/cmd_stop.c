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

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct stop_args *a = args;
    struct output_each each = { .failed = false };
    const struct paths *p;
    int sig = a->signal ? proc_signal_number(a->signal) : 0;

    if (sig < 0)
        return err_set(e, ERR_INVALID, "invalid signal: %s", a->signal);
    int r = cli_paths(ctx, &p, e);
    if (r < 0)
        return r;
    for (char **name = operands; *name; name++) {
        r = engine_stop(p, *name, sig, a->timeout, e);
        if (r >= 0)
            r = output_line(e, "%s", *name);
        output_each(&each, r, e);
    }
    return each.failed ? CLI_FAILED : 0;
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
