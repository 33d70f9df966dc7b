/* SPDX-License-Identifier: MIT */
/* hako-oci's containers on disk: ROOT/<id>/ with its state, lock and fifo. */
#include "runtime/statefile.h"

#include "base/commit.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"
#include "cgroup/cgroup.h"
#include "oci/valid.h"

#include <fcntl.h>
#include <sys/stat.h>

static const struct json_field fields[] = {
    JSON_OBJ(struct statefile, state, "state", &state_table, .flags = JSON_REQUIRED),
    JSON_U64(struct statefile, start_time, "startTime", .flags = JSON_REQUIRED),
    JSON_STR(struct statefile, cgroup, "cgroup"),
    JSON_STR(struct statefile, cgroup_driver, "cgroupManager"),
    JSON_STR(struct statefile, console, "console"),
    JSON_BOOL(struct statefile, new_userns, "userNamespace"),
    JSON_BOOL(struct statefile, shares_pids, "sharesPids"),
    JSON_BOOL(struct statefile, plain, "plain"),
};
const struct json_table statefile_table = JSON_TABLE_EXTRA(struct statefile, fields, extra);

#define NAME "state.json"

void statefile_free(struct statefile *s)
{
    json_free(&statefile_table, s);
}

int statefile_open_root(const char *root, int *ret_fd, struct err *e)
{
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        int r = fs_mkdir_p(AT_FDCWD, root, 0700, e);
        if (r < 0)
            return r;
        fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd < 0)
        return err_sys(e, "open", root);
    *ret_fd = fd;
    return 0;
}

int statefile_make(int root_fd, const char *id, int *ret_dir, struct err *e)
{
    int r = valid_id(id, e);

    if (r < 0)
        return r;
    if (mkdirat(root_fd, id, 0700) < 0)
        return errno == EEXIST
                   ? err_set(e, ERR_EXISTS, "container with given ID already exists: %s", id)
                   : err_sys(e, "mkdir", id);
    int fd = openat(root_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "open", id);
    *ret_dir = fd;
    return 0;
}

int statefile_open(int root_fd, const char *id, int *ret_dir, struct err *e)
{
    int r = valid_id(id, e);

    if (r < 0)
        return r;
    int fd = openat(root_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(e, ERR_NOT_FOUND, "container \"%s\" does not exist", id);
    if (fd < 0)
        return err_sys(e, "open", id);
    *ret_dir = fd;
    return 0;
}

int statefile_load(int dir, const char *id, struct statefile *ret, struct err *e)
{
    int r = json_load(&statefile_table, ret, dir, NAME, 0, e);

    if (r == -ERR_NOT_FOUND) /* create is at work, or died */
        return err_set(e, ERR_NOT_FOUND, "container \"%s\" does not exist", id);
    return r < 0 ? err_wrap(e, "state of container %s", id) : 0;
}

int statefile_save(int dir, const struct statefile *s, struct err *e)
{
    return json_save(&statefile_table, s, dir, NAME, COMMIT_VOLATILE, e);
}

static bool is_frozen(const char *path, const struct cgroup *opened)
{
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;
    AUTO_CGROUP struct cgroup cg = CGROUP_INIT;
    struct err e;

    if (opened)
        return opened->fd >= 0 && cgroup_frozen(opened);
    return path && cgroup_tree_open(&tree, &e) >= 0 && cgroup_open(&tree, path, &cg, &e) >= 0 &&
           cgroup_frozen(&cg);
}

enum state_status statefile_status(int dir, const struct statefile *s, const struct cgroup *cg)
{
    if (s->state.pid <= 0 || !proc_alive(s->state.pid, s->start_time))
        return STATE_STOPPED;
    if (is_frozen(s->cgroup, cg))
        return STATE_PAUSED;
    /* Its process reads the fifo until its exec; a start that was killed leaves one without. */
    AUTO_FD int fifo = openat(dir, STATEFILE_FIFO, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return fifo >= 0 ? STATE_CREATED : STATE_RUNNING;
}
