/* SPDX-License-Identifier: MIT */
/* Makes, opens and changes a container's group. */
#include "cgroup/cgroup.h"

#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_device.h"
#include "cgroup/cgroup_driver.h"
#include "cgroup/cgroup_limit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#define ACCOUNT (CGROUP_CPU | CGROUP_MEMORY | CGROUP_PIDS | CGROUP_IO)

/* Another container's end may remove the parent before our child is in it. */
#define MAKE_TRIES 64

int cgroup_release(struct cgroup *cg, struct err *e)
{
    bool below = cg->path && !str_ends(cg->path, ".scope");
    AUTO_FREE char *limit = TAKE_PTR(cg->pids_max);

    if (cg->holder > 0) {
        kill(cg->holder, SIGKILL);
        proc_wait(cg->holder);
        cg->holder = 0;
    }
    if (limit && fs_put(cg->fd, below ? "../pids.max" : "pids.max", limit) < 0)
        return err_sysf(e, "write", "\"%s\" to pids.max of %s", limit, cg->abs_path);
    return 0;
}

void cgroup_close(struct cgroup *cg)
{
    struct err ignored = ERR_INIT;

    cgroup_release(cg, &ignored);
    mem_close(&cg->fd);
    free(cg->path);
    free(cg->abs_path);
    *cg = (struct cgroup)CGROUP_INIT;
}

int cgroup_path(const char *cgroups_path, const char *id, char **ret, struct err *e)
{
    AUTO_STRV char **parts = NULL;
    AUTO_BUF struct buf b = { 0 };

    if (str_empty(cgroups_path)) {
        buf_fmt(&b, CGROUP_PARENT "/%s", id);
    } else {
        if (strchr(cgroups_path, ':')) {
            err_set(e, ERR_INVALID, "cgroupsPath %s: this is a systemd slice:prefix:name",
                    cgroups_path);
            return err_hint(e, "hako drives cgroups itself: give a path");
        }
        if (cgroups_path[0] != '/')
            buf_str(&b, CGROUP_PARENT);
        parts = strv_split(cgroups_path, '/', true);
        if (!parts)
            return err_nomem(e);
        strv_foreach (part, parts) {
            if (STREQ(*part, ".."))
                return err_set(e, ERR_INVALID, "cgroupsPath %s: \"..\" is not allowed",
                               cgroups_path);
            if (!STREQ(*part, "."))
                buf_fmt(&b, "/%s", *part);
        }
        if (b.len == 0)
            return err_set(e, ERR_INVALID, "cgroupsPath %s: this is the root", cgroups_path);
    }
    char *path = buf_take(&b);
    if (!path)
        return err_nomem(e);
    *ret = path;
    return 0;
}

/* The group that `path` is a child of: "" for the root. malloc'd. */
static char *parent_of(const char *path)
{
    char *parent = str_dup(path);

    if (parent)
        *strrchr(parent, '/') = '\0';
    return parent;
}

int cgroup_check(const char *path, const struct config_resources *r, unsigned flags, struct err *e)
{
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    int rc = cgroup_limits_make(r, &l, e);

    if (rc >= 0 && path && cgroup_limits_controllers(&l))
        rc = cgroup_tree_open(&tree, e);
    return rc < 0 ? rc : cgroup_limits_admit(&l, &tree, path, flags, e);
}

static int open_group(const struct cgroup_tree *t, const char *path, struct cgroup *ret,
                      struct err *e)
{
    AUTO_CGROUP struct cgroup cg = CGROUP_INIT;

    cg.path = str_dup(path);
    cg.abs_path = str_fmt("%s%s", t->path, path);
    if (!cg.path || !cg.abs_path)
        return err_nomem(e);
    cg.fd = openat(t->fd, path + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cg.fd < 0 && errno == ENOENT)
        return err_set(e, ERR_NOT_FOUND, "cgroup %s does not exist", cg.abs_path);
    if (cg.fd < 0)
        return err_sys(e, "open", cg.abs_path);
    *ret = cg;
    cg = (struct cgroup)CGROUP_INIT;
    return 0;
}

int cgroup_open(const struct cgroup_tree *t, const char *path, struct cgroup *ret, struct err *e)
{
    return open_group(t, path, ret, e);
}

/* How much of the path is there already. */
static size_t existing(const struct cgroup_tree *t, const char *path)
{
    AUTO_FREE char *group = str_dup(path);

    for (char *slash; group && (slash = strrchr(group, '/')) != NULL && slash > group;) {
        if (faccessat(t->fd, group + 1, F_OK, 0) == 0)
            return strlen(group);
        *slash = '\0';
    }
    return group && faccessat(t->fd, group + 1, F_OK, 0) == 0 ? strlen(group) : 0;
}

/* Takes the group away again, and the parents that were made for it: all but the first `kept` bytes
 * of the path. */
static void discard(const struct cgroup_tree *t, const char *path, size_t kept)
{
    AUTO_FREE char *group = str_dup(path);
    struct err ignored = ERR_INIT;

    cgroup_remove(t, path, &ignored);
    for (char *slash; group && (slash = strrchr(group, '/')) != NULL && slash > group;) {
        *slash = '\0';
        if (strlen(group) <= kept)
            break;
        unlinkat(t->fd, group + 1, AT_REMOVEDIR);
    }
}

/* Which group on the way has as many below it, or as deep ones, as it may. */
static void hint_full(const struct cgroup_tree *t, const char *path, struct err *e)
{
    static const char *const files[] = { "cgroup.max.descendants", "cgroup.max.depth" };
    AUTO_FREE char *group = str_dup(path);

    for (char *slash; group && (slash = strrchr(group, '/')) != NULL && slash > group;) {
        *slash = '\0';
        for (size_t i = 0; i < ARRAY_LEN(files); i++) {
            AUTO_FREE char *file = str_fmt("%s/%s", group + 1, files[i]);
            char text[32];
            if (file && fs_read_small(t->fd, file, text, sizeof(text)) > 0 && !STREQ(text, "max"))
                err_hint(e, "%s%s/%s is %s: it is full", t->path, group, files[i], text);
        }
    }
}

static int mkdir_failed(const struct cgroup_tree *t, const char *path, struct err *e)
{
    err_sysf(e, "mkdir", "%s%s", t->path, path);
    if (e->errnum == EACCES || e->errnum == EPERM || e->errnum == EROFS)
        err_hint(e, "the cgroup tree is not ours to change: is it delegated, and mounted rw?");
    if (e->errnum == EAGAIN)
        hint_full(t, path, e);
    return -ERR_SYS;
}

/* Best effort: without accounting a container runs just as well. */
static void account(const struct cgroup_tree *t, const char *parent)
{
    const char *group = parent[0] ? parent + 1 : ".";
    unsigned want = ACCOUNT & ~cgroup_control_read(t, group, "cgroup.subtree_control");

    if (want)
        want &= cgroup_control_read(t, ".", "cgroup.controllers");
    if (want)
        cgroup_control_try(t, parent, want);
}

int cgroup_fill(const struct cgroup_tree *t, const struct cgroup *cg, const struct cgroup_limits *l,
                const struct config_resources *r, struct err *e)
{
    AUTO_FREE char *parent = parent_of(cg->path);
    unsigned need = cgroup_limits_controllers(l);
    int rc = 0;

    if (!parent)
        return err_nomem(e);
    if (need)
        rc = cgroup_control_enable(t, parent, need, e);
    if (rc < 0)
        return rc;
    rc = cgroup_limits_write(l, cg->fd, cg->abs_path, NULL, e);

    /* Somebody else may be switching the controllers on at this moment. */
    if (rc < 0 && e->errnum == ENOENT) {
        cgroup_control_settle(t, parent, need);
        err_clear(e);
        rc = cgroup_limits_write(l, cg->fd, cg->abs_path, NULL, e);
    }
    if (rc >= 0 && r && r->n_devices > 0)
        rc = cgroup_device_set(cg->fd, r->devices, r->n_devices, e);
    return rc;
}

/* The directory, and what is missing above it. 1: it was there already. */
static int make_dirs(const struct cgroup_tree *t, const char *path, const char *parent,
                     size_t *ret_kept, struct err *e)
{
    *ret_kept = strlen(parent);
    for (int i = 0; i < MAKE_TRIES; i++) {
        if (mkdirat(t->fd, path + 1, 0755) == 0)
            return 0;
        if (errno == EEXIST)
            return 1;
        if (errno != ENOENT || !parent[0])
            break;
        if (i == 0)
            *ret_kept = existing(t, parent);
        int r = fs_mkdir_p(t->fd, parent + 1, 0755, e);
        errno = r < 0 ? e->errnum : ENOENT;
        if (errno != ENOENT)
            break;
    }
    mkdir_failed(t, path, e);
    discard(t, path, *ret_kept);
    return -e->kind;
}

/* The group itself. The directory comes first: from then on nobody can take the parent away. 1: it
 * was there already. */
static int make_group(const struct cgroup_tree *t, const char *path, unsigned flags,
                      struct cgroup *ret, size_t *ret_kept, struct err *e)
{
    AUTO_FREE char *parent = parent_of(path);

    if (!parent)
        return err_nomem(e);
    int there = make_dirs(t, path, parent, ret_kept, e);
    if (there < 0)
        return there;
    if (flags & CGROUP_ACCOUNT)
        account(t, parent);
    int r = open_group(t, path, ret, e);
    if (r < 0 && there == 0)
        discard(t, path, *ret_kept);
    return r < 0 ? r : there;
}

/* Nobody freezes /hako itself: containers right below it need no look. */
static bool is_usual(const char *path)
{
    const char *name = str_after(path, CGROUP_PARENT "/");

    return name && !strchr(name, '/');
}

int cgroup_create(const struct cgroup_tree *t, const char *path, const struct config_resources *r,
                  unsigned flags, struct cgroup *ret, struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    AUTO_CGROUP struct cgroup cg = CGROUP_INIT;
    size_t kept = 0;

    cgroup_limits_warn(r);
    int rc = cgroup_limits_make(r, &l, e);
    if (rc >= 0)
        rc = cgroup_limits_admit(&l, t, path, flags, e);
    if (rc < 0)
        return rc;
    int there = make_group(t, path, flags, &cg, &kept, e);
    if (there == 1 && cgroup_populated(&cg))
        return err_set(e, ERR_IN_USE, "cgroup %s has processes in it already", cg.abs_path);
    rc = there < 0 ? there : 0;
    if (rc >= 0 && (there == 1 || !is_usual(path)))
        rc = cgroup_startable(t, &cg, e);
    if (rc >= 0)
        rc = cgroup_fill(t, &cg, &l, r, e);
    if (rc < 0 && there == 0)
        discard(t, path, kept);
    if (rc < 0)
        return rc;
    *ret = cg;
    cg = (struct cgroup)CGROUP_INIT;
    return 0;
}

int cgroup_enter(const struct cgroup *cg, pid_t pid, struct err *e)
{
    char text[32];

    snprintf(text, sizeof(text), "%d", (int)pid);
    if (fs_put(cg->fd, "cgroup.procs", text) < 0)
        return err_sysf(e, "write", "%s to %s/cgroup.procs", text, cg->abs_path);
    return 0;
}
