/* SPDX-License-Identifier: MIT */
/* An address in use: the lease, which is the DNS record too. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* networks/<net>/<ip> in the run root: one file is the lease, the forward and the reverse record.
 */
struct lease {
    char *id;
    char *name; /* the container's */
    char *hostname;
    char **aliases;
    char *mac;
    char *ifname; /* the host's end of the veth */
    struct json_map extra;
};

extern const struct json_table lease_table;

void lease_free(struct lease *l);
DEFINE_CLEANUP(struct lease, lease, lease_free(p))
