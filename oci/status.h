/* SPDX-License-Identifier: MIT */
/* What a container is at the moment: its status. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "oci/oom.h"
#include "oci/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times are nanoseconds since the epoch, 0: never. */

/* An address that the container has. */
struct record_address {
    char *network;
    char *ip;
    uint32_t prefix; /* length: 24 */
    char *mac;
    char *gateway;
    char *ifname; /* inside */
    char *host_ifname;
    char **aliases;
    struct json_map extra;
};

/* A trigger on its pressure (--pressure), and how often it has fired since the start. */
struct status_pressure {
    char *trigger; /* "memory:some:200ms/2s" */
    uint64_t count;
    int64_t last;
};

/*
 * What the container is at the moment: in the run root's containers/<id>/status while it lives;
 * when it ends, also beside the record as exit.json, because exit facts survive a reboot.
 */
struct status {
    enum record_state state; /* on disk never RECORD_PAUSED: that is the kernel's to know */
    int32_t pid;             /* of init, in the host's pid namespace; 0: none */
    uint64_t pid_start;      /* proc_start_time(pid) */
    int32_t monitor_pid;
    uint64_t monitor_start;
    bool fresh; /* made by the run that is starting it: nobody has heard of it yet */
    int64_t started;
    int64_t finished;
    int32_t exit_code;
    bool oom_killed; /* some process of it, since the start */
    struct oom *oom; /* how that was; NULL: it was not */
    char *error;     /* why it could not start */
    struct status_pressure *pressure;
    size_t n_pressure;
    struct record_address *addresses;
    size_t n_addresses;
    int32_t restart_count;
    struct json_map extra;
};

extern const struct json_table status_table;

void status_free(struct status *s);
DEFINE_CLEANUP(struct status, status, status_free(p))
