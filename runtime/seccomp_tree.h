/* SPDX-License-Identifier: MIT */
/* A filter as what it decides: for each architecture, ranges of numbers that share one fate. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "runtime/seccomp_rules.h"

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libseccomp decides what a profile means, and its program is evaluated here once for every
 * architecture and every run of system call numbers that it cannot tell apart. What remains of the
 * program for such a run is a small graph: an action, or tests of arguments that end in actions.
 * Equal graphs are one node, so that neighbouring numbers with the same fate melt into one range.
 */

#define SECCOMP_NO_NODE UINT32_MAX

struct seccomp_node {
    uint16_t code; /* BPF_RET, or the jump: BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET */
    uint32_t k;    /* what is returned, or compared with */
    uint32_t off;  /* jumps: the word of struct seccomp_data */
    uint32_t mask; /* and'ed to it before; all ones: nothing is */
    uint32_t yes;  /* nodes */
    uint32_t no;
};

/* Numbers from `first` to the next range's `first` - 1; the last one goes up to UINT32_MAX. */
struct seccomp_range {
    uint32_t first;
    uint32_t node;
};

struct seccomp_abi {
    uint32_t audit;
    struct seccomp_range *v; /* v[0].first is 0; neighbours differ */
    size_t n;
};

struct seccomp_tree {
    struct seccomp_node *nodes;
    size_t n_nodes;
    struct seccomp_abi abis[CONFIG_ARCH_MAX];
    size_t n_abis;
    uint32_t other; /* the fate of every other architecture */
};

void seccomp_tree_free(struct seccomp_tree *t);
DEFINE_CLEANUP(struct seccomp_tree, seccomp_tree, seccomp_tree_free(p))
#define AUTO_SECCOMP_TREE CLEANUP(seccomp_tree)

/* Adds the architecture with what the program decides for it. ERR_UNSUPPORTED when the program
 * does what no program of libseccomp does; ERR_LIMIT when it is too entangled. */
int seccomp_tree_add(struct seccomp_tree *t, const struct seccomp_program *p, uint32_t audit,
                     struct err *e);

/* What the program decides for one call: *ret is a node. */
int seccomp_tree_eval(struct seccomp_tree *t, const struct seccomp_program *p, uint32_t audit,
                      uint32_t number, uint32_t *ret, struct err *e);

/* The node that returns `action`. */
int seccomp_tree_action(struct seccomp_tree *t, uint32_t action, uint32_t *ret, struct err *e);

/* Gives the numbers first..last of an architecture another fate. */
int seccomp_tree_set(struct seccomp_tree *t, uint32_t audit, uint32_t first, uint32_t last,
                     uint32_t node, struct err *e);

/* Gives single numbers of an architecture their fates: `v` is sorted, its nodes are not ranges'. 1,
 * or 0 when a number is there twice, or has one already that is neither `none` nor the same. */
int seccomp_tree_points(struct seccomp_tree *t, uint32_t audit, const struct seccomp_range *v,
                        size_t n, uint32_t none, struct err *e);

/* Writes the tree as a program: native architecture first, a search tree over the numbers of each,
 * actions and argument tests shared. ERR_LIMIT beyond BPF_MAXINSNS. */
int seccomp_emit(const struct seccomp_tree *t, struct seccomp_program *ret, struct err *e);
