/* SPDX-License-Identifier: MIT */
/* Inside oci/valid*.c and its test only: the form of a rule. */
#pragma once

#include "oci/config.h"

/* Where a rule is broken, when that is one of many. */
struct valid_found {
    size_t index;    /* for '#' in the pointer */
    const char *key; /* for '*' in the pointer */
    const char *why; /* instead of the rule's message */
};

struct valid_rule {
    const char *pointer;
    bool (*broken)(const struct config *c, struct valid_found *ret);
    const char *message;
    const char *hint; /* or NULL */
};

/* Rules of the linux section; each list ends with a row of NULLs. */
extern const struct valid_rule valid_linux_rules[];
extern const struct valid_rule valid_seccomp_rules[];
extern const struct valid_rule valid_sysctl_rules[];

/* All of them, in the order in which they are run. Ends with NULL. */
extern const struct valid_rule *const valid_tables[];
