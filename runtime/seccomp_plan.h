/* SPDX-License-Identifier: MIT */
/* The cheapest search tree over ranges of numbers: few instructions, short ways. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "runtime/seccomp_tree.h"

#include <stddef.h>
#include <stdint.h>

/* How to decide among the ranges from … to - 1 of an architecture. */
struct seccomp_plan {
    const struct seccomp_abi *abi;
    size_t from;   /* the slice that `how` speaks of */
    size_t n;      /* its ranges */
    uint16_t *how; /* n * (n + 1) / 2 entries */
};

/* Works out the best trees for every slice within from … to - 1. */
int seccomp_plan_make(const struct seccomp_abi *abi, size_t from, size_t to,
                      struct seccomp_plan *ret, struct err *e);

/* More ranges than this are not worth a plan: halve them by weight first. */
#define SECCOMP_PLAN_MAX 160

/* The range to split a slice before, or SECCOMP_PLAN_COMB: every other range is a single number
 * amid one common fate, to be picked out one by one. */
#define SECCOMP_PLAN_COMB SIZE_MAX
size_t seccomp_plan_split(const struct seccomp_plan *p, size_t from, size_t to);

/* Without a plan: the range that has about half of the weight on either side. */
size_t seccomp_plan_middle(const struct seccomp_abi *abi, size_t from, size_t to);

/* In a comb: which of its first two ranges is the common fate. */
size_t seccomp_plan_common(const struct seccomp_abi *abi, size_t from, size_t to);

void seccomp_plan_free(struct seccomp_plan *p);
DEFINE_CLEANUP(struct seccomp_plan, seccomp_plan, seccomp_plan_free(p))
#define AUTO_SECCOMP_PLAN CLEANUP(seccomp_plan)
