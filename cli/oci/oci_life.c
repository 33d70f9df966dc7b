/* SPDX-License-Identifier: MIT */
/* hako-oci start, kill, delete: what happens to a container that exists. */
#include "base/proc.h"
#include "cli/oci/oci.h"
#include "runtime/lifecycle.h"

#include <signal.h>
#include <stdbool.h>

static int start(void *ctx, const void *args, char **operands, struct err *e)
{
    return lifecycle_start(oci_root(ctx), operands[0], e);
}

const struct opt_cmd oci_start = {
    .usage = "ID",
    .summary = "Start the process of a created container",
    .min_operands = 1,
    .max_operands = 1,
    .run = start,
};

struct kill_args {
    bool all;
};

static const struct opt kill_options[] = {
    { 'a', "all", OPT_FLAG, OPT_AT(struct kill_args, all), NULL,
      "Signal every process of the container" },
    { 0 },
};

static int send_signal(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct kill_args *a = args;
    int sig = operands[1] ? proc_signal_number(operands[1]) : SIGTERM;

    if (sig <= 0)
        return err_set(e, ERR_INVALID, "unknown signal \"%s\"", operands[1]);
    return lifecycle_kill(oci_root(ctx), operands[0], sig, a->all, e);
}

const struct opt_cmd oci_kill = {
    .usage = "[OPTIONS] ID [SIGNAL]",
    .summary = "Send a signal (TERM) to a container's first process",
    .opts = kill_options,
    .args_size = sizeof(struct kill_args),
    .min_operands = 1,
    .max_operands = 2,
    .run = send_signal,
};

struct delete_args {
    bool force;
};

static const struct opt delete_options[] = {
    { 'f', "force", OPT_FLAG, OPT_AT(struct delete_args, force), NULL,
      "Kill it first; a container that does not exist is no error" },
    { 0 },
};

static int delete (void *ctx, const void *args, char **operands, struct err *e)
{
    const struct delete_args *a = args;

    return lifecycle_delete(oci_root(ctx), operands[0], a->force, e);
}

const struct opt_cmd oci_delete = {
    .usage = "[OPTIONS] ID",
    .summary = "Delete a stopped container",
    .opts = delete_options,
    .args_size = sizeof(struct delete_args),
    .min_operands = 1,
    .max_operands = 1,
    .run = delete,
};
