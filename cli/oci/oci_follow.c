/* SPDX-License-Identifier: MIT */
/* Follows a process to its end. */
#include "cli/oci/oci_follow.h"

#include "base/proc.h"
#include "cli/session.h"

int oci_follow(struct launch_proc *proc, struct err *e)
{
    const struct session_how how = { .tty = proc->pty_fd >= 0, .input = proc->pty_fd >= 0 };
    const struct exec_session x = { .pid = proc->pid, .pidfd = proc->pidfd, .pty = proc->pty_fd };

    int r = session_exec(&x, &how, e);
    if (r < 0)
        return r;
    int status = proc_wait(proc->pid);
    return status < 0 ? err_sys(e, "wait for", "process") : proc_exit_code(status);
}
