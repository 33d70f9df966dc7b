/* SPDX-License-Identifier: MIT */
/* hako-oci's pause and resume, and the processes of a container. */
#include "base/str.h"
#include "runtime/lifecycle.h"
#include "runtime/lifecycle_open.h"

/* The container, locked, with its group: it is the group that is frozen and has the processes. */
static int open_group(const char *root, const char *id, const char *what, struct lifecycle_ctr *c,
                      struct err *e)
{
    int r = lifecycle_open(root, id, LIFECYCLE_LOCK | LIFECYCLE_CGROUP, c, e);

    if (r < 0)
        return r;
    if (c->cgroup.fd < 0 && c->sf.state.status != STATE_STOPPED)
        return err_set(e, ERR_UNSUPPORTED, "cannot %s container %s: it has no cgroup", what, id);
    return 0;
}

int lifecycle_pause(const char *root, const char *id, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = open_group(root, id, "pause", &c, e);

    if (r < 0)
        return r;
    if (c.sf.state.status != STATE_RUNNING && c.sf.state.status != STATE_CREATED)
        return err_set(e, ERR_STATE, "cannot pause container %s: container not running: it is %s",
                       id, json_enum_name(state_status_names, (int)c.sf.state.status));
    return cgroup_freeze(&c.cgroup, e);
}

int lifecycle_resume(const char *root, const char *id, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = open_group(root, id, "resume", &c, e);

    if (r < 0)
        return r;
    if (c.sf.state.status != STATE_PAUSED)
        return err_set(e, ERR_STATE, "cannot resume container %s: container not paused: it is %s",
                       id, json_enum_name(state_status_names, (int)c.sf.state.status));
    return cgroup_thaw(&c.cgroup, e);
}

int lifecycle_pids(const char *root, const char *id, pid_t **ret, size_t *ret_n, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = open_group(root, id, "list the processes of", &c, e);

    if (r < 0)
        return r;
    if (c.cgroup.fd >= 0)
        return cgroup_procs(&c.cgroup, ret, ret_n, e);
    *ret = NULL;
    *ret_n = 0;
    return 0;
}
