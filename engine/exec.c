/* SPDX-License-Identifier: MIT */
/* hako exec: one more process in a running container, as a child of the command itself. */
#include "runtime/exec.h"

#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "engine/engine.h"
#include "engine/filter.h"
#include "engine/group.h"
#include "engine/heal.h"
#include "engine/parse_env.h"
#include "engine/plan.h"
#include "engine/user.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>

extern char **environ;

/* The container as exec needs it. */
struct target {
    struct container c;
    struct config config;
    struct seccomp_filter filter;
    struct group group;
};

static void target_close(struct target *t)
{
    container_close(&t->c);
    config_free(&t->config);
    seccomp_free(&t->filter);
    group_close(&t->group);
}
DEFINE_CLEANUP(struct target, target, target_close(p))
#define TARGET_INIT                                                                                \
    {                                                                                              \
        .c = CONTAINER_INIT, .group = GROUP_INIT                                                   \
    }

static int open_target(const struct paths *p, const struct exec_args *args, struct target *t,
                       struct err *e)
{
    int r = heal_open(p, args->container, &t->c, e);
    if (r < 0)
        return r;
    if (!container_running(&t->c))
        return err_set(e, ERR_STATE, "container %s is not running", t->c.id);
    r = container_load_config(&t->c, &t->config, e);
    if (r >= 0)
        r = group_open(&t->c.record, &t->group, e);
    if (r >= 0 && cgroup_frozen(&t->group.cgroup))
        return err_set(e, ERR_STATE, "Container %s is paused, unpause the container before exec",
                       t->c.id);
    return r;
}

/* As its first process's, with what the flags change. */
static int fill_process(const struct exec_args *args, char *const *env, struct target *t,
                        struct err *e)
{
    struct config_process *proc = t->config.process;

    strv_free(proc->args);
    proc->args = strv_dup(args->command);
    proc->terminal = args->tty;
    if (!proc->args ||
        (args->tty && !strv_env_get(proc->env, "TERM") && strv_add(&proc->env, "TERM=xterm") < 0))
        return err_nomem(e);
    if (parse_env_apply(&proc->env, env) < 0)
        return err_nomem(e);
    if (!str_empty(args->workdir) && *args->workdir != '/')
        return err_set(e, ERR_INVALID, "the working directory '%s' needs to be an absolute path",
                       args->workdir);
    if (!str_empty(args->workdir) && str_set(&proc->cwd, args->workdir) < 0)
        return err_nomem(e);
    if (args->privileged)
        caps_to_config(caps_all(), proc->capabilities);
    return plan_console(proc, args->rows, args->cols, e);
}

/* Users are looked up in the container as it is now: through its first process's root. */
static int fill_user(const struct exec_args *args, struct target *t, struct err *e)
{
    struct config_process *proc = t->config.process;
    CLEANUP(user) struct user u = { 0 };
    char root[64];

    snprintf(root, sizeof(root), "/proc/%d/root", (int)t->c.status.pid);
    AUTO_FD int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "open", root);
    int r = user_lookup(fd, args->user ? args->user : t->c.record.user,
                        args->user ? NULL : t->c.record.group_add, &u, e);
    return r < 0 ? r : user_apply(&u, proc, e);
}

static int spawn(const struct exec_args *args, struct target *t, struct launch_proc *ret,
                 struct err *e)
{
    struct exec x = EXEC_INIT;
    AUTO_FD int null = -1;

    x.pid = t->c.status.pid;
    x.process = t->config.process;
    x.config = &t->config;
    x.cgroup = &t->group.cgroup;
    x.dir = t->c.run_fd;
    x.filter = t->filter.len > 0 && !args->privileged ? &t->filter : NULL;
    if (!args->tty && (args->detach || !args->interactive)) {
        null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0)
            return err_sys(e, "open", "/dev/null");
        x.stdio[0] = null;
        if (args->detach)
            x.stdio[1] = x.stdio[2] = null;
    }
    x.at_once = !args->tty && !t->filter.notify;
    int r = exec_create(&x, ret, e);
    if (r >= 0 && !x.at_once)
        r = launch_ready(ret, e);
    if (r >= 0)
        r = launch_start(ret, e);
    if (r < 0)
        launch_abort(ret);
    return r;
}

/* Whatever keeps the command from starting in a container that runs counts as its failure, as
 * docker has it: not found when something that it names is missing, else not executable. */
static int blame_command(struct err *e)
{
    bool missing = e->errnum == ENOENT || e->errnum == ENOTDIR;

    if (e->kind != ERR_STATE && e->kind != ERR_CMD_NOT_FOUND)
        e->kind = missing ? ERR_CMD_NOT_FOUND : ERR_CMD_NOT_EXEC;
    return -e->kind;
}

int engine_exec(const struct paths *p, const struct exec_args *args, struct exec_session *ret,
                struct err *e)
{
    CLEANUP(target) struct target t = TARGET_INIT;
    struct launch_proc proc = LAUNCH_PROC_INIT;
    AUTO_STRV char **env = NULL;

    int r = parse_env(args->env_files, args->env, environ, &env, e);
    if (r >= 0)
        r = open_target(p, args, &t, e);
    if (r < 0)
        return r;
    r = fill_process(args, env, &t, e);
    if (r >= 0)
        r = fill_user(args, &t, e);
    if (r >= 0)
        r = filter_load(p, &t.c.record, &t.config, &t.filter, e);
    if (r >= 0)
        r = spawn(args, &t, &proc, e);
    if (r < 0)
        return blame_command(e);
    *ret = (struct exec_session){ .pid = proc.pid,
                                  .pidfd = args->detach ? -1 : TAKE_FD(proc.pidfd),
                                  .pty = TAKE_FD(proc.pty_fd) };
    launch_close(&proc);
    return 0;
}

/* What the command prints goes nowhere, until it ends or nobody has the terminal open any more. */
__attribute__((noreturn)) static void keep_terminal(const struct exec_session *s)
{
    int keep[] = { s->pty, s->pidfd };
    struct pollfd p[] = { { .fd = s->pty, .events = POLLIN },
                          { .fd = s->pidfd, .events = POLLIN } };
    char buf[4096];

    setsid();
    prctl(PR_SET_NAME, "hako-exec");
    proc_close_except(keep, ARRAY_LEN(keep));
    proc_open_std_fds();
    if (chdir("/") < 0)
        _exit(1);
    while (poll(p, ARRAY_LEN(p), -1) > 0 || errno == EINTR) {
        if (p[1].revents)
            break;
        if (p[0].revents && read(s->pty, buf, sizeof(buf)) <= 0 && errno != EAGAIN)
            break;
    }
    _exit(0);
}

/* Returns when the keeper has closed its end of the pipe: it is in a session of its own by then,
 * and whatever becomes of ours does not reach it. */
static int start_keeper(const struct exec_session *s, struct err *e)
{
    int ready[2];
    char none;

    if (pipe2(ready, O_CLOEXEC) < 0)
        return err_sys(e, "pipe", NULL);
    AUTO_FD int end = ready[0];
    pid_t pid = proc_clone(0, -1, NULL);
    if (pid == 0)
        keep_terminal(s);
    close(ready[1]);
    if (pid < 0)
        return err_sys(e, "fork", "keeper of the terminal");
    while (read(end, &none, 1) < 0 && errno == EINTR)
        ;
    return 0;
}

int engine_exec_leave(struct exec_session *s, struct err *e)
{
    int r = start_keeper(s, e);

    mem_close(&s->pidfd);
    mem_close(&s->pty);
    return r;
}

int engine_exec_wait(struct exec_session *s, struct err *e)
{
    int status = proc_wait(s->pid);

    mem_close(&s->pidfd);
    mem_close(&s->pty);
    if (status < 0)
        return err_sys(e, "wait for", "exec'd process");
    return proc_exit_code(status);
}
