/* SPDX-License-Identifier: MIT */
/* Follows a process to its end. */
#include "cli/oci/oci_follow.h"

#include "base/proc.h"
#include "base/timing.h"
#include "cli/session.h"
#include "runtime/notify.h"

/* We are the service's main process, and stay it. */
static int on_notify(void *arg, struct err *e)
{
    return notify_forward(*(const int *)arg, 0, e);
}

int oci_follow(struct launch_proc *proc, int notify, struct err *e)
{
    const struct session_how how = { .tty = proc->pty_fd >= 0,
                                     .input = proc->pty_fd >= 0,
                                     .no_keys = true,
                                     .side_fd = notify,
                                     .side = notify >= 0 ? on_notify : NULL,
                                     .side_arg = &notify };
    const struct exec_session x = { .pid = proc->pid, .pidfd = proc->pidfd, .pty = proc->pty_fd };

    int r = session_exec(&x, &how, e);
    if (r < 0)
        return r;
    int status = proc_wait(proc->pid);
    timing_mark("wait for the process");
    return status < 0 ? err_sys(e, "wait for", "process") : proc_exit_code(status);
}
