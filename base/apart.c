/* SPDX-License-Identifier: MIT */
/* Runs a function in a child, whose error comes home through a pipe. */
#include "base/apart.h"

#include "base/mem.h"
#include "base/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

__attribute__((noreturn)) static void child(int (*fn)(void *arg, struct err *e), void *arg, int out,
                                            pid_t parent)
{
    struct err e = ERR_INIT;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    if (fn(arg, &e) >= 0)
        _exit(0);
    err_send(out, &e);
    _exit(1);
}

int apart(int (*fn)(void *arg, struct err *e), void *arg, struct err *e)
{
    int ends[2];
    struct err said;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(e, "pipe", NULL);
    AUTO_FD int in = ends[0];
    pid_t us = getpid(), pid = proc_clone(0, -1, NULL);
    if (pid == 0)
        child(fn, arg, ends[1], us);
    close(ends[1]);
    if (pid < 0)
        return err_sys(e, "clone", NULL);
    bool failed = err_recv(in, &said) == 0;
    int code = proc_exit_code(proc_wait(pid));
    if (!failed)
        return code == 0 ? 0 : err_set(e, ERR_SYS, "a child of ours ended with code %d", code);
    *e = said;
    return -e->kind;
}
