/* SPDX-License-Identifier: MIT */
/* hako load: images from an archive, by way of hako-image. */
#include "base/proc.h"
#include "base/program.h"
#include "base/str.h"
#include "cli/cmd.h"

#include <fcntl.h>

struct load_args {
    const char *input;
    const char *platform;
    bool quiet;
};

#define AT(field) OPT_AT(struct load_args, field)
static const struct opt options[] = {
    { 'i', "input", OPT_STRING, AT(input), "FILE", "Read this file; - or nothing: standard input",
      .words = opt_words_file },
    { 0, "platform", OPT_STRING, AT(platform), "OS/ARCH[/VARIANT]",
      "Take this platform's image from an archive that has several" },
    { 'q', "quiet", OPT_FLAG, AT(quiet), NULL, "Show no progress" },
    { 0 },
};

/* Runs the helper; what it failed of comes back through a pipe and is ours to print. */
static int run_helper(char **argv, int from_fd, int to_fd, struct err *e)
{
    int code = proc_run(argv, e);

    close(to_fd);
    if (code <= 0)
        return code;
    if (err_recv(from_fd, e) == 0)
        return -e->kind;
    return err_set(e, ERR_STATE, "hako-image ended with exit code %d", code);
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct load_args *a = args;
    AUTO_FREE char *program = NULL;
    AUTO_STRV char **argv = NULL;
    AUTO_FD int from_fd = -1;
    const struct paths *p;
    int fds[2];
    int r = cli_paths(ctx, &p, e);

    if (r >= 0)
        r = program_find("hako-image", &program, e);
    if (r < 0)
        return r;
    if (pipe(fds) < 0)
        return err_sys(e, "pipe", NULL);
    from_fd = fds[0];
    fcntl(from_fd, F_SETFD, FD_CLOEXEC);
    if (strv_add(&argv, program) < 0 || strv_add(&argv, "load") < 0 ||
        strv_addf(&argv, "--root=%s", p->root) < 0 ||
        strv_addf(&argv, "--error-fd=%d", fds[1]) < 0 ||
        strv_addf(&argv, "--input=%s", a->input ? a->input : "-") < 0 ||
        strv_addf(&argv, "--quiet=%s", a->quiet ? "true" : "false") < 0 ||
        (a->platform && strv_addf(&argv, "--platform=%s", a->platform) < 0)) {
        close(fds[1]);
        return err_nomem(e);
    }
    return run_helper(argv, from_fd, fds[1], e);
}

const struct opt_cmd cmd_load = {
    .usage = "[OPTIONS]",
    .summary = "Load images from a tar archive or standard input",
    .opts = options,
    .args_size = sizeof(struct load_args),
    .run = run,
};
