/* SPDX-License-Identifier: MIT */
/* Notices lists of cpus and memory nodes that the kernel takes and then ignores. */
#include "base/cpulist.h"
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit.h"

/* Is everything of `part` in `whole`? True also when one of them cannot be read. */
static bool within(const char *part, const char *whole)
{
    uint64_t some[CPULIST_MAX / 64] = { 0 };
    uint64_t all[CPULIST_MAX / 64] = { 0 };
    struct err ignored = ERR_INIT;

    return cpulist_parse(part, some, CPULIST_MAX, &ignored) < 0 ||
           cpulist_parse(whole, all, CPULIST_MAX, &ignored) < 0 ||
           cpulist_within(some, all, CPULIST_MAX);
}

int cgroup_cpuset_check(const struct cgroup_limit *l, int dirfd, const char *name, struct err *e)
{
    AUTO_FREE char *file = str_fmt("%s.effective", l->file);
    char have[4096];

    if (!file)
        return err_nomem(e);
    if (fs_read_small(dirfd, file, have, sizeof(have)) < 0 || within(have, l->value))
        return 0;
    err_set(e, ERR_INVALID, "%s: write \"%s\" to %s/%s: none of them is online and the parent's",
            l->field, l->value, name, l->file);
    return err_hint(e, "the kernel would give the group all that its parent has: %s", have);
}
