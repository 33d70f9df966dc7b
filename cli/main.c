/* SPDX-License-Identifier: MIT */
/* hako's entry: finds the command, runs it, and turns its result into an exit code. */
#include "base/proc.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/output.h"

static int exit_code(const struct opt_cmd *cmd, const struct err *e)
{
    if (e->kind == ERR_USAGE)
        return CLI_ENGINE_FAILED;
    return cmd && cmd->fail_code ? cmd->fail_code(e) : CLI_FAILED;
}

static int fail(const struct opt_cmd *cmd, const struct err *e, const char *path)
{
    output_error(e, path);
    return exit_code(cmd, e);
}

static int print_help(const struct opt_match *m, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    if (m->cmd)
        opt_help(&commands_program, m->cmd, m->path, output_width(), &b);
    else
        opt_help_program(&commands_program, output_width(), &b);
    return output_buf(&b, e);
}

/* A command's own part of the command line, and the command. */
static int run(struct cli *c, const struct opt_match *m, struct err *e)
{
    struct opt_parsed p;
    int r = opt_parse(m->cmd, m->argv, &p, e);
    int code;

    if (r >= 0 && (p.help || m->help)) {
        r = print_help(m, e);
        code = r < 0 ? fail(NULL, e, NULL) : 0;
    } else if (r < 0) {
        code = fail(m->cmd, e, m->path);
    } else if (opt_check_operands(m->cmd, m->path, p.noperands, e) < 0) {
        output_error(e, m->path);
        code = CLI_FAILED;
    } else {
        r = m->cmd->run(c, p.args, p.operands, e);
        code = r < 0 ? fail(m->cmd, e, e->kind == ERR_USAGE ? m->path : NULL) : r;
    }
    opt_free(m->cmd, &p);
    return code;
}

static int dispatch(struct cli *c, char **argv)
{
    struct err e = ERR_INIT;
    struct opt_match m;

    if (*argv && STREQ(*argv, "__complete"))
        return cmd_complete(c, argv + 1);
    int r = opt_find(&commands_program, argv, c, &m, &e);
    if (r < 0)
        return fail(NULL, &e, m.path);
    log_set(output_log, c->debug ? LOG_LVL_DEBUG : (enum log_level)c->log_level);
    if (c->version) {
        r = output_line(&e, "hako version %s", HAKO_VERSION);
        return r < 0 ? fail(NULL, &e, NULL) : 0;
    }
    if (m.cmd && !m.cmd->verbs)
        return run(c, &m, &e);
    r = print_help(&m, &e);
    return r < 0 ? fail(NULL, &e, NULL) : 0;
}

int main(int argc, char **argv)
{
    struct cli c = { .log_level = LOG_LVL_WARN };

    proc_open_std_fds();
    int code = dispatch(&c, argc > 0 ? argv + 1 : argv);

    cli_close(&c);
    return code;
}
