/* SPDX-License-Identifier: MIT */
/* The runtime-spec's state (runtime.md): what `state` prints and hooks read on stdin. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

#include <stdint.h>

enum state_status {
    STATE_UNSET,
    STATE_CREATING,
    STATE_CREATED,
    STATE_RUNNING,
    STATE_STOPPED,
    STATE_PAUSED, /* not the spec's, but every runtime's */
};
extern const struct json_enum state_status_names[];

struct state {
    char *oci_version;
    char *id;
    enum state_status status;
    int32_t pid; /* 0: none */
    char *bundle;
    struct json_map annotations;
    /* What runc and crun add. */
    char *rootfs;
    char *created; /* RFC 3339 */
    char *owner;
    struct json_map extra;
};
extern const struct json_table state_table;

/* What goes over the seccomp listener socket together with the descriptors (config-linux.md,
 * "The Container Process State"). */
struct state_container_process {
    char *oci_version;
    char **fds; /* names: "seccompFd" */
    int32_t pid;
    char *metadata;
    struct state state;
};
extern const struct json_table state_container_process_table;

void state_free(struct state *s);
DEFINE_CLEANUP(struct state, state, state_free(p))
