/* SPDX-License-Identifier: MIT */
/* hako attach: join this terminal to a running container. */
#include "cli/cmd.h"
#include "cli/session.h"
#include "cli/words.h"

struct attach_args {
    const char *detach_keys;
    bool no_stdin;
    bool sig_proxy;
};
static const struct attach_args defaults = { .sig_proxy = true };

#define AT(field) OPT_AT(struct attach_args, field)
static const struct opt options[] = {
    { 0, "detach-keys", OPT_STRING, AT(detach_keys), "KEYS",
      "Keys that detach from it (ctrl-p,ctrl-q)" },
    { 0, "no-stdin", OPT_FLAG, AT(no_stdin), NULL, "Do not attach standard input" },
    { 0, "sig-proxy", OPT_FLAG, AT(sig_proxy), NULL,
      "Pass signals on to the process; --sig-proxy=false does not" },
    { 0 },
};

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct attach_args *a = args;
    unsigned streams = ATTACH_STDOUT | ATTACH_STDERR | (a->no_stdin ? 0 : ATTACH_STDIN);
    AUTO_ATTACH struct attach *attach = NULL;
    const struct paths *p;
    int r = cli_paths(ctx, &p, e);

    if (r >= 0)
        r = engine_attach(p, operands[0], streams, &attach, e);
    if (r < 0)
        return r;
    const struct session_how how = {
        .tty = attach->tty,
        .input = !a->no_stdin && attach->stdin_open,
        .detach_keys = a->detach_keys,
    };
    const struct session_attached session = {
        .attach = attach, .paths = p, .id = operands[0], .sig_proxy = a->sig_proxy
    };
    r = session_check(&how, e);
    return r < 0 ? r : session_attach(&session, &how, e);
}

const struct opt_cmd cmd_attach = {
    .usage = "[OPTIONS] CONTAINER",
    .summary = "Attach standard input, output and error to a running container",
    .opts = options,
    .args_size = sizeof(struct attach_args),
    .defaults = &defaults,
    .min_operands = 1,
    .max_operands = 1,
    .words = words_running,
    .run = run,
};
