/* SPDX-License-Identifier: MIT */
/* Signals, freezes and thaws everything in a group. */
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_procs.h"

#include <fcntl.h>
#include <signal.h>

#define FREEZE_MS   10000
#define KILL_ROUNDS 100 /* at most */
#define KILL_MS     10

int cgroup_signal(const struct cgroup *cg, int sig, struct err *e)
{
    AUTO_FREE pid_t *pids = NULL;
    size_t n = 0;
    int r = cgroup_procs(cg, &pids, &n, e);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        if (pids[i] > 0 && kill(pids[i], sig) < 0 && errno != ESRCH)
            return err_sysf(e, "kill", "%d", (int)pids[i]);
    return 0;
}

static int put_freeze(const struct cgroup *cg, const char *value, struct err *e)
{
    if (fs_put(cg->fd, "cgroup.freeze", value) < 0)
        return err_sysf(e, "write", "%s to %s/cgroup.freeze", value, cg->abs_path);
    return 0;
}

/* Without cgroup.kill (kernels before 5.14, or it may not be written). While the group is frozen
 * what forks does not get further, and what is born stands still: the processes become fewer with
 * each round. They die frozen. Where it cannot be frozen there are no pauses to fork in. */
static int kill_one_by_one(const struct cgroup *cg, struct err *e)
{
    struct err ignored = ERR_INIT;
    bool frozen = put_freeze(cg, "1", &ignored) >= 0;
    int rounds = frozen ? KILL_ROUNDS : KILL_ROUNDS * KILL_ROUNDS, r = 0;

    for (int i = 0; r >= 0 && i < rounds && cgroup_populated(cg); i++) {
        r = cgroup_signal(cg, SIGKILL, e);
        if (frozen)
            cgroup_procs_await(cg->fd, "populated", 0, KILL_MS);
    }
    put_freeze(cg, "0", &ignored);
    return r;
}

int cgroup_kill(const struct cgroup *cg, struct err *e)
{
    if (fs_put(cg->fd, "cgroup.kill", "1") == 0 || cgroup_procs_event(cg->fd, "populated") < 0)
        return 0;
    return kill_one_by_one(cg, e);
}

int cgroup_freeze(const struct cgroup *cg, struct err *e)
{
    int r = put_freeze(cg, "1", e);

    if (r < 0)
        return r;
    if (cgroup_procs_await(cg->fd, "frozen", 1, FREEZE_MS))
        return 0;
    struct err ignored = ERR_INIT;
    put_freeze(cg, "0", &ignored);
    return err_set(e, ERR_TIMEOUT, "freeze %s: it did not stand still within %d seconds",
                   cg->abs_path, FREEZE_MS / 1000);
}

int cgroup_thaw(const struct cgroup *cg, struct err *e)
{
    return put_freeze(cg, "0", e);
}

/* What was asked for, which is what `frozen` becomes: an empty group counts too. */
static bool read_freeze(int dirfd, const char *file)
{
    char text[8];

    return fs_read_small(dirfd, file, text, sizeof(text)) > 0 && text[0] == '1';
}

bool cgroup_frozen(const struct cgroup *cg)
{
    return read_freeze(cg->fd, "cgroup.freeze");
}

bool cgroup_frozen_at(const struct cgroup_tree *t, const char *path)
{
    AUTO_FREE char *file = str_fmt("%s/cgroup.freeze", path + 1);

    return file && read_freeze(t->fd, file);
}

/* The frozen group that is highest up on the way to `path`: its file, malloc'd; or NULL. */
static char *frozen_by(const struct cgroup_tree *t, const char *path)
{
    AUTO_FREE char *group = str_dup(path);

    for (char *p = group; p && *p; p++) {
        if (p[1] != '/' && p[1] != '\0')
            continue;
        char c = p[1];
        p[1] = '\0';
        AUTO_FREE char *file = str_fmt("%s/cgroup.freeze", group + 1);
        if (file && read_freeze(t->fd, file))
            return str_fmt("%s/%s", t->path, file);
        p[1] = c;
    }
    return NULL;
}

int cgroup_startable(const struct cgroup_tree *t, const struct cgroup *cg, struct err *e)
{
    if (cgroup_procs_event(cg->fd, "frozen") != 1)
        return 0;
    if (cgroup_frozen(cg) && !cgroup_populated(cg)) {
        int r = cgroup_thaw(cg, e);
        if (r < 0 || cgroup_procs_event(cg->fd, "frozen") != 1)
            return r;
    }
    AUTO_FREE char *file = frozen_by(t, cg->path);
    err_set(e, ERR_STATE, "cgroup %s is frozen: nothing starts in it", cg->abs_path);
    return file ? err_hint(e, "%s is 1", file) : -ERR_STATE;
}
