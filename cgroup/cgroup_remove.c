/* SPDX-License-Identifier: MIT */
/* Removes a group with everything below it, waiting for processes that are just dying. */
#include "base/str.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_procs.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define WAIT_MS 5000 /* of a starved machine, which may take long to let killed processes end */

static int remove_below(int dirfd, int child_fd, const char *name, void *arg, struct err *e)
{
    int r = cgroup_procs_children(child_fd, remove_below, arg, e);

    if (r >= 0 && unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return err_sys(e, "rmdir", name);
    return r;
}

/* Who is still there, in one sentence. */
static int in_use(int fd, const char *abs_path, struct err *e)
{
    struct cgroup cg = { .fd = fd };
    AUTO_FREE pid_t *pids = NULL;
    AUTO_FREE char *who = NULL;
    size_t n = 0;

    if (cgroup_procs(&cg, &pids, &n, e) >= 0)
        who = cgroup_procs_text(pids, n);
    return err_set(e, ERR_IN_USE, "cgroup %s still has processes: %s", abs_path,
                   who && n ? who : "none that can be seen from here");
}

/* The slow way: there are groups below, or processes on their way out. */
static int remove_busy(const struct cgroup_tree *t, const char *path, const char *abs_path,
                       struct err *e)
{
    AUTO_FD int fd = openat(t->fd, path + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(e, "open", abs_path);
    if (!cgroup_procs_await(fd, "populated", 0, WAIT_MS))
        return in_use(fd, abs_path, e);
    int r = cgroup_procs_children(fd, remove_below, NULL, e);
    if (r < 0)
        return err_wrap(e, "%s", abs_path);
    if (unlinkat(t->fd, path + 1, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return err_sys(e, "rmdir", abs_path);
    return 0;
}

int cgroup_remove(const struct cgroup_tree *t, const char *path, struct err *e)
{
    AUTO_FREE char *abs_path = str_fmt("%s%s", t->path, path);
    int r = 0;

    if (!abs_path)
        return err_nomem(e);
    if (unlinkat(t->fd, path + 1, AT_REMOVEDIR) < 0 && errno != ENOENT) {
        if (errno != EBUSY)
            return err_sys(e, "rmdir", abs_path);
        r = remove_busy(t, path, abs_path, e);
    }
    /* The common parent goes with its last child; one call, refused at once while there is one. */
    if (r >= 0 && str_starts(path, CGROUP_PARENT "/"))
        unlinkat(t->fd, CGROUP_PARENT + 1, AT_REMOVEDIR);
    return r;
}
