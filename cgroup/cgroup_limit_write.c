/* SPDX-License-Identifier: MIT */
/* Writes limits into a group's files, and explains what the kernel answers. */
#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit.h"

#include <errno.h>

/* What an answer means, where that is known. Empty columns fit everything. */
static const struct {
    int errnum;
    unsigned controller;
    const char *file;
    const char *hint;
} hints[] = {
    { ENOENT, 0, NULL, "this kernel lacks that control" },
    { EROFS, 0, NULL, "the cgroup tree is mounted read-only" },
    { EBUSY, 0, "memory.max", "the group uses more memory than that and cannot shrink" },
    { EINVAL, 0, "cpu.max", "quota and period are at least 1000 µs, the period at most 1000000" },
    { EINVAL, 0, "cpu.max.burst", "the burst must not be larger than the quota" },
    { EINVAL, 0, "cpu.weight", "a group that is idle (cpu.idle) has no weight" },
    { ENODEV, CGROUP_RDMA, NULL, "there is no such RDMA device" },
    { EINVAL, 0, "misc.max", "misc.capacity of the root group lists what this host has" },
    { ENODEV, CGROUP_IO, NULL, "there is no such block device; a partition has no limits" },
    { EOPNOTSUPP, CGROUP_IO, "io.weight", "the device's cost model is off: see io.cost.qos" },
};

static void add_hint(const struct cgroup_limit *l, const char *file, int errnum, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(hints); i++)
        if (errnum == hints[i].errnum &&
            (!hints[i].controller || l->controller == hints[i].controller) &&
            (!hints[i].file || STREQ(file, hints[i].file)))
            err_hint(e, "%s", hints[i].hint);
    if (l->controller == CGROUP_CPUSET)
        err_hint(e, "the list must be within the parent group's %s.effective", l->file);
}

/* Is it just as well that this write failed? */
static bool is_fine(const struct cgroup_limit *l, const char *file, int errnum)
{
    if (l->lax)
        return errnum == ENOENT || errnum == EACCES || errnum == EPERM;
    if (errnum != ENOENT)
        return false;
    if (!l->young && STREQ(file, "memory.swap.max")) {
        log_warn("this kernel does not account swap: memory is limited without it");
        return true;
    }
    return l->young;
}

static int note(struct cgroup_undo *undo, int dirfd, const char *file, const char *value,
                struct err *e)
{
    return undo ? cgroup_undo_note(undo, dirfd, file, value, e) : 0;
}

static int write_one(const struct cgroup_limit *l, int dirfd, const char *name,
                     struct cgroup_undo *undo, struct err *e)
{
    const char *file = l->file, *value = l->value;
    int r = note(undo, dirfd, file, value, e);

    if (r < 0)
        return r;
    r = fs_put(dirfd, file, value);
    if (r < 0 && errno == ENOENT && l->alt_file) {
        file = l->alt_file;
        value = l->alt_value;
        r = note(undo, dirfd, file, value, e);
        if (r < 0)
            return r;
        r = fs_put(dirfd, file, value);
    }
    int errnum = errno;
    if (r == 0 && l->controller == CGROUP_CPUSET)
        return cgroup_cpuset_check(l, dirfd, name, e);
    if (r == 0 || is_fine(l, file, errnum))
        return 0;
    AUTO_FREE char *what = str_fmt("\"%s\" to %s/%s", value, name, file);
    err_errnum(e, errnum, "write", what);
    add_hint(l, file, errnum, e);
    return err_wrap(e, "%s", l->field);
}

int cgroup_limits_write(const struct cgroup_limits *l, int dirfd, const char *name,
                        struct cgroup_undo *undo, struct err *e)
{
    AUTO_FREE bool *later = calloc(l->n + 1, sizeof(*later));
    bool again = false;

    if (!later)
        return err_nomem(e);
    for (size_t i = 0; i < l->n; i++) {
        int r = write_one(&l->v[i], dirfd, name, undo, e);
        if (r < 0 && e->errnum == EINVAL) {
            later[i] = again = true;
            err_clear(e);
        } else if (r < 0) {
            return r;
        }
    }
    for (size_t i = 0; again && i < l->n; i++) {
        int r = later[i] ? write_one(&l->v[i], dirfd, name, undo, e) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}
