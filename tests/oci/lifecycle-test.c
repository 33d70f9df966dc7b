/* SPDX-License-Identifier: MIT */
/* Drives runtime/lifecycle.h one call a process: lifecycle-test ROOT COMMAND [ID [WORD...]] */
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "runtime/defaults.h"
#include "runtime/lifecycle.h"

#include <signal.h>
#include <stdio.h>

struct call {
    const char *root, *id;
    char **words;
};

static int cmd_create(const struct call *c, struct err *e)
{
    struct lifecycle_create args = { .id = c->id, .bundle = c->words[0] };

    if (c->words[0] && c->words[1])
        args.pid_file = c->words[1];
    return lifecycle_create(c->root, &args, NULL, e);
}

static int cmd_start(const struct call *c, struct err *e)
{
    return lifecycle_start(c->root, c->id, NULL, e);
}

static int cmd_state(const struct call *c, struct err *e)
{
    AUTO_BUF struct buf text = { 0 };
    struct state st;
    int r = lifecycle_state(c->root, c->id, &st, e);

    if (r < 0)
        return r;
    json_write(&state_table, &st, JSON_COMPACT, &text);
    puts(text.data);
    state_free(&st);
    return 0;
}

static int cmd_list(const struct call *c, struct err *e)
{
    struct state *v;
    size_t n;
    int r = lifecycle_list(c->root, &v, &n, e);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        printf("%s %s\n", v[i].id, json_enum_name(state_status_names, (int)v[i].status));
    lifecycle_list_free(v, n);
    return 0;
}

static int cmd_kill(const struct call *c, struct err *e)
{
    int sig = c->words[0] ? proc_signal_number(c->words[0]) : SIGTERM;

    return lifecycle_kill(c->root, c->id, sig, c->words[0] && c->words[1], e);
}

static int cmd_delete(const struct call *c, struct err *e)
{
    return lifecycle_delete(c->root, c->id, c->words[0] && STREQ(c->words[0], "force"), e);
}

static int set_args(const void *arg, struct config_process *p, struct err *e)
{
    p->args = strv_dup((char *const *)arg);
    return p->args ? 0 : err_nomem(e);
}

static int cmd_exec(const struct call *c, struct err *e)
{
    const struct lifecycle_exec x = { .id = c->id, .change = set_args, .arg = c->words };
    struct launch_proc p = LAUNCH_PROC_INIT;
    int r = lifecycle_exec(c->root, &x, &p, e);

    if (r < 0)
        return r;
    int code = proc_exit_code(proc_wait(p.pid));
    launch_close(&p);
    return code;
}

static int cmd_spec(const struct call *c, struct err *e)
{
    AUTO_CONFIG struct config config = { 0 };
    AUTO_BUF struct buf text = { 0 };
    int r = defaults_config(&config, e);

    if (r < 0)
        return r;
    config_write(&config, JSON_PRETTY, &text);
    puts(text.data);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const struct call *c, struct err *e);
} commands[] = {
    { "create", cmd_create }, { "start", cmd_start }, { "state", cmd_state },
    { "list", cmd_list },     { "kill", cmd_kill },   { "delete", cmd_delete },
    { "exec", cmd_exec },     { "spec", cmd_spec },
};

static void to_stderr(enum log_level level, const char *line)
{
    fprintf(stderr, "%s: %s\n", level == LOG_LVL_WARN ? "warning" : "info", line);
}

static int complain(const struct err *e)
{
    fprintf(stderr, "lifecycle-test: %s\n", e->msg);
    return e->kind == ERR_CMD_NOT_FOUND ? 127 : e->kind == ERR_CMD_NOT_EXEC ? 126 : 1;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    char *none[] = { NULL };
    struct call c = { .root = argc > 1 ? argv[1] : "",
                      .id = argc > 3 ? argv[3] : "",
                      .words = argc > 4 ? argv + 4 : none };

    log_set(to_stderr, LOG_LVL_WARN);
    for (size_t i = 0; argc > 2 && i < ARRAY_LEN(commands); i++) {
        if (!STREQ(commands[i].name, argv[2]))
            continue;
        int r = commands[i].run(&c, &e);
        return r < 0 ? complain(&e) : r;
    }
    fprintf(stderr, "usage: lifecycle-test ROOT COMMAND [ID [WORD...]]\n");
    return 64;
}
