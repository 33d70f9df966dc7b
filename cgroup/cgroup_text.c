/* SPDX-License-Identifier: MIT */
/* Parses a group's files. */
#include "cgroup/cgroup_text.h"

#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>

const struct cgroup_text_key cgroup_text_cpu[] = {
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "usage_usec", usage),
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "user_usec", user),
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "system_usec", system),
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "nr_periods", periods),
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "nr_throttled", throttled),
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "throttled_usec", throttled_usec),
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "nr_bursts", bursts),
    CGROUP_TEXT_KEY(cgroup_stat_cpu, "burst_usec", burst_usec),
    { 0 },
};

static const struct cgroup_text_key io_keys[] = {
    CGROUP_TEXT_KEY(cgroup_stat_io, "rbytes", rbytes),
    CGROUP_TEXT_KEY(cgroup_stat_io, "wbytes", wbytes),
    CGROUP_TEXT_KEY(cgroup_stat_io, "dbytes", dbytes),
    CGROUP_TEXT_KEY(cgroup_stat_io, "rios", rios),
    CGROUP_TEXT_KEY(cgroup_stat_io, "wios", wios),
    CGROUP_TEXT_KEY(cgroup_stat_io, "dios", dios),
    { 0 },
};

static const char *line_after(const char *p)
{
    p = strchrnul(p, '\n');
    return *p ? p + 1 : p;
}

/* "NAME<separator>VALUE" at `p`: stores the value if the name is a key. */
static bool take_key(const char *p, char separator, const struct cgroup_text_key *keys, void *to)
{
    for (; keys->name; keys++) {
        const char *rest = str_after(p, keys->name);
        if (!rest || *rest != separator)
            continue;
        *(uint64_t *)(void *)((char *)to + keys->off) = strtoull(rest + 1, NULL, 10);
        return true;
    }
    return false;
}

void cgroup_text_keys(const char *text, const struct cgroup_text_key *keys, void *to)
{
    for (const char *p = text; *p; p = line_after(p))
        take_key(p, ' ', keys, to);
}

void cgroup_text_map(const char *text, struct json_map *map)
{
    char key[64], value[32];

    for (const char *p = text; *p; p = line_after(p))
        if (sscanf(p, "%63[^ \n] %31[^\n]", key, value) == 2)
            json_map_set(map, key, value);
}

uint64_t cgroup_text_number(const char *text)
{
    return str_starts(text, "max") ? CGROUP_STAT_NO_LIMIT : strtoull(text, NULL, 10);
}

/* " avg10=0.00 avg60=0.00 avg300=0.00 total=0" */
static bool take_psi(const char *p, struct cgroup_stat_psi_line *ret)
{
    const struct {
        const char *name;
        double *share;
    } shares[] = { { " avg10=", &ret->avg10 },
                   { " avg60=", &ret->avg60 },
                   { " avg300=", &ret->avg300 } };

    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        char *end = NULL;
        p = str_after(p, shares[i].name);
        if (!p)
            return false;
        *shares[i].share = strtod(p, &end);
        p = end;
    }
    p = str_after(p, " total=");
    if (p)
        ret->total = strtoull(p, NULL, 10);
    return p != NULL;
}

void cgroup_text_psi(const char *text, struct cgroup_stat_psi *ret)
{
    for (const char *p = text; *p; p = line_after(p)) {
        const char *some = str_after(p, "some");
        const char *full = str_after(p, "full");
        if ((some && take_psi(some, &ret->some)) || (full && take_psi(full, &ret->full)))
            ret->there = true;
    }
}

/* "8:0 rbytes=1 wbytes=2 rios=3 …"; a device that has done nothing may have no counters. */
static bool take_io(const char *p, struct cgroup_stat_io *ret)
{
    char *end = NULL;
    bool counted = false;

    ret->major = (uint32_t)strtoul(p, &end, 10);
    if (end == p || *end != ':')
        return false;
    ret->minor = (uint32_t)strtoul(end + 1, &end, 10);
    for (p = end; *p == ' '; p += strcspn(p, " \n")) {
        p += strspn(p, " ");
        counted = take_key(p, '=', io_keys, ret) || counted;
    }
    return counted;
}

bool cgroup_text_io(const char **text, struct cgroup_stat_io *ret)
{
    while (**text) {
        const char *line = *text;
        *text = line_after(line);
        *ret = (struct cgroup_stat_io){ 0 };
        if (take_io(line, ret))
            return true;
    }
    return false;
}
