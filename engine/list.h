/* SPDX-License-Identifier: MIT */
/* Containers as a list, for ps and friends: records and their present state, without locks. */
#pragma once

#include "base/err.h"
#include "engine/paths.h"
#include "oci/record.h"
#include "oci/status.h"

#include <stdbool.h>
#include <stddef.h>

struct container_info {
    struct record record;
    struct status status; /* as it is now: a dead monitor's container has been healed */
};

struct container_list {
    struct container_info *items; /* newest first */
    size_t count;
};

/* Damaged containers are named by log_warn() and left out. */
int list_containers(const struct paths *p, bool all, struct container_list *ret, struct err *e);
void list_free(struct container_list *l);

/* docker's STATUS column: "Up 3 minutes", "Exited (0) 2 hours ago", "Created", with
 * " (OOM)" when a process was killed for lack of memory. */
const char *list_status_text(const struct container_info *c, char *buf, size_t len);
