/* SPDX-License-Identifier: MIT */
/* systemd's names for groups: "slice:prefix:name" is a scope in a slice. */
#pragma once

#include "base/err.h"
#include "base/json_map.h"
#include "base/mem.h"

#include <stdbool.h>

struct cgroup_unit {
    char *slice; /* "machine.slice" */
    char *name;  /* "libpod-ID.scope" */
    char *path;  /* below the manager's own group, "/machine.slice/libpod-ID.scope" */
};

/*
 * The scope for a config's cgroupsPath (runc's docs/systemd.md): "slice:prefix:name", of which the
 * slice may be empty (`user`: "user.slice", else "system.slice") or "-" (the root's), and the
 * prefix empty, too; NULL or "": "hako-ID.scope" there. The annotation "run.oci.systemd.subgroup"
 * adds a group below the scope to the path. ERR_INVALID for anything else.
 */
int cgroup_unit_make(const char *cgroups_path, const char *id, const struct json_map *annotations,
                     bool user, struct cgroup_unit *ret, struct err *e);
void cgroup_unit_free(struct cgroup_unit *u);
DEFINE_CLEANUP(struct cgroup_unit, cgroup_unit, cgroup_unit_free(p))
#define AUTO_CGROUP_UNIT CLEANUP(cgroup_unit)

/* The scope's name in a group's path, malloc'd; NULL when there is none (or no memory). With
 * `ret_len`, how much of the path leads to the scope's own group. */
char *cgroup_unit_of(const char *path, size_t *ret_len);
