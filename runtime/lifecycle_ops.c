/* SPDX-License-Identifier: MIT */
/* hako-oci's state, kill and list. */
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "runtime/lifecycle.h"
#include "runtime/lifecycle_open.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

int lifecycle_state(const char *root, const char *id, struct state *ret, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = lifecycle_open(root, id, 0, &c, e);

    if (r < 0)
        return r;
    if (c.sf.state.status == STATE_STOPPED)
        c.sf.state.pid = 0;
    *ret = c.sf.state;
    c.sf.state = (struct state){ 0 };
    return 0;
}

/* ---- kill ---- */

static int signal_init(const struct lifecycle_ctr *c, int sig, struct err *e)
{
    AUTO_FD int pidfd = proc_pidfd_open(c->sf.state.pid);

    /* The pid may have gone to somebody else before we held it. */
    if (pidfd < 0 || !proc_alive(c->sf.state.pid, c->sf.start_time))
        return err_set(e, ERR_STATE, "container not running");
    if (proc_pidfd_signal(pidfd, sig) < 0)
        return errno == ESRCH ? err_set(e, ERR_STATE, "container not running")
                              : err_sys(e, "kill", c->sf.state.id);
    return 0;
}

int lifecycle_kill(const char *root, const char *id, int sig, bool all, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = lifecycle_open(root, id, all || sig == SIGKILL ? LIFECYCLE_CGROUP : 0, &c, e);

    if (r < 0)
        return r;
    /* Without a pid namespace of their own its processes do not end with the first. */
    bool rest = all || (sig == SIGKILL && c.sf.shares_pids);
    /* Processes that init has left behind can still be signalled. */
    if (rest && c.cgroup.fd >= 0 &&
        (c.sf.state.status != STATE_STOPPED || cgroup_populated(&c.cgroup)))
        return sig == SIGKILL ? cgroup_kill(&c.cgroup, e) : cgroup_signal(&c.cgroup, sig, e);
    /* All of nothing is no failure (as runc and crun). */
    if (c.sf.state.status == STATE_STOPPED)
        return all ? 0 : err_set(e, ERR_STATE, "container not running");
    return signal_init(&c, sig, e);
}

/* ---- list ---- */

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct state *)a)->id, ((const struct state *)b)->id);
}

int lifecycle_list(const char *root, struct state **ret, size_t *ret_n, struct err *e)
{
    AUTO_STRV char **names = NULL;
    size_t n = 0;
    int r = fs_list(AT_FDCWD, root, &names, e);

    if (r < 0)
        return r;
    struct state *v = calloc(strv_len(names) + 1, sizeof(*v));
    if (!v)
        return err_nomem(e);
    strv_foreach (name, names) {
        if (**name == '.')
            continue;
        if (lifecycle_state(root, *name, &v[n], e) >= 0)
            n++;
        else if (e->kind != ERR_NOT_FOUND)
            log_warn("%s", e->msg);
    }
    qsort(v, n, sizeof(*v), by_id);
    *ret = v;
    *ret_n = n;
    return 0;
}

void lifecycle_list_free(struct state *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        state_free(&v[i]);
    free(v);
}
