/* SPDX-License-Identifier: MIT */
/* The formats of a group's files: flat keys, single numbers, pressure, io.stat. */
#pragma once

#include "cgroup/cgroup_stat.h"

/*
 * Kernel: Documentation/admin-guide/cgroup-v2.rst, "Interface Files"; accounting/psi.rst. The text
 * is the file's, NUL-terminated; what does not have the format is passed over.
 */

/* A number behind a key, and where it goes. */
struct cgroup_text_key {
    const char *name;
    size_t off; /* of a uint64_t */
};

#define CGROUP_TEXT_KEY(st, name, field)                                                           \
    {                                                                                              \
        name, offsetof(struct st, field)                                                           \
    }

extern const struct cgroup_text_key cgroup_text_cpu[]; /* of cgroup_stat_cpu, in cpu.stat */

/* Stores the values of the keys (the table ends with an empty row) in `to`; what has no line stays
 * as it is. */
void cgroup_text_keys(const char *text, const struct cgroup_text_key *keys, void *to);
/* Puts every line into the map. */
void cgroup_text_map(const char *text, struct json_map *map);

/* "max" is CGROUP_STAT_NO_LIMIT. */
uint64_t cgroup_text_number(const char *text);

void cgroup_text_psi(const char *text, struct cgroup_stat_psi *ret);

/* The next device of an io.stat that has counters, where *text moves on; false at its end. */
bool cgroup_text_io(const char **text, struct cgroup_stat_io *ret);
