/* SPDX-License-Identifier: MIT */
/* hako exec: one more command in a running container. */
#include "cli/cmd.h"
#include "cli/session.h"
#include "cli/term.h"
#include "cli/words.h"

#define AT(field) OPT_AT(struct exec_args, field)
static const struct opt options[] = {
    { 'd', "detach", OPT_FLAG, AT(detach), NULL, "Run the command in the background" },
    { 0, "detach-keys", OPT_STRING, AT(detach_keys), "KEYS",
      "Keys that detach from it (ctrl-p,ctrl-q)" },
    { 'e', "env", OPT_STRV, AT(env), "KEY=VALUE",
      "Set an environment variable; a bare KEY takes the caller's value" },
    { 0, "env-file", OPT_STRV, AT(env_files), "FILE", "Read environment variables from a file",
      .words = opt_words_file },
    { 'i', "interactive", OPT_FLAG, AT(interactive), NULL, "Give it this standard input" },
    { 0, "privileged", OPT_FLAG, AT(privileged), NULL, "Give it all capabilities and no seccomp" },
    { 't', "tty", OPT_FLAG, AT(tty), NULL, "Give it a terminal" },
    { 'u', "user", OPT_STRING, AT(user), "USER[:GROUP]", "Run as this user, by name or number" },
    { 'w', "workdir", OPT_STRING, AT(workdir), "DIR", "Working directory in the container" },
    { 0 },
};

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    struct exec_args a = *(const struct exec_args *)args;
    const struct session_how how = {
        .tty = a.tty,
        .input = a.interactive && !a.detach,
        .detach_keys = a.detach_keys,
    };
    struct exec_session x;
    const struct paths *p;
    int r = session_check(&how, e);

    a.container = operands[0];
    a.command = operands + 1;
    if (a.tty)
        term_own_size(&a.rows, &a.cols);
    if (r >= 0)
        r = cli_paths(ctx, &p, e);
    if (r >= 0)
        r = engine_exec(p, &a, &x, e);
    if (r < 0 || a.detach)
        return r;
    r = session_exec(&x, &how, e);
    if (r < 0)
        return r;
    return r == SESSION_ENDED ? engine_exec_wait(&x, e) : engine_exec_leave(&x, e);
}

const struct opt_cmd cmd_exec = {
    .usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
    .summary = "Run a command in a running container",
    .opts = options,
    .args_size = sizeof(struct exec_args),
    .min_operands = 2,
    .max_operands = -1,
    .stop_at_operand = true,
    .fail_code = exit_code_exec,
    .words = words_running,
    .run = run,
};
