/* SPDX-License-Identifier: MIT */
/* Notices lists of cpus and memory nodes that the kernel takes and then ignores. */
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit.h"

#include <ctype.h>
#include <limits.h>

#define MAX 8192 /* cpus: the kernel's NR_CPUS at most */

struct set {
    unsigned char in[MAX];
};

/* "0-3,7". False for what is none of these, or has more. */
static bool read_list(const char *text, struct set *ret)
{
    while (isdigit((unsigned char)*text)) {
        char *end;
        unsigned long from = strtoul(text, &end, 10), to = from;
        if (*end == '-')
            to = strtoul(end + 1, &end, 10);
        if (to >= MAX)
            return false;
        for (unsigned long i = from; i <= to; i++)
            ret->in[i] = 1;
        text = *end == ',' ? end + 1 : end;
    }
    return *text == '\0';
}

/* Is everything of `part` in `whole`? True also when one of them cannot be read. */
static bool within(const char *part, const char *whole)
{
    struct set some = { 0 }, all = { 0 };

    if (!read_list(part, &some) || !read_list(whole, &all))
        return true;
    for (size_t i = 0; i < MAX; i++)
        if (some.in[i] && !all.in[i])
            return false;
    return true;
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
