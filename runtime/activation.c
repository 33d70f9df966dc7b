/* SPDX-License-Identifier: MIT */
/* Descriptors that the caller hands on: --preserve-fds and socket activation. */
#include "runtime/activation.h"

#include "base/num.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int activation_check(unsigned n, struct err *e)
{
    for (int fd = 3; fd < 3 + (int)n; fd++) {
        int flags = fcntl(fd, F_GETFD);
        /* What an exec has left open is without that flag; all of ours have it. */
        if (flags >= 0 && !(flags & FD_CLOEXEC))
            continue;
        return err_set(e, ERR_INVALID, "descriptor %d, of %u to be passed on, is not open", fd, n);
    }
    return 0;
}

/* How many sockets the caller's service manager has opened for us. */
static unsigned listen_fds(void)
{
    const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
    struct err ignored;
    int64_t n;

    if (!fds || num_i64(fds, 1, 1024, &n, &ignored) < 0)
        return 0;
    return pid && strtol(pid, NULL, 10) != getpid() ? 0 : (unsigned)n;
}

int activation_pass(struct config_process *p, unsigned *preserve, struct err *e)
{
    unsigned n = listen_fds();
    const char *names = getenv("LISTEN_FDNAMES");

    *preserve += n;
    if (n > 0 &&
        (strv_addf(&p->env, "LISTEN_FDS=%u", n) < 0 || strv_add(&p->env, "LISTEN_PID=1") < 0 ||
         (names && strv_addf(&p->env, "LISTEN_FDNAMES=%s", names) < 0)))
        return err_nomem(e);
    return activation_check(*preserve, e);
}
