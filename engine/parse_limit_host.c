/* SPDX-License-Identifier: MIT */
/* Limits against what this machine has. */
#include "base/cpulist.h"
#include "base/fs.h"
#include "base/str.h"
#include "engine/parse_limit.h"

#include <fcntl.h>

#define ONLINE_CPUS "/sys/devices/system/cpu/online"
#define ONLINE_MEMS "/sys/devices/system/node/online"
#define NANO        1000000000LL

/* False when the machine does not say. */
static bool read_online(const char *path, uint64_t bits[CPULIST_MAX / 64], char *text, size_t len)
{
    struct err ignored = ERR_INIT;

    return fs_read_small(AT_FDCWD, path, text, len) > 0 &&
           cpulist_parse(text, bits, CPULIST_MAX, &ignored) >= 0;
}

/* docker's words; the kernel would take some of those that are offline, and use others. */
static int check_list(const char *option, const char *noun, const char *list, const char *path,
                      struct err *e)
{
    uint64_t online[CPULIST_MAX / 64] = { 0 };
    uint64_t asked[CPULIST_MAX / 64] = { 0 };
    char text[4096];

    if (!list || !read_online(path, online, text, sizeof(text)))
        return 0;
    int r = cpulist_parse(list, asked, CPULIST_MAX, e);
    if (r < 0 || cpulist_within(asked, online, CPULIST_MAX))
        return r;
    return err_set(e, ERR_INVALID,
                   "%s: Requested %s are not available - requested %s, available: %s (%s)", option,
                   noun, list, text, path);
}

static int check_count(int64_t nano_cpus, struct err *e)
{
    uint64_t online[CPULIST_MAX / 64] = { 0 };
    char text[4096];
    int n = 0;

    if (nano_cpus <= 0 || !read_online(ONLINE_CPUS, online, text, sizeof(text)))
        return 0;
    for (size_t i = 0; i < CPULIST_MAX / 64; i++)
        n += __builtin_popcountll(online[i]);
    if (nano_cpus <= n * NANO)
        return 0;
    return err_set(e, ERR_INVALID,
                   "--cpus: Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs "
                   "available",
                   n, n);
}

int parse_limit_host(const struct limit_args *l, struct err *e)
{
    int r = check_count(l->cpus, e);

    if (r >= 0)
        r = check_list("--cpuset-cpus", "CPUs", l->cpuset_cpus, ONLINE_CPUS, e);
    if (r >= 0)
        r = check_list("--cpuset-mems", "memory nodes", l->cpuset_mems, ONLINE_MEMS, e);
    return r;
}
