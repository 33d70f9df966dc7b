/* SPDX-License-Identifier: MIT */
/* hako-image: the program behind hako's commands that move images. */
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/opt.h"
#include "image/store.h"
#include "image/tool/load.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

struct load_opts {
    const char *root;
    const char *input;
    const char *platform;
    int64_t error_fd;
    bool quiet;
};

static const struct opt load_options[] = {
    { 'i', "input", OPT_STRING, OPT_AT(struct load_opts, input), .arg = "FILE",
      .help = "Read from this file instead of standard input", .words = opt_words_file },
    { 0, "platform", OPT_STRING, OPT_AT(struct load_opts, platform), .arg = "OS/ARCH[/VARIANT]",
      .help = "The platform to choose from an index" },
    { 'q', "quiet", OPT_FLAG, OPT_AT(struct load_opts, quiet), .help = "Show no progress" },
    { 0, "root", OPT_STRING, OPT_AT(struct load_opts, root), .arg = "DIR",
      .help = "The tree that holds the image store" },
    { 0, "error-fd", OPT_INT, OPT_AT(struct load_opts, error_fd), .arg = "FD",
      .help = "Send a failure to this descriptor instead of standard error", .max = 1 << 20 },
    { 0 },
};

static void on_signal(int sig)
{
    load_interrupt();
    signal(sig, SIG_DFL); /* whoever asks twice does not want to wait */
}

static void set_up(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction act = { .sa_handler = on_signal };
    struct rlimit files;

    for (size_t i = 0; i < ARRAY_LEN(signals); i++)
        sigaction(signals[i], &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    umask(0);
    /* A load of many layers holds many descriptors. */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static void print_log(enum log_level level, const char *line)
{
    (void)level;
    fprintf(stderr, "hako: %s\n", line);
}

/* A load that nobody waits for any more is taken back, however its caller died. */
static void die_with_caller(int error_fd)
{
    struct pollfd p = { .fd = error_fd };

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (poll(&p, 1, 0) > 0 && (p.revents & POLLERR)) /* it died before we asked */
        raise(SIGTERM);
}

static int run_load(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct load_opts *o = args;
    struct load_args la = { .input = o->input ? o->input : "-", .quiet = o->quiet };
    CLEANUP(store) struct store store = { .fd = -1 };
    CLEANUP(buf) struct buf report = { 0 };
    AUTO_FREE char *platform = o->platform ? strdup(o->platform) : NULL;

    la.platform = platform;
    if (STREQ(la.input, "-") && isatty(STDIN_FILENO)) {
        err_set(e, ERR_INVALID, "requested load from stdin, but stdin is empty");
        return err_hint(e, "name an archive with -i FILE, or pipe one in");
    }
    if (o->error_fd > 0)
        die_with_caller((int)o->error_fd);
    int r = store_open(o->root ? o->root : "/var/lib/hako", &store, e);
    if (r >= 0)
        r = load_archive(&store, &la, &report, e);
    if (r >= 0 && report.data && fs_write_all(STDOUT_FILENO, report.data, report.len) < 0)
        r = err_sys(e, "write", "standard output");
    return r;
}

static const struct opt_cmd load_cmd = {
    .usage = "[OPTIONS]",
    .summary = "Load images from a tar archive or standard input",
    .opts = load_options,
    .args_size = sizeof(struct load_opts),
    .run = run_load,
};

static const struct opt_verb verbs[] = {
    { "load", &load_cmd, 0 },
    { 0 },
};

static const struct opt_program program = {
    .name = "hako-image",
    .summary = "Moves images in and out of hako's store; hako runs it",
    .verbs = verbs,
};

/* One line and the remedy, unless our caller prints it. */
static void report_error(int fd, const struct err *e)
{
    if (fd > 0 && err_send(fd, e) == 0)
        return;
    fprintf(stderr, "hako-image: %s\n", e->msg);
    if (e->hint[0])
        fprintf(stderr, "hint: %s\n", e->hint);
}

static int print_help(const struct opt_match *m)
{
    CLEANUP(buf) struct buf text = { 0 };

    if (m->cmd)
        opt_help(&program, m->cmd, m->path, 0, &text);
    else
        opt_help_program(&program, 0, &text);
    return text.data && fs_write_all(STDOUT_FILENO, text.data, text.len) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct opt_match m = { 0 };
    struct opt_parsed parsed = { 0 };
    struct err e = ERR_INIT;
    int error_fd = -1;

    set_up();
    log_set(print_log, LOG_LVL_WARN);
    int r = opt_find(&program, argv + (argc > 0), NULL, &m, &e);
    if (r >= 0 && (m.help || !m.cmd))
        return print_help(&m);
    if (r >= 0) {
        r = opt_parse(m.cmd, m.argv, &parsed, &e);
        if (r >= 0 && parsed.help)
            r = print_help(&m);
        else if (r >= 0)
            r = opt_check_operands(m.cmd, m.path, parsed.noperands, &e);
        if (r >= 0 && !parsed.help) {
            error_fd = (int)((const struct load_opts *)parsed.args)->error_fd;
            r = m.cmd->run(NULL, parsed.args, parsed.operands, &e);
        }
        opt_free(m.cmd, &parsed);
    }
    if (r < 0)
        report_error(error_fd, &e);
    return r < 0 ? 1 : r;
}
