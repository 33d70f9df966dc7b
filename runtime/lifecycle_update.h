/* SPDX-License-Identifier: MIT */
/* hako-oci's update: other limits for a container that exists. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

struct lifecycle_update {
    const struct config_resources *resources; /* fields that are not there stay as they are */
    const char *l3_cache_schema;              /* Intel RDT, or NULL */
    const char *mem_bw_schema;
};

/* Changes the limits of a created, running or paused container and its config in the state
 * directory. Stopped: ERR_STATE "container not running". On failure both are as before. */
int lifecycle_update(const char *root, const char *id, const struct lifecycle_update *u,
                     struct err *e);
