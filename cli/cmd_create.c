/* SPDX-License-Identifier: MIT */
/* hako create: make a container and start nothing. */
#include "cli/cmd.h"
#include "cli/limit_options.h"
#include "cli/output.h"
#include "cli/run_options.h"
#include "cli/words.h"
#include "engine/engine.h"

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    struct run_args a;
    const struct paths *p;
    char id[ENGINE_ID_LEN + 1];
    int r = run_options_take(ctx, args, operands, &a, e);

    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r >= 0)
        r = engine_create(p, &a, id, e);
    return r < 0 ? r : output_line(e, "%s", id);
}

const struct opt_cmd cmd_create = {
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .summary = "Create a new container without starting it",
    .opts = run_options,
    .more_opts = { limit_options },
    .args_size = sizeof(struct run_args),
    .defaults = &run_options_defaults,
    .min_operands = 1,
    .max_operands = -1,
    .stop_at_operand = true,
    .fail_code = exit_code_create,
    .words = words_images,
    .run = run,
};
