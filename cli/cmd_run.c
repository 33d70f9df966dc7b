/* SPDX-License-Identifier: MIT */
/* hako run: create a container, start it, and stay with it unless told to detach. */
#include "base/str.h"
#include "cli/cmd.h"
#include "cli/limit_options.h"
#include "cli/output.h"
#include "cli/run_options.h"
#include "cli/session.h"
#include "cli/words.h"

#define AT(field) OPT_AT(struct run_args, field)
static const struct opt options[] = {
    { 'd', "detach", OPT_FLAG, AT(detach), NULL, "Run in the background and print its id" },
    { 0, "detach-keys", OPT_STRING, AT(detach_keys), "KEYS",
      "Keys that detach from it (ctrl-p,ctrl-q)" },
    { 0, "sig-proxy", OPT_FLAG, AT(sig_proxy), NULL,
      "Pass signals on to the process; --sig-proxy=false does not" },
    { 0 },
};

/* Which streams to attach: those of -a, else output and, with -i, input. */
static int streams_of(const struct run_args *a, unsigned *ret, struct err *e)
{
    static const struct {
        const char *name;
        unsigned bit;
    } names[] = {
        { "stdin", ATTACH_STDIN },
        { "stdout", ATTACH_STDOUT },
        { "stderr", ATTACH_STDERR },
    };
    unsigned streams = 0;

    strv_foreach (word, a->attach) {
        unsigned bit = 0;
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            bit |= strcasecmp(names[i].name, *word) == 0 ? names[i].bit : 0;
        if (bit == 0)
            return err_set(e, ERR_USAGE, "-a %s: valid streams are stdin, stdout and stderr",
                           *word);
        streams |= bit;
    }
    if (!a->attach)
        streams = ATTACH_STDOUT | ATTACH_STDERR | (a->interactive ? ATTACH_STDIN : 0);
    *ret = streams;
    return 0;
}

static int foreground(const struct paths *p, const struct run_args *a, unsigned streams,
                      struct err *e)
{
    CLEANUP(session_signals) struct session_signals signals = SESSION_SIGNALS_INIT;
    const struct session_how how = {
        .tty = a->tty,
        .input = streams & ATTACH_STDIN,
        .detach_keys = a->detach_keys,
        .signals = &signals,
    };
    AUTO_ATTACH struct attach *attach = NULL;
    char id[ENGINE_ID_LEN + 1];

    int r = session_check(&how, e);
    if (r == -ERR_STATE) { /* docker's code for it is not run's own */
        output_error(e, NULL);
        return CLI_FAILED;
    }
    if (r >= 0)
        r = session_signals_hold(&signals, a->sig_proxy, a->tty, e);
    const struct engine_caller caller = { .streams = streams, .stop_fd = signals.stop_fd };
    if (r >= 0)
        r = engine_run(p, a, &caller, id, &attach, e);
    if (r < 0)
        session_signals_obey(&signals);
    if (r >= 0 && !(streams & (ATTACH_STDOUT | ATTACH_STDERR)))
        r = output_line(e, "%s", id);
    if (r < 0)
        return r;
    const struct session_attached session = {
        .attach = attach, .paths = p, .id = id, .sig_proxy = a->sig_proxy
    };
    return session_attach(&session, &how, e);
}

/* A signal that comes too late to take the start back waits until the id is printed. */
static int background(const struct paths *p, const struct run_args *a, struct err *e)
{
    CLEANUP(session_signals) struct session_signals signals = SESSION_SIGNALS_INIT;
    char id[ENGINE_ID_LEN + 1];
    int r = session_signals_hold(&signals, false, false, e);

    const struct engine_caller caller = { .stop_fd = signals.stop_fd };
    if (r >= 0)
        r = engine_run(p, a, &caller, id, NULL, e);
    if (r < 0)
        session_signals_obey(&signals);
    return r < 0 ? r : output_line(e, "%s", id);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    struct run_args a;
    const struct paths *p;
    unsigned streams = 0;
    int r = run_options_take(ctx, args, operands, &a, e);

    if (r >= 0)
        r = streams_of(&a, &streams, e);
    if (r >= 0 && a.detach && a.attach)
        r = err_set(e, ERR_USAGE, "--attach and --detach exclude each other");
    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r < 0)
        return r;
    r = a.detach ? background(p, &a, e) : foreground(p, &a, streams, e);
    if (r == -ERR_CMD_NOT_FOUND && operands[1] && operands[1][0] == '-')
        err_hint(e, "options of 'hako run' stand before the image");
    return r;
}

const struct opt_cmd cmd_run = {
    .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    .summary = "Create and run a new container from an image",
    .opts = options,
    .more_opts = { run_options, limit_options },
    .args_size = sizeof(struct run_args),
    .defaults = &run_options_defaults,
    .min_operands = 1,
    .max_operands = -1,
    .stop_at_operand = true,
    .fail_code = exit_code_run,
    .words = words_images,
    .run = run,
};
