/* SPDX-License-Identifier: MIT */
/* hako pause, unpause: stop all processes of containers where they stand, and let them go on. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"

static int pause_one(void *paths, const char *name, struct err *e)
{
    return engine_pause(paths, name, e);
}

static int unpause_one(void *paths, const char *name, struct err *e)
{
    return engine_unpause(paths, name, e);
}

static int each(void *ctx, char **names, output_each_fn fn, struct err *e)
{
    const struct paths *p;
    int r = cli_paths(ctx, &p, e);

    return r < 0 ? r : output_each(names, 0, fn, (void *)p, e);
}

static int run_pause(void *ctx, const void *args, char **operands, struct err *e)
{
    return each(ctx, operands, pause_one, e);
}

static int run_unpause(void *ctx, const void *args, char **operands, struct err *e)
{
    return each(ctx, operands, unpause_one, e);
}

const struct opt_cmd cmd_pause = {
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Pause all processes within one or more containers",
    .min_operands = 1,
    .max_operands = -1,
    .words = words_unpaused,
    .run = run_pause,
};

const struct opt_cmd cmd_unpause = {
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Unpause all processes within one or more containers",
    .min_operands = 1,
    .max_operands = -1,
    .words = words_paused,
    .run = run_unpause,
};
