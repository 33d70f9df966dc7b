/* SPDX-License-Identifier: MIT */
/* The grammar of --ulimit. */
#include "base/num.h"
#include "base/str.h"
#include "engine/parse_limit.h"

#include <sys/resource.h>

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
