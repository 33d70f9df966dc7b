/* SPDX-License-Identifier: MIT */
/* The monitor: one small process a container, from its start to its last exit record. */
#pragma once

#include "engine/paths.h"
#include "engine/plan.h"

#include <stdbool.h>

/* What a forked monitor works from: a copy of its parent's memory. */
struct monitor_job {
    const struct paths *paths;
    struct plan *plan;
    int client_fd;    /* to the command that waits for the outcome */
    int lock_fd;      /* the container's lock, or -1 when it is to be created */
    bool fresh;       /* create it first; remove it again if it cannot be started */
    unsigned streams; /* ATTACH_* bits of that command; 0: it only wants the outcome */
};

/* Runs in the forked child and never returns. Over client_fd: STARTED or ERROR, then, if streams
 * are wanted, what attach.h says; else the connection is closed after STARTED. */
__attribute__((noreturn)) void monitor_main(struct monitor_job *job);
