/* SPDX-License-Identifier: MIT */
/* The rules of a profile that need no libseccomp: a number alone decides. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "runtime/seccomp_rules.h"
#include "runtime/seccomp_tree.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Most of a profile are names that one rule allows whatever their arguments are. libseccomp takes
 * its time over each of them on each architecture, while all that there is to know is a number.
 * What needs its judgement stays with it: conditions, names that stand in several rules, calls that
 * old ABIs multiplex (socketcall, ipc), actions that a kernel may lack.
 */
struct seccomp_direct_name {
    const char *name;
    const struct config_syscall *rule;
    bool direct;
};

struct seccomp_direct {
    struct seccomp_direct_name *v; /* sorted by name */
    size_t n;
};

/* Sorts the profile's names; they are borrowed. */
int seccomp_direct_find(const struct config_seccomp *c, struct seccomp_direct *ret, struct err *e);

bool seccomp_direct_has(const struct seccomp_direct *d, const char *name);

/* Gives the numbers of direct names their fates. 1, or 0 when two names share a number and
 * disagree: then nothing is to be direct. */
int seccomp_direct_apply(const struct seccomp_direct *d, const struct seccomp_rules *r,
                         struct seccomp_tree *t, struct err *e);

static inline void seccomp_direct_free(struct seccomp_direct *d)
{
    free(d->v);
    *d = (struct seccomp_direct){ 0 };
}
DEFINE_CLEANUP(struct seccomp_direct, seccomp_direct, seccomp_direct_free(p))
#define AUTO_SECCOMP_DIRECT CLEANUP(seccomp_direct)
