/* SPDX-License-Identifier: MIT */
/* hako-oci exec: one more process in a running container. */
#include "base/num.h"
#include "base/str.h"
#include "cli/oci/oci.h"
#include "cli/oci/oci_follow.h"
#include "runtime/caps.h"
#include "runtime/lifecycle.h"

#include <fcntl.h>

struct exec_options {
    const char *console_socket;
    const char *cwd;
    char **env;
    bool tty;
    const char *user;
    const char *process;
    bool detach;
    const char *pid_file;
    const char *pidfd_socket;
    bool no_new_privs;
    char **caps;
    int64_t preserve_fds;
};

#define AT(field) OPT_AT(struct exec_options, field)
static const struct opt options[] = {
    { 0, "console-socket", OPT_STRING, AT(console_socket), "PATH",
      "Send the terminal's master to this unix socket", .words = opt_words_file },
    { 0, "cwd", OPT_STRING, AT(cwd), "DIR", "Working directory in the container" },
    { 'e', "env", OPT_STRV, AT(env), "KEY=VALUE", "Set an environment variable" },
    { 't', "tty", OPT_FLAG, AT(tty), NULL, "Give it a terminal" },
    { 'u', "user", OPT_STRING, AT(user), "UID[:GID]", "Run as this user, by numbers" },
    { 'p', "process", OPT_STRING, AT(process), "FILE", "Read the process from this JSON file",
      .words = opt_words_file },
    { 'd', "detach", OPT_FLAG, AT(detach), NULL, "Return once it has been started" },
    { 0, "pid-file", OPT_STRING, AT(pid_file), "FILE", "Write the process id to this file",
      .words = opt_words_file },
    { 0, "pidfd-socket", OPT_STRING, AT(pidfd_socket), "PATH", "Send a pidfd to this unix socket",
      .words = opt_words_file },
    { 0, "no-new-privs", OPT_FLAG, AT(no_new_privs), NULL, "Set no_new_privs" },
    { 'c', "cap", OPT_STRV, AT(caps), "NAME", "Add a capability" },
    { 0, "preserve-fds", OPT_INT, AT(preserve_fds), "N", "Pass N more descriptors, from 3 on",
      .min = 0, .max = 1024 },
    { 0 },
};

static int set_user(struct config_user *u, const char *text, struct err *e)
{
    AUTO_FREE char *uid = str_dup(text);
    uint64_t v;

    if (!uid)
        return err_nomem(e);
    char *gid = strchr(uid, ':');
    if (gid)
        *gid++ = '\0';
    int r = num_u64(uid, 0, UINT32_MAX - 1, &v, e);
    if (r < 0)
        return err_wrap(e, "--user");
    u->uid = (uint32_t)v;
    if (!gid)
        return 0;
    r = num_u64(gid, 0, UINT32_MAX - 1, &v, e);
    if (r < 0)
        return err_wrap(e, "--user");
    u->gid = (uint32_t)v;
    return 0;
}

static int add_caps(struct config_process *p, char *const *names, struct err *e)
{
    if (names && !p->capabilities)
        p->capabilities = calloc(1, sizeof(*p->capabilities));
    if (names && !p->capabilities)
        return err_nomem(e);
    strv_foreach (it, names) {
        int cap = caps_number(*it);
        if (cap < 0)
            return err_set(e, ERR_INVALID, "--cap: unknown capability \"%s\"", *it);
        p->capabilities->bounding.bits |= CAPS_BIT(cap);
        p->capabilities->permitted.bits |= CAPS_BIT(cap);
        p->capabilities->effective.bits |= CAPS_BIT(cap);
    }
    return 0;
}

static int from_options(const struct exec_options *a, char **command, struct config_process *p,
                        struct err *e)
{
    if (!command[0])
        return err_set(e, ERR_USAGE, "exec: a command or --process is needed");
    strv_free(p->args);
    p->args = strv_dup(command);
    p->terminal = a->tty;
    p->no_new_privileges = p->no_new_privileges || a->no_new_privs;
    if (!p->args || (a->cwd && str_set(&p->cwd, a->cwd) < 0))
        return err_nomem(e);
    strv_foreach (it, a->env)
        if (strv_env_set(&p->env, *it) < 0)
            return err_nomem(e);
    int r = a->user ? set_user(&p->user, a->user, e) : 0;
    return r < 0 ? r : add_caps(p, a->caps, e);
}

static int make_process(const char *root, const struct exec_options *a, char **operands,
                        struct config_process *ret, struct err *e)
{
    if (a->process) {
        int r = json_load(&config_process_table, ret, AT_FDCWD, a->process, 0, e);
        if (r >= 0 && a->tty)
            ret->terminal = true;
        return r;
    }
    int r = lifecycle_exec_process(root, operands[0], ret, e);
    if (r < 0)
        return r;
    r = from_options(a, operands + 1, ret, e);
    if (r < 0)
        json_free(&config_process_table, ret);
    return r;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct exec_options *a = args;
    struct config_process process;
    struct launch_proc proc = LAUNCH_PROC_INIT;
    const struct lifecycle_exec want = { .id = operands[0],
                                         .process = &process,
                                         .console_socket = a->console_socket,
                                         .pid_file = a->pid_file,
                                         .pidfd_socket = a->pidfd_socket,
                                         .preserve_fds = (unsigned)a->preserve_fds,
                                         .keep_pty = !a->detach && !a->console_socket };

    int r = make_process(oci_root(ctx), a, operands, &process, e);
    if (r < 0)
        return r;
    r = lifecycle_exec(oci_root(ctx), &want, &proc, e);
    if (r >= 0 && !a->detach)
        r = oci_follow(&proc, e);
    launch_close(&proc);
    json_free(&config_process_table, &process);
    return r;
}

const struct opt_cmd oci_exec = {
    .usage = "[OPTIONS] ID [COMMAND [ARG...]]",
    .summary = "Run a command in a running container",
    .opts = options,
    .args_size = sizeof(struct exec_options),
    .min_operands = 1,
    .max_operands = -1,
    .stop_at_operand = true,
    .run = run,
};
