/* SPDX-License-Identifier: MIT */
/* hako-oci's state, kill, delete and list. */
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "oci/valid.h"
#include "runtime/lifecycle.h"
#include "runtime/lifecycle_open.h"
#include "runtime/rootfs_shared.h"

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

/* ---- kill, delete ---- */

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
    int r = lifecycle_open(root, id, all ? LIFECYCLE_CGROUP : 0, &c, e);

    if (r < 0)
        return r;
    if (all && c.cgroup.fd >= 0)
        return sig == SIGKILL ? cgroup_kill(&c.cgroup, e) : cgroup_signal(&c.cgroup, sig, e);
    if (c.sf.state.status == STATE_STOPPED)
        return err_set(e, ERR_STATE, "container not running");
    return signal_init(&c, sig, e);
}

/* A create that was killed leaves a directory without a state. */
static int remove_remains(const char *root, const char *id, struct err *e)
{
    AUTO_FD int root_fd = -1;
    AUTO_FD int dir = -1;
    int r = valid_id(id, e);

    if (r >= 0)
        r = statefile_open_root(root, &root_fd, e);
    if (r >= 0 && (dir = openat(root_fd, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
        r = rootfs_shared_detach(dir, e);
    return r < 0 ? r : fs_rm_rf(root_fd, id, e);
}

int lifecycle_delete(const char *root, const char *id, bool force, struct err *e)
{
    AUTO_LIFECYCLE struct lifecycle_ctr c = LIFECYCLE_CTR_INIT;
    int r = lifecycle_open(root, id, LIFECYCLE_LOCK | LIFECYCLE_CONFIG | LIFECYCLE_CGROUP, &c, e);

    if (r == -ERR_NOT_FOUND && force)
        return remove_remains(root, id, e);
    if (r < 0)
        return r;
    if (c.sf.state.status != STATE_STOPPED && c.sf.state.status != STATE_CREATED && !force)
        return err_set(e, ERR_STATE, "cannot delete container %s that is not stopped: %s", id,
                       json_enum_name(state_status_names, (int)c.sf.state.status));
    r = lifecycle_kill_wait(&c, e);
    return r < 0 ? r : lifecycle_remove(&c, id, e);
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
