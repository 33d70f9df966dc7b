/* SPDX-License-Identifier: MIT */
/* Writes a decision tree as BPF, backwards, so that every jump knows how far its targets are. */
#include "runtime/seccomp_plan.h"
#include "runtime/seccomp_tree.h"

#include <linux/seccomp.h>
#include <string.h>

/*
 * Positions count from the program's end: the last instruction is 1. A conditional jump at
 * position p reaches a target at position q by p - 1 - q instructions, at most 255; what is farther
 * gets a copy of its action, or a long jump, right behind the test.
 */
#define REACH 255

struct out {
    struct sock_filter insns[BPF_MAXINSNS]; /* insns[0] is the last one */
    uint32_t n;                             /* the newest position */
    const struct seccomp_tree *tree;
    uint32_t *at; /* the newest position of each node; 0: none yet */
};

static int put(struct out *o, uint16_t code, uint32_t k, uint32_t yes, uint32_t no, struct err *e)
{
    if (o->n >= BPF_MAXINSNS)
        return err_set(e, ERR_LIMIT, "seccomp: the filter is longer than %d instructions",
                       BPF_MAXINSNS);
    o->insns[o->n] = (struct sock_filter){ code, 0, 0, k };
    if (BPF_CLASS(code) == BPF_JMP && BPF_OP(code) != BPF_JA) {
        o->insns[o->n].jt = (uint8_t)(o->n - yes);
        o->insns[o->n].jf = (uint8_t)(o->n - no);
    }
    o->n++;
    return 0;
}

static bool in_reach(const struct out *o, uint32_t pos)
{
    return o->n - pos <= REACH;
}

/* Makes *pos reachable from the next conditional jump: as it is, or by one more instruction. */
static int bring_near(struct out *o, uint32_t *pos, struct err *e)
{
    if (in_reach(o, *pos))
        return 0;
    const struct sock_filter *far = &o->insns[*pos - 1];
    int r;
    if (BPF_CLASS(far->code) == BPF_RET) {
        struct sock_filter copy = *far;
        r = put(o, copy.code, copy.k, 0, 0, e);
    } else {
        r = put(o, BPF_JMP | BPF_JA, o->n - *pos, 0, 0, e);
    }
    if (r >= 0)
        *pos = o->n;
    return r;
}

/* A conditional jump to two positions. Bringing one of them near moves the other away by an
 * instruction, hence up to three attempts. */
static int put_jump(struct out *o, uint16_t op, uint32_t k, uint32_t yes, uint32_t no,
                    struct err *e)
{
    while (!in_reach(o, yes) || !in_reach(o, no)) {
        int r = bring_near(o, &yes, e);
        if (r >= 0)
            r = bring_near(o, &no, e);
        if (r < 0)
            return r;
    }
    return put(o, BPF_JMP | BPF_K | op, k, yes, no, e);
}

/* Writes a node with everything below it unless it is there already. Nodes below are older, so
 * this ends. Tests of the same word in a row share one load only through their position: each
 * reloads, which keeps every node enterable from anywhere. */
static int put_node(struct out *o, uint32_t node, struct err *e)
{
    const struct seccomp_node *n = &o->tree->nodes[node];
    int r;

    if (o->at[node])
        return 0;
    if (n->code == BPF_RET) {
        r = put(o, BPF_RET | BPF_K, n->k, 0, 0, e);
    } else {
        r = put_node(o, n->yes, e);
        if (r >= 0)
            r = put_node(o, n->no, e);
        if (r >= 0)
            r = put_jump(o, n->code, n->k, o->at[n->yes], o->at[n->no], e);
        if (r >= 0 && n->mask != UINT32_MAX)
            r = put(o, BPF_ALU | BPF_AND | BPF_K, n->mask, 0, 0, e);
        if (r >= 0)
            r = put(o, BPF_LD | BPF_W | BPF_ABS, n->off, 0, 0, e);
    }
    o->at[node] = o->n;
    return r;
}

/* Where a node can be jumped to. A far action is written again here, and serves from here on. */
static int leaf(struct out *o, uint32_t node, uint32_t *ret, struct err *e)
{
    int r = bring_near(o, &o->at[node], e);

    *ret = o->at[node];
    return r;
}

/* Single numbers amid a common fate: one test each, the leftmost first. */
static int put_comb(struct out *o, const struct seccomp_abi *abi, size_t from, size_t to,
                    uint32_t *ret, struct err *e)
{
    size_t common = seccomp_plan_common(abi, from, to);
    uint32_t yes, no;
    int r;

    r = leaf(o, abi->v[common].node, &no, e);
    for (size_t i = to; r >= 0 && i > from; i--) {
        const struct seccomp_range *tooth = &abi->v[i - 1];
        if ((i - 1 - common) % 2 == 0)
            continue;
        r = leaf(o, tooth->node, &yes, e);
        if (r >= 0)
            r = put_jump(o, BPF_JEQ, tooth->first, yes, no, e);
        no = o->n;
    }
    *ret = no;
    return r;
}

/* The search tree over the ranges from … to - 1; *ret is where it starts. The accumulator holds
 * the number. `plan` covers the slice, or is NULL. */
static int put_ranges(struct out *o, const struct seccomp_abi *abi, const struct seccomp_plan *plan,
                      size_t from, size_t to, uint32_t *ret, struct err *e)
{
    AUTO_SECCOMP_PLAN struct seccomp_plan own = { 0 };
    uint32_t yes, no;
    int r;

    if (to - from == 1)
        return leaf(o, abi->v[from].node, ret, e);
    if (!plan && to - from <= SECCOMP_PLAN_MAX) {
        r = seccomp_plan_make(abi, from, to, &own, e);
        if (r < 0)
            return r;
        plan = &own;
    }
    size_t m = plan ? seccomp_plan_split(plan, from, to) : seccomp_plan_middle(abi, from, to);
    if (m == SECCOMP_PLAN_COMB)
        return put_comb(o, abi, from, to, ret, e);
    r = put_ranges(o, abi, plan, m, to, &yes, e);
    if (r >= 0)
        r = put_ranges(o, abi, plan, from, m, &no, e);
    if (r >= 0)
        r = put_jump(o, BPF_JGE, abi->v[m].first, yes, no, e);
    *ret = o->n;
    return r;
}

static int put_abi(struct out *o, const struct seccomp_abi *abi, struct err *e)
{
    uint32_t start;
    int r;

    for (size_t i = 0; i < abi->n; i++) {
        r = put_node(o, abi->v[i].node, e);
        if (r < 0)
            return r;
    }
    r = put_ranges(o, abi, NULL, 0, abi->n, &start, e);
    if (r < 0)
        return r;
    if (start != o->n) { /* a single fate for all numbers */
        r = put(o, BPF_JMP | BPF_JA, o->n - start, 0, 0, e);
        if (r < 0)
            return r;
    }
    return put(o, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0, e);
}

/* The architectures back to front, and before each the test that leads past it. */
static int put_all(struct out *o, struct err *e)
{
    uint32_t next;
    int r;

    r = put_node(o, o->tree->other, e);
    next = o->at[o->tree->other];
    for (size_t i = o->tree->n_abis; r >= 0 && i > 0; i--) {
        const struct seccomp_abi *abi = &o->tree->abis[i - 1];
        r = put_abi(o, abi, e);
        if (r >= 0)
            r = put_jump(o, BPF_JEQ, abi->audit, o->n, next, e);
        next = o->n;
    }
    if (r >= 0)
        r = put(o, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0, e);
    return r;
}

int seccomp_emit(const struct seccomp_tree *t, struct seccomp_program *ret, struct err *e)
{
    AUTO_FREE uint32_t *at = calloc(t->n_nodes, sizeof(*at));
    AUTO_FREE struct out *o = calloc(1, sizeof(*o));
    int r;

    if (!at || !o)
        return err_nomem(e);
    o->tree = t;
    o->at = at;
    r = put_all(o, e);
    if (r < 0)
        return r;
    struct sock_filter *insns = calloc(o->n, sizeof(*insns));
    if (!insns)
        return err_nomem(e);
    for (uint32_t i = 0; i < o->n; i++)
        insns[i] = o->insns[o->n - 1 - i];
    *ret = (struct seccomp_program){ insns, o->n };
    return 0;
}
