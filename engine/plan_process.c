/* SPDX-License-Identifier: MIT */
/* What the process is: command, environment, working directory, signals. */
#include "engine/plan.h"

#include "base/proc.h"
#include "base/str.h"
#include "engine/parse_env.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

extern char **environ;

/* --entrypoint replaces the image's and drops its command; a given command replaces only that
 * (Dockerfile reference, "CMD and ENTRYPOINT interact"). */
static int choose_command(struct record *rec, const struct run_args *args,
                          const struct image_run *img, struct err *e)
{
    int r = 0;

    if (args->entrypoint)
        r = *args->entrypoint ? strv_add(&rec->entrypoint, args->entrypoint) : 0;
    else
        r = strv_extend(&rec->entrypoint, img->entrypoint);
    if (r == 0 && strv_len(args->command) > 0)
        r = strv_extend(&rec->cmd, args->command);
    else if (r == 0 && !args->entrypoint)
        r = strv_extend(&rec->cmd, img->cmd);
    if (r < 0)
        return err_nomem(e);
    if (strv_len(rec->entrypoint) + strv_len(rec->cmd) == 0) {
        err_set(e, ERR_INVALID, "no command specified");
        return err_hint(e, "the image names none: add one after the image");
    }
    return 0;
}

static int fill_args(struct record *rec, struct config_process *proc, struct err *e)
{
    if (strv_extend(&proc->args, rec->entrypoint) < 0 || strv_extend(&proc->args, rec->cmd) < 0)
        return err_nomem(e);
    if (str_set(&rec->path, proc->args[0]) < 0 || strv_extend(&rec->args, proc->args + 1) < 0)
        return err_nomem(e);
    return 0;
}

/* --init: our init is bound to PLAN_INIT_PATH and runs the command. */
static int prepend_init(struct config_process *proc, struct err *e)
{
    AUTO_STRV char **whole = NULL;

    if (strv_add(&whole, PLAN_INIT_PATH) < 0 || strv_add(&whole, "--") < 0 ||
        strv_extend(&whole, proc->args) < 0)
        return err_nomem(e);
    strv_free(proc->args);
    proc->args = TAKE_PTR(whole);
    return 0;
}

static int fill_env(struct plan *plan, const struct run_args *args, const struct image_run *img,
                    struct err *e)
{
    struct config_process *proc = plan->config.process;
    AUTO_STRV char **own = NULL;

    int r = parse_env(args->env_files, args->env, environ, &own, e);
    if (r < 0)
        return r;
    r = strv_add(&proc->env, DEFAULT_PATH);
    if (r == 0)
        r = strv_addf(&proc->env, "HOSTNAME=%s", plan->record.hostname);
    if (r == 0 && args->tty)
        r = strv_add(&proc->env, "TERM=xterm");
    strv_foreach (it, img->env)
        r = r < 0 ? r : strv_env_set(&proc->env, *it);
    if (r == 0)
        r = parse_env_apply(&proc->env, own);
    if (r == 0)
        r = strv_extend(&plan->record.env, proc->env);
    return r < 0 ? err_nomem(e) : 0;
}

static int fill_workdir(struct plan *plan, const struct run_args *args, const struct image_run *img,
                        struct err *e)
{
    const char *dir = !str_empty(args->workdir) ? args->workdir : img->working_dir;

    if (str_empty(dir))
        dir = "/";
    if (!str_empty(args->workdir) && *dir != '/')
        return err_set(e, ERR_INVALID,
                       "the working directory '%s' is invalid, it needs to be an absolute path",
                       dir);
    plan->config.process->cwd = *dir == '/' ? str_dup(dir) : str_fmt("/%s", dir);
    if (!plan->config.process->cwd ||
        str_set(&plan->record.working_dir, plan->config.process->cwd) < 0)
        return err_nomem(e);
    return 0;
}

static int fill_stop(struct record *rec, const struct run_args *args, const struct image_run *img,
                     struct err *e)
{
    const char *sig = !str_empty(args->stop_signal) ? args->stop_signal : img->stop_signal;

    if (!str_empty(sig) && proc_signal_number(sig) < 0)
        return err_set(e, ERR_INVALID, "Invalid signal: %s", sig);
    if (str_set(&rec->stop_signal, str_empty(sig) ? NULL : sig) < 0)
        return err_nomem(e);
    if (args->stop_timeout != ARG_UNSET)
        rec->stop_timeout = (struct opt_i32){ true, (int32_t)args->stop_timeout };
    else
        rec->stop_timeout = img->stop_timeout;
    return 0;
}

static int fill_labels(struct plan *plan, const struct run_args *args, const struct image_run *img,
                       struct err *e)
{
    AUTO_STRV char **own = NULL;

    int r = parse_env_labels(args->label_files, args->labels, &own, e);
    if (r < 0)
        return r;
    r = json_map_merge(&plan->record.labels, &img->labels);
    strv_foreach (it, own)
        r = r < 0 ? r : json_map_assign(&plan->record.labels, *it);
    strv_foreach (it, args->annotations)
        r = r < 0 ? r : json_map_assign(&plan->config.annotations, *it);
    return r < 0 ? err_nomem(e) : 0;
}

/* A shell in / is what `hako-oci spec` starts from. */
static void clear_defaults(struct config_process *proc)
{
    strv_free(proc->args);
    strv_free(proc->env);
    free(proc->cwd);
    proc->args = NULL;
    proc->env = NULL;
    proc->cwd = NULL;
}

int plan_console(struct config_process *proc, unsigned rows, unsigned cols, struct err *e)
{
    if (!proc->terminal || rows == 0)
        return 0;
    if (!proc->console_size)
        proc->console_size = calloc(1, sizeof(*proc->console_size));
    if (!proc->console_size)
        return err_nomem(e);
    proc->console_size->height = rows;
    proc->console_size->width = cols;
    return 0;
}

int plan_process(struct plan *plan, const struct run_args *args, const struct image_run *img,
                 struct err *e)
{
    struct record *rec = &plan->record;
    struct config_process *proc = plan->config.process;

    clear_defaults(proc);
    proc->terminal = rec->tty;
    if (str_set(&rec->user, args->user ? args->user : img->user) < 0 ||
        strv_extend(&rec->group_add, args->group_add) < 0)
        return err_nomem(e);
    if (args->oom_score_adj != ARG_UNSET)
        proc->oom_score_adj = (struct opt_i32){ true, (int32_t)args->oom_score_adj };
    int r = choose_command(rec, args, img, e);
    if (r >= 0)
        r = fill_args(rec, proc, e);
    if (r >= 0 && args->init)
        r = prepend_init(proc, e);
    if (r >= 0)
        r = fill_env(plan, args, img, e);
    if (r >= 0)
        r = fill_workdir(plan, args, img, e);
    if (r >= 0)
        r = fill_stop(rec, args, img, e);
    if (r >= 0)
        r = plan_console(proc, args->rows, args->cols, e);
    return r < 0 ? r : fill_labels(plan, args, img, e);
}
