/* SPDX-License-Identifier: MIT */
/* Drives runtime/ without a command line or a cgroup: launch-test [-e] BUNDLE [EXEC-WORD...] */
#include "base/buf.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "oci/config.h"
#include "oci/state.h"
#include "oci/valid.h"
#include "runtime/exec.h"
#include "runtime/hooks.h"
#include "runtime/launch.h"
#include "runtime/seccomp.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void to_stderr(enum log_level level, const char *line)
{
    fprintf(stderr, "%s: %s\n", level == LOG_LVL_WARN ? "warning" : "info", line);
}

static int complain(const struct err *e)
{
    fprintf(stderr, "launch-test: %s\n", e->msg);
    if (e->hint[0])
        fprintf(stderr, "hint: %s\n", e->hint);
    return e->kind == ERR_CMD_NOT_FOUND ? 127 : e->kind == ERR_CMD_NOT_EXEC ? 126 : 125;
}

/* Copies the terminal's output until the last process has let go of it. */
static void pump(int pty)
{
    char buf[4096];
    ssize_t n;

    while ((n = read(pty, buf, sizeof(buf))) > 0)
        fs_write_all(1, buf, (size_t)n);
}

static int finish(struct launch_proc *p)
{
    if (p->pty_fd >= 0)
        pump(p->pty_fd);
    int code = proc_exit_code(proc_wait(p->pid));
    launch_close(p);
    return code;
}

static int run_exec(const struct config *c, const struct launch_proc *init, char **words,
                    const struct seccomp_filter *filter)
{
    struct err e = ERR_INIT;
    struct launch_proc p = LAUNCH_PROC_INIT;
    struct config_process process = *c->process;
    struct exec x = EXEC_INIT;

    process.args = words;
    process.terminal = c->process->terminal;
    x.pid = init->pid;
    x.pidfd = init->pidfd;
    x.process = &process;
    x.config = c;
    x.filter = filter;
    if (exec_create(&x, &p, &e) < 0 || launch_ready(&p, &e) < 0 || launch_start(&p, &e) < 0) {
        launch_abort(&p);
        return complain(&e);
    }
    return finish(&p);
}

/* With EXEC words: runs them (repeatedly with HAKO_EXECS=N), then kills the container. One that the
 * container's end killed is followed by the next, which is told. */
static int live(const struct config *c, struct launch_proc *p, char **words,
                const struct seccomp_filter *filter)
{
    const char *times = getenv("HAKO_EXECS");
    int code = 0;

    if (!*words)
        return finish(p);
    for (int i = times ? atoi(times) : 1; i > 0 && (code == 0 || code == 128 + SIGKILL); i--)
        code = run_exec(c, p, words, filter);
    proc_pidfd_signal(p->pidfd, SIGKILL);
    finish(p);
    return code;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    AUTO_CONFIG struct config c = { 0 };
    AUTO_SECCOMP struct seccomp_filter filter = { 0 };
    struct launch l = LAUNCH_INIT;
    struct launch_proc p = LAUNCH_PROC_INIT;
    char id[] = "launch-test", version[] = CONFIG_OCI_VERSION;
    char *bundle = argc > 1 ? realpath(argv[1], NULL) : NULL;
    struct state st = { .oci_version = version, .id = id, .bundle = bundle };

    log_set(to_stderr, LOG_LVL_WARN);
    AUTO_FD int dir = bundle ? open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir < 0) {
        fprintf(stderr, "usage: launch-test BUNDLE [EXEC-WORD...]\n");
        return 64;
    }
    if (config_load(dir, "config.json", &c, &e) < 0 || valid_config(&c, VALID_PROCESS, &e) < 0)
        return complain(&e);
    if (c.lnx.seccomp && seccomp_compile(c.lnx.seccomp, -1, &filter, &e) < 0)
        return complain(&e);
    l.id = id;
    l.config = &c;
    l.bundle = bundle;
    l.filter = c.lnx.seccomp ? &filter : NULL;
    l.state = &st;
    l.no_pivot = getenv("HAKO_NO_PIVOT");
    const char *preserve = getenv("HAKO_PRESERVE_FDS");
    l.preserve_fds = preserve ? (unsigned)atoi(preserve) : 0;
    if (launch_create(&l, &p, &e) < 0 || launch_ready(&p, &e) < 0 || launch_start(&p, &e) < 0) {
        launch_abort(&p);
        return complain(&e);
    }
    int code = live(&c, &p, argv + 2, l.filter);
    free(bundle);
    return code;
}
