/* SPDX-License-Identifier: MIT */
/* What somebody needs who watches a container of hako-oci: its group, and its end. */
#include "runtime/lifecycle_watch.h"

#include "base/proc.h"
#include "runtime/lifecycle_open.h"

int lifecycle_watch_open(const char *root, const char *id, struct lifecycle_watch *ret,
                         struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = lifecycle_open(root, id, LIFECYCLE_CGROUP, &c, e);

    if (r < 0)
        return r;
    AUTO_FD int pidfd = c.sf.state.pid > 0 ? proc_pidfd_open(c.sf.state.pid) : -1;
    /* The pid may have gone to somebody else before we held it. */
    if (c.sf.state.status == STATE_STOPPED || pidfd < 0 ||
        !proc_alive(c.sf.state.pid, c.sf.start_time))
        return err_set(e, ERR_STATE, "container %s is not running", id);
    if (c.cgroup.fd < 0)
        return err_set(e, ERR_UNSUPPORTED, "container %s has no cgroup of its own", id);
    ret->pidfd = TAKE_FD(pidfd);
    ret->cgroup = c.cgroup;
    c.cgroup = (struct cgroup)CGROUP_INIT;
    return 0;
}

void lifecycle_watch_close(struct lifecycle_watch *w)
{
    if (w->pidfd >= 0)
        mem_close(&w->pidfd);
    cgroup_close(&w->cgroup);
}
