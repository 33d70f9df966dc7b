/* SPDX-License-Identifier: MIT */
/* hako-oci exec: one more process in a running container. */
#include "base/num.h"
#include "base/str.h"
#include "cli/oci/oci.h"
#include "cli/oci/oci_follow.h"
#include "runtime/caps.h"
#include "runtime/lifecycle.h"

#include <fcntl.h>

/* As runc: told apart from what the command itself returns in most cases. */
static int fail_code(const struct err *e)
{
    return 255;
}

struct exec_options {
    const char *console_socket;
    const char *cwd;
    char **env;
    bool tty;
    const char *user;
    char **additional_gids;
    const char *process;
    bool detach;
    const char *pid_file;
    const char *pidfd_socket;
    const char *process_label;
    const char *apparmor;
    bool no_new_privs;
    char **caps;
    char **cgroups;
    int64_t preserve_fds;
    bool ignore_paused;
    char **command; /* the operands after the id */
};

#define AT(field) OPT_AT(struct exec_options, field)
static const struct opt options[] = {
    { 0, "console-socket", OPT_STRING, AT(console_socket), "PATH",
      "Send the terminal's master to this unix socket", .words = opt_words_file },
    { 0, "cwd", OPT_STRING, AT(cwd), "DIR", "Working directory in the container" },
    { 'e', "env", OPT_STRV, AT(env), "KEY=VALUE", "Set an environment variable" },
    { 't', "tty", OPT_FLAG, AT(tty), NULL, "Give it a terminal" },
    { 'u', "user", OPT_STRING, AT(user), "UID[:GID]", "Run as this user, by numbers" },
    { 'g', "additional-gids", OPT_LIST, AT(additional_gids), "GID", "Add a group, by number" },
    { 'p', "process", OPT_STRING, AT(process), "FILE", "Read the process from this JSON file",
      .words = opt_words_file },
    { 'd', "detach", OPT_FLAG, AT(detach), NULL, "Return once it has been started" },
    { 0, "pid-file", OPT_STRING, AT(pid_file), "FILE", "Write the process id to this file",
      .words = opt_words_file },
    { 0, "pidfd-socket", OPT_STRING, AT(pidfd_socket), "PATH", "Send a pidfd to this unix socket",
      .words = opt_words_file },
    { 0, "process-label", OPT_STRING, AT(process_label), "LABEL", "SELinux label of the process" },
    { 0, "apparmor", OPT_STRING, AT(apparmor), "PROFILE", "AppArmor profile of the process" },
    { 0, "no-new-privs", OPT_FLAG, AT(no_new_privs), NULL, "Set no_new_privs" },
    { 'c', "cap", OPT_STRV, AT(caps), "NAME", "Add a capability" },
    { 0, "preserve-fds", OPT_INT, AT(preserve_fds), "N", "Pass N more descriptors, from 3 on",
      .min = 0, .max = 1024 },
    { 0, "cgroup", OPT_STRV, AT(cgroups), "GROUP", "Run in this group below the container's" },
    { 0, "ignore-paused", OPT_FLAG, AT(ignore_paused), NULL,
      "Accept a paused container, and wait until it goes on" },
    { 0, "no-subreaper", OPT_FLAG, .flags = OPT_IGNORED },
    { 0 },
};

/* ---- options to process ---- */

static int read_id(const char *option, const char *text, uint32_t *ret, struct err *e)
{
    uint64_t v;
    int r = num_u64(text, 0, UINT32_MAX - 1, &v, e);

    if (r < 0)
        return err_wrap(e, "%s", option);
    *ret = (uint32_t)v;
    return 0;
}

static int set_user(struct config_user *u, const char *text, struct err *e)
{
    AUTO_FREE char *uid = str_dup(text);

    if (!uid)
        return err_nomem(e);
    char *gid = strchr(uid, ':');
    if (gid)
        *gid++ = '\0';
    int r = read_id("--user", uid, &u->uid, e);
    return r < 0 || !gid ? r : read_id("--user", gid, &u->gid, e);
}

static int add_groups(struct json_u32s *groups, char *const *texts, struct err *e)
{
    size_t n = groups->n + strv_len(texts);
    uint32_t *v = n ? reallocarray(groups->v, n, sizeof(*v)) : NULL;
    int r = 0;

    if (n && !v)
        return err_nomem(e);
    groups->v = n ? v : groups->v;
    for (char *const *it = texts; it && *it && r >= 0; it++)
        r = read_id("--additional-gids", *it, &groups->v[groups->n++], e);
    return r;
}

static int set_env(char ***env, char *const *assignments, struct err *e)
{
    strv_foreach (it, assignments) {
        if (**it == '=' || !strchr(*it, '='))
            return err_set(e, ERR_INVALID, "--env \"%s\": expected KEY=VALUE", *it);
        if (strv_env_set(env, *it) < 0)
            return err_nomem(e);
    }
    return 0;
}

/* Ambient where the container has inheritable ones, as runc: without these the kernel has none. */
static int add_caps(struct config_process *p, char *const *names, struct err *e)
{
    if (names && !p->capabilities)
        p->capabilities = calloc(1, sizeof(*p->capabilities));
    if (names && !p->capabilities)
        return err_nomem(e);
    strv_foreach (it, names) {
        struct config_capabilities *c = p->capabilities;
        int cap = caps_number(*it);
        if (cap < 0)
            return err_set(e, ERR_INVALID, "--cap: unknown capability \"%s\"", *it);
        c->bounding.bits |= CAPS_BIT(cap);
        c->permitted.bits |= CAPS_BIT(cap);
        c->effective.bits |= CAPS_BIT(cap);
        if (c->inheritable.bits) {
            c->inheritable.bits |= CAPS_BIT(cap);
            c->ambient.bits |= CAPS_BIT(cap);
        }
    }
    return 0;
}

static int change(const void *arg, struct config_process *p, struct err *e)
{
    const struct exec_options *a = arg;
    int r;

    p->args = strv_dup(a->command);
    p->terminal = a->tty;
    p->no_new_privileges = p->no_new_privileges || a->no_new_privs;
    if (!p->args || (a->cwd && str_set(&p->cwd, a->cwd) < 0) ||
        (a->process_label && str_set(&p->selinux_label, a->process_label) < 0) ||
        (a->apparmor && str_set(&p->apparmor_profile, a->apparmor) < 0))
        return err_nomem(e);
    r = set_env(&p->env, a->env, e);
    if (r >= 0 && a->user)
        r = set_user(&p->user, a->user, e);
    if (r >= 0)
        r = add_groups(&p->user.additional_gids, a->additional_gids, e);
    return r < 0 ? r : add_caps(p, a->caps, e);
}

/* ---- the group ---- */

/* cgroup v2 has one hierarchy: the controllers before a path choose nothing. */
static int find_cgroup(char *const *specs, const char **ret, struct err *e)
{
    strv_foreach (it, specs) {
        const char *colon = strchr(*it, ':');
        const char *path = colon ? colon + 1 : *it;

        if (colon == *it || !*path)
            return err_set(e, ERR_INVALID, "--cgroup \"%s\": expected PATH or CTRL[,CTRL]:PATH",
                           *it);
        if (*ret && !STREQ(*ret, path))
            return err_set(e, ERR_INVALID,
                           "--cgroup \"%s\": cgroup v2 has one group a process, "
                           "\"%s\" is another",
                           *it, *ret);
        *ret = path;
    }
    return 0;
}

/* ---- the command ---- */

static int exec(struct oci *o, const struct exec_options *a, struct lifecycle_exec *want,
                struct err *e)
{
    struct launch_proc proc = LAUNCH_PROC_INIT;
    int r = find_cgroup(a->cgroups, &want->cgroup, e);

    if (r >= 0)
        r = lifecycle_exec(oci_root(o), want, &proc, e);
    if (r >= 0 && !a->detach)
        r = oci_follow(&proc, -1, e);
    launch_close(&proc);
    return r;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    struct exec_options a = *(const struct exec_options *)args;
    struct config_process process = { 0 };
    struct lifecycle_exec want = { .id = operands[0],
                                   .process = a.process ? &process : NULL,
                                   .change = change,
                                   .arg = &a,
                                   .console_socket = a.console_socket,
                                   .pid_file = a.pid_file,
                                   .pidfd_socket = a.pidfd_socket,
                                   .preserve_fds = (unsigned)a.preserve_fds,
                                   .keep_pty = !a.detach && !a.console_socket,
                                   .ignore_paused = a.ignore_paused };
    int r = 0;

    a.command = operands + 1;
    if (a.process) {
        r = json_load(&config_process_table, &process, AT_FDCWD, a.process, 0, e);
        process.terminal = process.terminal || a.tty;
    } else if (!operands[1])
        r = err_set(e, ERR_USAGE, "exec: a command or --process is needed");
    if (r >= 0)
        r = exec(ctx, &a, &want, e);
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
    .fail_code = fail_code,
    .run = run,
};
