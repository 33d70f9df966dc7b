/* SPDX-License-Identifier: MIT */
/* hako-oci create and run: a bundle becomes a container. */
#include "base/str.h"
#include "cli/oci/oci.h"
#include "cli/oci/oci_follow.h"
#include "runtime/lifecycle.h"

#include <stdlib.h>

struct create_args {
    const char *bundle;
    const char *config;
    const char *console_socket;
    const char *pid_file;
    const char *pidfd_socket;
    int64_t preserve_fds;
    bool no_pivot;
    bool no_new_keyring;
    bool no_subreaper; /* nothing of ours adopts orphans */
    bool detach;
    bool keep;
};

#define AT(field) OPT_AT(struct create_args, field)
static const struct opt options[] = {
    { 'b', "bundle", OPT_STRING, AT(bundle), "DIR", "The bundle's directory (the current one)",
      .words = opt_words_dir },
    { 'f', "config", OPT_STRING, AT(config), "FILE", "Read this file instead of config.json",
      .words = opt_words_file },
    { 0, "console-socket", OPT_STRING, AT(console_socket), "PATH",
      "Send the terminal's master to this unix socket", .words = opt_words_file },
    { 0, "pid-file", OPT_STRING, AT(pid_file), "FILE", "Write the process id to this file",
      .words = opt_words_file },
    { 0, "pidfd-socket", OPT_STRING, AT(pidfd_socket), "PATH", "Send a pidfd to this unix socket",
      .words = opt_words_file },
    { 0, "preserve-fds", OPT_INT, AT(preserve_fds), "N", "Pass N more descriptors, from 3 on",
      .min = 0, .max = 1024 },
    { 0, "no-pivot", OPT_FLAG, AT(no_pivot), NULL, "Do not use pivot_root: the root is a ramfs" },
    { 0, "no-new-keyring", OPT_FLAG, AT(no_new_keyring), NULL,
      "Keep the caller's session keyring" },
    { 0, "no-subreaper", OPT_FLAG, AT(no_subreaper), NULL, "Accepted for runc's sake" },
    { 0 },
};

static const struct opt run_options[] = {
    { 'd', "detach", OPT_FLAG, AT(detach), NULL, "Return once it has been started" },
    { 0, "keep", OPT_FLAG, AT(keep), NULL, "Do not delete the container when it has ended" },
    { 0 },
};

static struct lifecycle_create wanted(const struct oci *o, const struct create_args *a,
                                      const char *id)
{
    return (struct lifecycle_create){ .id = id,
                                      .cgroup_manager = oci_cgroup_manager(o),
                                      .bundle = a->bundle,
                                      .config_path = a->config,
                                      .console_socket = a->console_socket,
                                      .pid_file = a->pid_file,
                                      .pidfd_socket = a->pidfd_socket,
                                      .preserve_fds = (unsigned)a->preserve_fds,
                                      .rootless = (enum lifecycle_rootless)o->rootless,
                                      .no_pivot = a->no_pivot,
                                      .no_new_keyring = a->no_new_keyring };
}

static int create(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct lifecycle_create want = wanted(ctx, args, operands[0]);

    return lifecycle_create(oci_root(ctx), &want, NULL, e);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct create_args *a = args;
    struct lifecycle_create want = wanted(ctx, a, operands[0]);
    struct launch_proc proc = LAUNCH_PROC_INIT;
    struct lifecycle_ctr *c;
    AUTO_FD int notify = -1;

    want.keep_pty = !a->detach && !a->console_socket;
    int r = lifecycle_run(oci_root(ctx), &want, &c, &proc, a->detach ? NULL : &notify, e);
    if (r < 0)
        return r;
    if (!a->detach)
        r = oci_follow(&proc, notify, e);
    launch_close(&proc);
    lifecycle_run_end(c, r < 0 || (!a->detach && !a->keep));
    return r;
}

const struct opt_cmd oci_create = {
    .usage = "[OPTIONS] ID",
    .summary = "Create a container, up to the start of its process",
    .opts = options,
    .args_size = sizeof(struct create_args),
    .min_operands = 1,
    .max_operands = 1,
    .run = create,
};

const struct opt_cmd oci_run = {
    .usage = "[OPTIONS] ID",
    .summary = "Create and start a container",
    .opts = options,
    .more_opts = { run_options },
    .args_size = sizeof(struct create_args),
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
