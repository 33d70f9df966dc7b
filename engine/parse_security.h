/* SPDX-License-Identifier: MIT */
/* The grammar of --security-opt and of capability names. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct security_spec {
    bool no_new_privileges;
    bool seccomp_unconfined;
    bool paths_unconfined;    /* systempaths=unconfined: nothing masked, nothing read-only */
    const char *seccomp_file; /* a path, borrowed from the options, or NULL: the default profile */
    const char *apparmor;     /* a profile's name, "unconfined", or NULL */
};

/* All --security-opt together: no-new-privileges[=BOOL], seccomp=FILE|unconfined|builtin,
 * apparmor=NAME, label=…, systempaths=unconfined; ":" works in place of "=". */
int parse_security(char *const *options, struct security_spec *ret, struct err *e);
