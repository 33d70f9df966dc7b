/* SPDX-License-Identifier: MIT */
/* hako wait: wait for containers to stop and print their exit codes. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/words.h"
#include "engine/engine.h"

static int wait_one(void *arg, const char *name, struct err *e)
{
    int code;
    int r = engine_wait(arg, name, &code, e);

    return r < 0 ? r : output_line(e, "%d", code);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct paths *p;
    int r = cli_paths(ctx, &p, e);

    if (r < 0)
        return r;
    return output_each(operands, OUTPUT_EACH_SILENT, wait_one, (void *)p, e);
}

const struct opt_cmd cmd_wait = {
    .usage = "CONTAINER [CONTAINER...]",
    .summary = "Wait until containers stop, then print their exit codes",
    .min_operands = 1,
    .max_operands = -1,
    .words = words_running,
    .run = run,
};
