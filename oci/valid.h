/* SPDX-License-Identifier: MIT */
/* Cross-field rules of config.json: what the spec says must make create fail. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

enum valid_flags {
    VALID_CREATE = 0,  /* process may be absent: `create` allows it, `start` does not */
    VALID_PROCESS = 1, /* process must be there and complete */
};

/* Checks every rule and stops at the first that is broken: ERR_INVALID with a JSON pointer,
 * "/linux/timeOffsets: needs a new time namespace", a hint where there is a remedy. Only the
 * document is looked at, never the host. */
int valid_config(const struct config *c, unsigned flags, struct err *e);

/* The rules of a process alone, for `exec --process` (pointers start at the process). */
int valid_process(const struct config_process *p, struct err *e);

/* A container's id for hako-oci, in runc's grammar: letters, digits and "_+.-", at most 1024 of
 * them, not starting with ".". */
int valid_id(const char *id, struct err *e);
/* A container's or network's name in docker's grammar: [a-zA-Z0-9][a-zA-Z0-9_.-]+, at most 255
 * bytes. `what` names its sort in the message ("container", "network"). */
int valid_name(const char *what, const char *name, struct err *e);
