/* SPDX-License-Identifier: MIT */
/* hako start: start containers that were created or have stopped. */
#include "cli/cmd.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/words.h"

struct start_args {
    bool attach;
    bool interactive;
    const char *detach_keys;
    bool sig_proxy;
};
static const struct start_args defaults = { .sig_proxy = true };

#define AT(field) OPT_AT(struct start_args, field)
static const struct opt options[] = {
    { 'a', "attach", OPT_FLAG, AT(attach), NULL, "Attach its output and pass signals on" },
    { 0, "detach-keys", OPT_STRING, AT(detach_keys), "KEYS",
      "Keys that detach from it (ctrl-p,ctrl-q)" },
    { 'i', "interactive", OPT_FLAG, AT(interactive), NULL, "Attach its standard input" },
    { 0, "sig-proxy", OPT_FLAG, AT(sig_proxy), NULL, NULL, OPT_HIDDEN },
    { 0 },
};

static int attached(const struct paths *p, const struct start_args *a, const char *name,
                    struct err *e)
{
    unsigned streams = ATTACH_STDOUT | ATTACH_STDERR | (a->interactive ? ATTACH_STDIN : 0);
    CLEANUP(session_signals) struct session_signals signals = SESSION_SIGNALS_INIT;
    AUTO_ATTACH struct attach *attach = NULL;
    char id[ENGINE_ID_LEN + 1];
    int r = engine_resolve(p, name, id, e);

    if (r >= 0)
        r = session_signals_hold(&signals, a->sig_proxy, true, e);
    const struct engine_caller caller = { .streams = streams, .stop_fd = signals.stop_fd };
    if (r >= 0)
        r = engine_start(p, id, &caller, &attach, e);
    if (r < 0) {
        session_signals_obey(&signals);
        return r;
    }
    const struct session_how how = {
        .tty = attach->tty,
        .input = a->interactive && attach->stdin_open,
        .detach_keys = a->detach_keys,
        .signals = &signals,
    };
    const struct session_attached session = {
        .attach = attach, .paths = p, .id = id, .sig_proxy = a->sig_proxy
    };
    return session_attach(&session, &how, e);
}

static int start_one(void *arg, const char *name, struct err *e)
{
    const struct engine_caller nobody = { .stop_fd = -1 };

    return engine_start(arg, name, &nobody, NULL, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct start_args *a = args;
    const struct session_how how = { .detach_keys = a->detach_keys };
    const struct paths *p;
    int r = session_check(&how, e);

    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r < 0)
        return r;
    if ((a->attach || a->interactive) && operands[1])
        return err_set(e, ERR_INVALID, "only one container can be started and attached at once");
    if (a->attach || a->interactive)
        return attached(p, a, operands[0], e);
    return output_each(operands, 0, start_one, (void *)p, e);
}

const struct opt_cmd cmd_start = {
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Start one or more stopped containers",
    .opts = options,
    .args_size = sizeof(struct start_args),
    .defaults = &defaults,
    .min_operands = 1,
    .max_operands = -1,
    .words = words_stopped,
    .run = run,
};
