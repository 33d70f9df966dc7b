/* SPDX-License-Identifier: MIT */
/* The grammars of --ulimit and of the resource limits, with the rules between them. */
#include "engine/parse_limit.h"

#include "base/num.h"
#include "base/str.h"

#include <ctype.h>
#include <sys/resource.h>

/* docker refuses less: below it a container cannot start. */
#define MEMORY_MIN (6LL << 20)
#define NANO       1000000000LL
#define PERIOD     100000 /* microseconds; the kernel's own default */

static const struct {
    const char *name;
    const char *constant;
    int resource;
} ulimits[] = {
    { "as", "RLIMIT_AS", RLIMIT_AS },
    { "core", "RLIMIT_CORE", RLIMIT_CORE },
    { "cpu", "RLIMIT_CPU", RLIMIT_CPU },
    { "data", "RLIMIT_DATA", RLIMIT_DATA },
    { "fsize", "RLIMIT_FSIZE", RLIMIT_FSIZE },
    { "locks", "RLIMIT_LOCKS", RLIMIT_LOCKS },
    { "memlock", "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
    { "msgqueue", "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
    { "nice", "RLIMIT_NICE", RLIMIT_NICE },
    { "nofile", "RLIMIT_NOFILE", RLIMIT_NOFILE },
    { "nproc", "RLIMIT_NPROC", RLIMIT_NPROC },
    { "rss", "RLIMIT_RSS", RLIMIT_RSS },
    { "rtprio", "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
    { "rttime", "RLIMIT_RTTIME", RLIMIT_RTTIME },
    { "sigpending", "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
    { "stack", "RLIMIT_STACK", RLIMIT_STACK },
};

static int ulimit_value(const char *text, uint64_t *ret, struct err *e)
{
    if (STREQ(text, "-1") || STREQ(text, "unlimited")) {
        *ret = UINT64_MAX;
        return 0;
    }
    return num_u64(text, 0, UINT64_MAX, ret, e);
}

static int ulimit_values(const char *text, struct ulimit_spec *u, struct err *e)
{
    AUTO_STRV char **parts = strv_split(text, ':', false);
    size_t n = strv_len(parts);

    if (!parts)
        return err_nomem(e);
    if (n > 2)
        return err_set(e, ERR_INVALID, "too many limit values, there are at most SOFT:HARD");
    int r = ulimit_value(parts[0], &u->soft, e);
    if (r >= 0)
        r = ulimit_value(parts[n - 1], &u->hard, e);
    if (r < 0)
        return r;
    if (u->soft > u->hard)
        return err_set(e, ERR_INVALID, "the soft limit must not be above the hard limit");
    return 0;
}

int parse_limit_ulimit(const char *text, struct ulimit_spec *ret, struct err *e)
{
    size_t len = strcspn(text, "=");

    if (text[len] == '\0')
        return err_set(e, ERR_INVALID, "invalid ulimit \"%s\": expected NAME=SOFT[:HARD]", text);
    for (size_t i = 0; i < ARRAY_LEN(ulimits); i++) {
        if (strlen(ulimits[i].name) != len || memcmp(ulimits[i].name, text, len) != 0)
            continue;
        struct ulimit_spec u = { .resource = ulimits[i].resource, .name = ulimits[i].constant };
        int r = ulimit_values(text + len + 1, &u, e);
        if (r < 0)
            return err_wrap(e, "invalid ulimit \"%s\"", text);
        *ret = u;
        return 0;
    }
    return err_set(e, ERR_INVALID, "invalid ulimit type: %.*s", (int)len, text);
}

static int64_t given(int64_t v)
{
    return v == 0 ? ARG_UNSET : v;
}

static int check_memory(const struct run_args *a, struct limit_spec *l, struct err *e)
{
    l->memory = given(a->memory);
    l->memory_swap = given(a->memory_swap);
    l->memory_reservation = given(a->memory_reservation);
    bool limited = l->memory != ARG_UNSET;
    if (limited && l->memory < MEMORY_MIN)
        return err_set(e, ERR_INVALID, "--memory: the minimum memory limit allowed is 6MB");
    if (l->memory_swap != ARG_UNSET && l->memory_swap != -1) {
        if (!limited)
            return err_set(e, ERR_INVALID,
                           "--memory-swap limits memory and swap together: it needs --memory");
        if (l->memory_swap < l->memory)
            return err_set(e, ERR_INVALID, "--memory-swap must be at least as large as --memory");
    }
    if (l->memory_reservation != ARG_UNSET && limited && l->memory < l->memory_reservation)
        return err_set(e, ERR_INVALID, "--memory-reservation must not be above --memory");
    return 0;
}

static int check_cpus(const struct run_args *a, struct limit_spec *l, struct err *e)
{
    int64_t cpus = given(a->cpus);

    l->cpu_shares = given(a->cpu_shares);
    l->cpu_period = given(a->cpu_period);
    l->cpu_quota = given(a->cpu_quota);
    if (l->cpu_shares != ARG_UNSET && l->cpu_shares < 2)
        return err_set(e, ERR_INVALID, "--cpu-shares: at least 2");
    if (l->cpu_period != ARG_UNSET && (l->cpu_period < 1000 || l->cpu_period > 1000000))
        return err_set(e, ERR_INVALID, "--cpu-period: from 1000 to 1000000 microseconds");
    if (l->cpu_quota != ARG_UNSET && l->cpu_quota != -1 && l->cpu_quota < 1000)
        return err_set(e, ERR_INVALID, "--cpu-quota: at least 1000 microseconds");
    if (cpus == ARG_UNSET)
        return 0;
    if (l->cpu_period != ARG_UNSET || l->cpu_quota != ARG_UNSET)
        return err_set(e, ERR_INVALID,
                       "--cpus cannot be combined with --cpu-period or --cpu-quota");
    if (cpus > INT64_MAX / PERIOD)
        return err_set(e, ERR_INVALID, "--cpus: more than any machine has");
    l->cpu_period = PERIOD;
    l->cpu_quota = cpus * PERIOD / NANO;
    if (l->cpu_quota < 1000)
        return err_set(e, ERR_INVALID, "--cpus: at least 0.01");
    return 0;
}

/* cpuset(7), list format: "0-3,5". */
static bool is_cpu_list(const char *s)
{
    for (;;) {
        char *end;
        if (!isdigit((unsigned char)*s))
            return false;
        unsigned long first = strtoul(s, &end, 10);
        unsigned long last = first;
        if (*end == '-') {
            if (!isdigit((unsigned char)end[1]))
                return false;
            last = strtoul(end + 1, &end, 10);
        }
        if (last < first || last > 65535)
            return false;
        if (*end == '\0')
            return true;
        if (*end != ',')
            return false;
        s = end + 1;
    }
}

static int check_set(const char *option, const char *text, const char **ret, struct err *e)
{
    if (str_empty(text))
        return 0;
    if (!is_cpu_list(text))
        return err_set(e, ERR_INVALID, "%s: \"%s\" is not a list such as 0-3,5", option, text);
    *ret = text;
    return 0;
}

int parse_limit(const struct run_args *args, struct limit_spec *ret, struct err *e)
{
    struct limit_spec l = { .pids = given(args->pids_limit) };
    int r = check_memory(args, &l, e);

    if (r >= 0)
        r = check_cpus(args, &l, e);
    if (r >= 0)
        r = check_set("--cpuset-cpus", args->cpuset_cpus, &l.cpuset_cpus, e);
    if (r >= 0)
        r = check_set("--cpuset-mems", args->cpuset_mems, &l.cpuset_mems, e);
    if (r < 0)
        return r;
    *ret = l;
    return 0;
}
