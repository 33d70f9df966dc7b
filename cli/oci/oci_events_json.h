/* SPDX-License-Identifier: MIT */
/* Events of a container as runc writes them (its types/events.go). */
#pragma once

#include "base/buf.h"
#include "cgroup/cgroup_stat.h"

/* A line {"type": …, "id": …}, with "data" unless `s` is NULL. Numbers that are 0 are left out
 * where runc leaves them out; no limit is 2^64 - 1, of processes 0. Running out of memory:
 * out->failed. */
void oci_events_json(const char *type, const char *id, const struct cgroup_stat *s,
                     struct buf *out);
