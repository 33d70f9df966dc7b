/* SPDX-License-Identifier: MIT */
/* The grammars of --security-opt and --device-cgroup-rule. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

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

struct device_rule {
    char type;     /* 'a', 'b' or 'c' */
    int64_t major; /* -1: all */
    int64_t minor;
    char access[4]; /* of "rwm" */
};

/* --device-cgroup-rule "TYPE MAJOR:MINOR ACCESS", with * for all numbers. Type a is every device
 * and every access, whatever follows, as the kernel had it. */
int parse_security_rule(const char *text, struct device_rule *ret, struct err *e);
