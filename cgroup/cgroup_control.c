/* SPDX-License-Identifier: MIT */
/* Reads which controllers a group passes on, and switches them on from the root downwards. */
#include "cgroup/cgroup_control.h"

#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup_procs.h"

#include <fcntl.h>
#include <sys/stat.h>

#define LEAF "hako.self" /* where our own processes step aside to */

static const char *const names[CGROUP_CONTROLLERS] = { "cpu",    "cpuset",  "io",
                                                       "memory", "hugetlb", "pids",
                                                       "rdma",   "misc",    "dmem" };

const char *cgroup_control_name(unsigned bit)
{
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
        if (bit == 1u << i)
            return names[i];
    return "?";
}

unsigned cgroup_control_bit(const char *name, size_t len)
{
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return 1u << i;
    return 0;
}

unsigned cgroup_control_read(const struct cgroup_tree *t, const char *path, const char *file)
{
    AUTO_FREE char *full = str_fmt("%s/%s", path, file);
    char text[512];
    unsigned set = 0;

    if (!full || fs_read_small(t->fd, full, text, sizeof(text)) < 0)
        return 0;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, " ");
        set |= cgroup_control_bit(p, len);
        p += len + strspn(p + len, " ");
    }
    return set;
}

/* A group on the way: calls `fn` for the root and for every prefix of `path`, outermost first, as
 * paths relative to the root; stops at the first non-zero result. */
typedef int (*level_fn)(const struct cgroup_tree *t, const char *group, void *arg, struct err *e);

static int each_level(const struct cgroup_tree *t, const char *path, level_fn fn, void *arg,
                      struct err *e)
{
    AUTO_FREE char *copy = str_dup(path);
    int r;

    if (!copy)
        return err_nomem(e);
    r = fn(t, ".", arg, e);
    for (char *p = copy; r == 0 && *p; p++) {
        if (p[1] != '/' && p[1] != '\0')
            continue;
        char c = p[1];
        p[1] = '\0';
        if (copy[1])
            r = fn(t, copy + 1, arg, e);
        p[1] = c;
    }
    return r;
}

/* What a level takes away from the controllers that its children could get. Groups that are not
 * there yet will be ours. */
static int take_missing(const struct cgroup_tree *t, const char *group, void *arg, struct err *e)
{
    unsigned *left = arg;
    AUTO_FREE char *file = str_fmt("%s/cgroup.subtree_control", group);

    if (!file)
        return err_nomem(e);
    if (faccessat(t->fd, file, W_OK, AT_EACCESS) == 0)
        return 0;
    if (errno == ENOENT)
        return 1;
    *left &= cgroup_control_read(t, group, "cgroup.subtree_control");
    return 0;
}

unsigned cgroup_control_missing(const struct cgroup_tree *t, const char *path, unsigned want)
{
    unsigned have = cgroup_control_read(t, ".", "cgroup.controllers");
    struct err e = ERR_INIT;

    if ((have & want) == want)
        each_level(t, path, take_missing, &have, &e);
    return want & ~have;
}

/* True when the process runs the same program as this one. */
static bool is_ours(pid_t pid)
{
    struct stat a, b;
    char link[64];

    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    return pid == getpid() || (stat(link, &a) == 0 && stat("/proc/self/exe", &b) == 0 &&
                               a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* The group's own processes, if all of them are ours; else an error that names the others. */
static int own_processes(const struct cgroup_tree *t, const char *group, pid_t **ret, size_t *ret_n,
                         struct err *e)
{
    AUTO_FD int fd = openat(t->fd, group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO_FREE pid_t *pids = NULL;
    AUTO_FREE char *who = NULL;
    size_t n = 0, others = 0;
    int r;

    if (fd < 0)
        return err_sysf(e, "open", "%s/%s", t->path, group);
    r = cgroup_procs_here(fd, &pids, &n, e);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        others += is_ours(pids[i]) ? 0 : 1;
    if (others == 0) {
        *ret = TAKE_PTR(pids);
        *ret_n = n;
        return 0;
    }
    who = cgroup_procs_text(pids, n);
    err_set(e, ERR_UNSUPPORTED,
            "%s/%s has processes of its own and so cannot have controllers for its children: %s",
            t->path, group, who ? who : "");
    return err_hint(e, "move them into a child group first, or name another parent group");
}

/*
 * cgroup-v2.rst, "No Internal Process Constraint" and "Threads": a group other than the root must
 * not have processes when it passes controllers on. Some controllers the kernel would switch on
 * nevertheless, and turn the group into a threaded one whose children nothing can be born in. In
 * the root of a delegated subtree, ourselves may be what is in the way.
 */
static int step_aside(const struct cgroup_tree *t, const char *group, struct err *e)
{
    AUTO_FREE char *type = str_fmt("%s/cgroup.type", group);
    AUTO_FREE char *leaf = str_fmt("%s/" LEAF, group);
    AUTO_FREE char *file = str_fmt("%s/" LEAF "/cgroup.procs", group);
    AUTO_FREE pid_t *pids = NULL;
    size_t n = 0;
    int r;

    if (!type || !leaf || !file)
        return err_nomem(e);
    if (faccessat(t->fd, type, F_OK, 0) < 0)
        return 0; /* only the root has no type */
    r = own_processes(t, group, &pids, &n, e);
    if (r < 0 || n == 0)
        return r;
    if (mkdirat(t->fd, leaf, 0755) < 0 && errno != EEXIST)
        return err_sysf(e, "mkdir", "%s/%s", t->path, leaf);
    for (size_t i = 0; i < n; i++) {
        char text[32];
        snprintf(text, sizeof(text), "%d", (int)pids[i]);
        if (fs_put(t->fd, file, text) < 0 && errno != ESRCH)
            return err_sysf(e, "write", "%s to %s/%s", text, t->path, file);
    }
    return 0;
}

static int refused(const struct cgroup_tree *t, const char *file, unsigned bit, int errnum,
                   struct err *e)
{
    AUTO_FREE char *what = str_fmt("+%s to %s/%s", cgroup_control_name(bit), t->path, file);

    err_errnum(e, errnum, "write", what);
    if (errnum == EINVAL && bit == CGROUP_CPU)
        err_hint(e, "the cpu controller refuses while real-time processes are in child groups");
    if (errnum == EOPNOTSUPP)
        err_hint(e, "the group may be threaded: see its cgroup.type");
    if (errnum == EACCES || errnum == EPERM)
        err_hint(e, "the subtree is not delegated to this user: with systemd, Delegate=%s",
                 cgroup_control_name(bit));
    return -ERR_SYS;
}

static int enable_level(const struct cgroup_tree *t, const char *group, void *arg, struct err *e)
{
    const unsigned *want = arg;
    unsigned missing = *want & ~cgroup_control_read(t, group, "cgroup.subtree_control");
    AUTO_FREE char *file = str_fmt("%s/cgroup.subtree_control", group);
    int r = 0;

    if (!file)
        return err_nomem(e);
    if (missing)
        r = step_aside(t, group, e);
    for (unsigned i = 0; r >= 0 && i < CGROUP_CONTROLLERS; i++) {
        unsigned bit = 1u << i;
        char text[32];
        if (!(missing & bit))
            continue;
        snprintf(text, sizeof(text), "+%s", names[i]);
        if (fs_put(t->fd, file, text) < 0)
            r = refused(t, file, bit, errno, e);
    }
    return r;
}

int cgroup_control_enable(const struct cgroup_tree *t, const char *path, unsigned want,
                          struct err *e)
{
    /* Usually an earlier container has done it. */
    const char *last = path[0] && path[1] ? path + 1 : ".";

    if ((cgroup_control_read(t, last, "cgroup.subtree_control") & want) == want)
        return 0;
    return each_level(t, path, enable_level, &want, e);
}

/* Has the group processes of its own, which controllers for its children would strand? */
static bool is_inner(const struct cgroup_tree *t, const char *group)
{
    AUTO_FREE char *type = str_fmt("%s/cgroup.type", group);
    AUTO_FREE char *procs = str_fmt("%s/cgroup.procs", group);
    char text[32];

    /* Only the root has no type. */
    return !type || !procs ||
           (faccessat(t->fd, type, F_OK, 0) == 0 &&
            fs_read_small(t->fd, procs, text, sizeof(text)) != 0);
}

static int try_level(const struct cgroup_tree *t, const char *group, void *arg, struct err *e)
{
    const unsigned *want = arg;
    unsigned missing = *want & ~cgroup_control_read(t, group, "cgroup.subtree_control");
    AUTO_FREE char *file = str_fmt("%s/cgroup.subtree_control", group);

    if (!file || (missing && is_inner(t, group)))
        return 1;
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
        char text[32];
        snprintf(text, sizeof(text), "+%s", names[i]);
        if (missing & 1u << i)
            fs_put(t->fd, file, text);
    }
    return 0;
}

void cgroup_control_try(const struct cgroup_tree *t, const char *path, unsigned want)
{
    struct err e = ERR_INIT;

    each_level(t, path, try_level, &want, &e);
}

void cgroup_control_settle(const struct cgroup_tree *t, const char *path, unsigned set)
{
    AUTO_FREE char *file =
        str_fmt("%s/cgroup.subtree_control", path[0] && path[1] ? path + 1 : ".");
    char text[32];

    for (unsigned i = 0; file && i < CGROUP_CONTROLLERS; i++)
        if (set & 1u << i) {
            snprintf(text, sizeof(text), "+%s", names[i]);
            fs_put(t->fd, file, text);
        }
}
