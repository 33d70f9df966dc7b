/* SPDX-License-Identifier: MIT */
/* hako-oci start, kill, delete: what happens to a container that exists. */
#include "base/proc.h"
#include "base/str.h"
#include "cli/oci/oci.h"
#include "cli/oci/oci_match.h"
#include "runtime/lifecycle.h"

#include <signal.h>
#include <stdbool.h>

static int start(void *ctx, const void *args, char **operands, struct err *e)
{
    return lifecycle_start(oci_root(ctx), operands[0], NULL, e);
}

const struct opt_cmd oci_start = {
    .usage = "ID",
    .summary = "Start the process of a created container",
    .min_operands = 1,
    .max_operands = 1,
    .words = oci_words_containers,
    .run = start,
};

struct kill_args {
    bool all;
    bool regex;
};

static const struct opt kill_options[] = {
    { 'a', "all", OPT_FLAG, OPT_AT(struct kill_args, all), NULL,
      "Signal every process of the container" },
    { 'r', "regex", OPT_FLAG, OPT_AT(struct kill_args, regex), NULL,
      "ID is a regular expression: signal every container that matches" },
    { 0 },
};

struct to_kill {
    const char *root;
    int sig;
    bool all;
};

static int signal_one(const char *id, const void *arg, struct err *e)
{
    const struct to_kill *k = arg;

    return lifecycle_kill(k->root, id, k->sig, k->all, e);
}

/* "0" only asks whether it lives (kill(2)). */
static int signal_of(const char *text)
{
    return !text ? SIGTERM : STREQ(text, "0") ? 0 : proc_signal_number(text);
}

static int send_signal(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct kill_args *a = args;
    const struct to_kill k = { .root = oci_root(ctx),
                               .sig = signal_of(operands[1]),
                               .all = a->all };

    if (k.sig < 0)
        return err_set(e, ERR_INVALID, "unknown signal \"%s\"", operands[1]);
    return a->regex ? oci_match(k.root, operands[0], signal_one, &k, e)
                    : signal_one(operands[0], &k, e);
}

const struct opt_cmd oci_kill = {
    .usage = "[OPTIONS] ID [SIGNAL]",
    .summary = "Send a signal (TERM) to a container's first process",
    .opts = kill_options,
    .args_size = sizeof(struct kill_args),
    .min_operands = 1,
    .max_operands = 2,
    .words = oci_words_containers,
    .run = send_signal,
};

struct delete_args {
    bool force;
    bool regex;
};

static const struct opt delete_options[] = {
    { 'f', "force", OPT_FLAG, OPT_AT(struct delete_args, force), NULL,
      "Kill it first; a container that does not exist is no error" },
    { 'r', "regex", OPT_FLAG, OPT_AT(struct delete_args, regex), NULL,
      "ID is a regular expression: delete every container that matches" },
    { 0 },
};

struct to_delete {
    const char *root;
    bool force;
};

static int delete_one(const char *id, const void *arg, struct err *e)
{
    const struct to_delete *d = arg;

    return lifecycle_delete(d->root, id, d->force, e);
}

static int delete (void *ctx, const void *args, char **operands, struct err *e)
{
    const struct delete_args *a = args;
    const struct to_delete d = { .root = oci_root(ctx), .force = a->force };

    return a->regex ? oci_match(d.root, operands[0], delete_one, &d, e)
                    : delete_one(operands[0], &d, e);
}

const struct opt_cmd oci_delete = {
    .usage = "[OPTIONS] ID",
    .summary = "Delete a stopped container",
    .opts = delete_options,
    .args_size = sizeof(struct delete_args),
    .min_operands = 1,
    .max_operands = 1,
    .words = oci_words_containers,
    .run = delete,
};
