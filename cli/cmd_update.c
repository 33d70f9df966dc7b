/* SPDX-License-Identifier: MIT */
/* hako update: other limits for containers that exist. */
#include "cli/cmd.h"
#include "cli/limit_options.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"
#include "engine/parse_limit.h"

#include <string.h>

static const struct limit_args defaults = LIMIT_ARGS_INIT;

struct update_how {
    const struct paths *paths;
    const struct limit_args *limits;
};

static int update_one(void *arg, const char *name, struct err *e)
{
    const struct update_how *how = arg;

    return engine_update(how->paths, name, how->limits, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    struct update_how how = { .limits = args };
    int r;

    if (memcmp(args, &defaults, sizeof(defaults)) == 0)
        return err_set(e, ERR_INVALID,
                       "you must provide one or more flags when using this command");
    parse_limit_warn(how.limits);
    r = parse_limit_host(how.limits, e);
    if (r >= 0)
        r = cli_paths(ctx, &how.paths, e);
    return r < 0 ? r : output_each(operands, 0, update_one, &how, e);
}

const struct opt_cmd cmd_update = {
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Change the limits of one or more containers",
    .opts = limit_options,
    .args_size = sizeof(struct limit_args),
    .defaults = &defaults,
    .min_operands = 1,
    .max_operands = -1,
    .words = words_containers,
    .run = run,
};
