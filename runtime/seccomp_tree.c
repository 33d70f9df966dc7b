/* SPDX-License-Identifier: MIT */
/* Evaluates a BPF program symbolically into ranges of system call numbers and argument tests. */
#include "runtime/seccomp_tree.h"

#include <linux/seccomp.h>
#include <string.h>

#define NODES_MAX 4096 /* more than BPF_MAXINSNS could hold in any case */

/* What the accumulator holds while architecture and number are known. */
enum acc_kind { ACC_CONST, ACC_NUMBER, ACC_ARG };

struct acc {
    enum acc_kind kind;
    uint32_t val; /* ACC_CONST, ACC_NUMBER */
    uint32_t off; /* ACC_ARG: the word, and'ed with mask */
    uint32_t mask;
};

/* What a test of an argument at some pc came to. Alternatives of a rule join again after each
 * test, so that without this n of them would be walked 2^n times. */
struct memo {
    uint32_t round; /* of the evaluation that it belongs to */
    uint32_t node;
    struct acc acc;
};

/* One evaluation. `last` shrinks to the largest number that takes the same way. */
struct eval {
    struct seccomp_tree *tree;
    const struct seccomp_program *prog;
    struct memo *memo; /* one for each instruction */
    uint32_t round;
    uint32_t audit;
    uint32_t number;
    uint32_t last;
};

void seccomp_tree_free(struct seccomp_tree *t)
{
    for (size_t i = 0; i < t->n_abis; i++)
        free(t->abis[i].v);
    free(t->nodes);
    *t = (struct seccomp_tree){ 0 };
}

/* The number of a node like this one: nodes are compared by content, so equal graphs are equal
 * numbers. */
static int intern(struct seccomp_tree *t, const struct seccomp_node *n, uint32_t *ret,
                  struct err *e)
{
    for (size_t i = 0; i < t->n_nodes; i++) {
        const struct seccomp_node *o = &t->nodes[i];
        if (o->code == n->code && o->k == n->k && o->off == n->off && o->mask == n->mask &&
            o->yes == n->yes && o->no == n->no) {
            *ret = (uint32_t)i;
            return 0;
        }
    }
    if (t->n_nodes >= NODES_MAX)
        return err_set(e, ERR_LIMIT, "seccomp: the profile's conditions are too many");
    if ((t->n_nodes & (t->n_nodes - 1)) == 0) {
        size_t cap = t->n_nodes ? t->n_nodes * 2 : 1;
        struct seccomp_node *more = reallocarray(t->nodes, cap, sizeof(*more));
        if (!more)
            return err_nomem(e);
        t->nodes = more;
    }
    t->nodes[t->n_nodes] = *n;
    *ret = (uint32_t)t->n_nodes++;
    return 0;
}

int seccomp_tree_action(struct seccomp_tree *t, uint32_t action, uint32_t *ret, struct err *e)
{
    struct seccomp_node n = { .code = BPF_RET, .k = action };

    return intern(t, &n, ret, e);
}

static int strange(const struct sock_filter *in, size_t pc, struct err *e)
{
    return err_set(e, ERR_UNSUPPORTED, "seccomp: instruction %zu (code 0x%x) is not understood", pc,
                   in->code);
}

static bool holds(uint16_t op, uint32_t a, uint32_t k)
{
    switch (op) {
    case BPF_JEQ: return a == k;
    case BPF_JGT: return a > k;
    case BPF_JGE: return a >= k;
    default: return (a & k) != 0;
    }
}

/* Larger numbers behave alike only up to where this comparison would turn out otherwise. */
static void bound(struct eval *v, uint16_t op, uint32_t k)
{
    uint32_t last = UINT32_MAX;

    if (op == BPF_JEQ)
        last = v->number == k ? k : v->number < k ? k - 1 : UINT32_MAX;
    else if (op == BPF_JGT && v->number <= k)
        last = k;
    else if (op == BPF_JGE && v->number < k)
        last = k - 1;
    if (last < v->last)
        v->last = last;
}

static int load(const struct eval *v, const struct sock_filter *in, size_t pc, struct acc *a,
                struct err *e)
{
    if (in->code == (BPF_LD | BPF_IMM)) {
        *a = (struct acc){ .kind = ACC_CONST, .val = in->k };
        return 0;
    }
    if (in->code != (BPF_LD | BPF_W | BPF_ABS) || in->k % 4 != 0 ||
        in->k >= sizeof(struct seccomp_data))
        return strange(in, pc, e);
    if (in->k == offsetof(struct seccomp_data, nr))
        *a = (struct acc){ .kind = ACC_NUMBER, .val = v->number };
    else if (in->k == offsetof(struct seccomp_data, arch))
        *a = (struct acc){ .kind = ACC_CONST, .val = v->audit };
    else
        *a = (struct acc){ .kind = ACC_ARG, .off = in->k, .mask = UINT32_MAX };
    return 0;
}

static int walk(struct eval *v, size_t pc, struct acc a, uint32_t *ret, struct err *e);

static bool same_acc(const struct acc *a, const struct acc *b)
{
    return a->kind == b->kind && a->val == b->val && a->off == b->off && a->mask == b->mask;
}

/* A test that only the call itself can answer becomes a node; both ways are followed. */
static int branch(struct eval *v, const struct sock_filter *in, size_t pc, const struct acc *a,
                  uint32_t *ret, struct err *e)
{
    struct memo *memo = &v->memo[pc];
    struct seccomp_node n = {
        .code = BPF_OP(in->code), .k = in->k, .off = a->off, .mask = a->mask
    };
    int r;

    if (memo->round == v->round && same_acc(&memo->acc, a)) {
        *ret = memo->node;
        return 0;
    }
    r = walk(v, pc + 1 + in->jt, *a, &n.yes, e);
    if (r < 0)
        return r;
    r = walk(v, pc + 1 + in->jf, *a, &n.no, e);
    if (r < 0)
        return r;
    *ret = n.yes;
    if (n.yes != n.no)
        r = intern(v->tree, &n, ret, e);
    *memo = (struct memo){ .round = v->round, .node = *ret, .acc = *a };
    return r;
}

/* One jump: the next pc, or SIZE_MAX when *ret has the answer of both ways. */
static int jump(struct eval *v, const struct sock_filter *in, size_t pc, const struct acc *a,
                size_t *next, uint32_t *ret, struct err *e)
{
    uint16_t op = BPF_OP(in->code);

    if (op == BPF_JA) {
        *next = pc + 1 + in->k;
        return 0;
    }
    if (BPF_SRC(in->code) != BPF_K || (op == BPF_JSET && a->kind == ACC_NUMBER))
        return strange(in, pc, e);
    if (a->kind == ACC_ARG) {
        *next = SIZE_MAX;
        return branch(v, in, pc, a, ret, e);
    }
    if (a->kind == ACC_NUMBER)
        bound(v, op, in->k);
    *next = pc + 1 + (holds(op, a->val, in->k) ? in->jt : in->jf);
    return 0;
}

/* Follows the program from pc. Jumps only go forward, so it ends. */
static int walk(struct eval *v, size_t pc, struct acc a, uint32_t *ret, struct err *e)
{
    while (pc < v->prog->len) {
        const struct sock_filter *in = &v->prog->insns[pc];
        int r = 0;

        switch (BPF_CLASS(in->code)) {
        case BPF_RET:
            if (BPF_RVAL(in->code) != BPF_K)
                return strange(in, pc, e);
            return seccomp_tree_action(v->tree, in->k, ret, e);
        case BPF_LD:
            r = load(v, in, pc, &a, e);
            pc++;
            break;
        case BPF_ALU:
            if (in->code != (BPF_ALU | BPF_AND | BPF_K) || a.kind == ACC_NUMBER)
                return strange(in, pc, e);
            a.val &= in->k;
            a.mask &= in->k;
            pc++;
            break;
        case BPF_JMP: {
            size_t next = SIZE_MAX;
            r = jump(v, in, pc, &a, &next, ret, e);
            if (r < 0 || next == SIZE_MAX)
                return r;
            pc = next;
            break;
        }
        default: return strange(in, pc, e);
        }
        if (r < 0)
            return r;
    }
    return err_set(e, ERR_INVALID, "seccomp: the program runs off its end");
}

static int evaluate(struct eval *v, uint32_t number, uint32_t *ret, struct err *e)
{
    v->round++;
    v->number = number;
    v->last = UINT32_MAX;
    return walk(v, 0, (struct acc){ 0 }, ret, e);
}

int seccomp_tree_eval(struct seccomp_tree *t, const struct seccomp_program *p, uint32_t audit,
                      uint32_t number, uint32_t *ret, struct err *e)
{
    AUTO_FREE struct memo *memo = calloc(p->len, sizeof(*memo));
    struct eval v = { .tree = t, .prog = p, .memo = memo, .audit = audit };

    return memo ? evaluate(&v, number, ret, e) : err_nomem(e);
}

/* Appends a range, or lets the one before go on when it has the same fate. */
static int append(struct seccomp_abi *abi, uint32_t first, uint32_t node, struct err *e)
{
    if (abi->n > 0 && abi->v[abi->n - 1].node == node)
        return 0;
    if ((abi->n & (abi->n - 1)) == 0) {
        size_t cap = abi->n ? abi->n * 2 : 1;
        struct seccomp_range *more = reallocarray(abi->v, cap, sizeof(*more));
        if (!more)
            return err_nomem(e);
        abi->v = more;
    }
    abi->v[abi->n++] = (struct seccomp_range){ first, node };
    return 0;
}

int seccomp_tree_add(struct seccomp_tree *t, const struct seccomp_program *p, uint32_t audit,
                     struct err *e)
{
    AUTO_FREE struct memo *memo = calloc(p->len, sizeof(*memo));
    struct eval v = { .tree = t, .prog = p, .memo = memo, .audit = audit };
    struct seccomp_abi *abi = &t->abis[t->n_abis];
    uint64_t number = 0;

    if (t->n_abis >= ARRAY_LEN(t->abis))
        return err_set(e, ERR_LIMIT, "seccomp: too many architectures");
    if (!memo)
        return err_nomem(e);
    *abi = (struct seccomp_abi){ .audit = audit };
    t->n_abis++;
    while (number <= UINT32_MAX) {
        uint32_t node;
        int r = evaluate(&v, (uint32_t)number, &node, e);
        if (r >= 0)
            r = append(abi, (uint32_t)number, node, e);
        if (r < 0)
            return r;
        number = (uint64_t)v.last + 1;
    }
    return 0;
}

static struct seccomp_abi *find_abi(struct seccomp_tree *t, uint32_t audit)
{
    for (size_t i = 0; i < t->n_abis; i++)
        if (t->abis[i].audit == audit)
            return &t->abis[i];
    return NULL;
}

int seccomp_tree_set(struct seccomp_tree *t, uint32_t audit, uint32_t first, uint32_t last,
                     uint32_t node, struct err *e)
{
    struct seccomp_abi *abi = find_abi(t, audit);
    struct seccomp_abi next = { .audit = audit };
    int r = 0;

    if (!abi || first > last)
        return 0;
    for (size_t i = 0; r >= 0 && i < abi->n; i++) {
        uint32_t from = abi->v[i].first;
        uint32_t to = i + 1 < abi->n ? abi->v[i + 1].first - 1 : UINT32_MAX;
        if (from < first)
            r = append(&next, from, abi->v[i].node, e);
        if (r >= 0 && from <= first && first <= to)
            r = append(&next, first, node, e);
        if (r >= 0 && to > last)
            r = append(&next, from > last ? from : last + 1, abi->v[i].node, e);
    }
    if (r < 0) {
        free(next.v);
        return r;
    }
    free(abi->v);
    *abi = next;
    return 0;
}

/* The numbers from `from` to `to`, which had one fate, with the points among them. */
static int append_points(struct seccomp_abi *abi, uint32_t from, uint32_t to, uint32_t node,
                         const struct seccomp_range **v, const struct seccomp_range *end,
                         struct err *e)
{
    uint64_t at = from;
    int r = 0;

    for (; r >= 0 && *v < end && (*v)->first <= to; (*v)++) {
        if (at < (*v)->first)
            r = append(abi, (uint32_t)at, node, e);
        if (r >= 0)
            r = append(abi, (*v)->first, (*v)->node, e);
        at = (uint64_t)(*v)->first + 1;
    }
    return r >= 0 && at <= to ? append(abi, (uint32_t)at, node, e) : r;
}

static bool may_set(const struct seccomp_abi *abi, const struct seccomp_range *v, size_t n,
                    uint32_t none)
{
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        while (at + 1 < abi->n && abi->v[at + 1].first <= v[i].first)
            at++;
        if ((i > 0 && v[i - 1].first == v[i].first && v[i - 1].node != v[i].node) ||
            (abi->v[at].node != none && abi->v[at].node != v[i].node))
            return false;
    }
    return true;
}

int seccomp_tree_points(struct seccomp_tree *t, uint32_t audit, const struct seccomp_range *v,
                        size_t n, uint32_t none, struct err *e)
{
    struct seccomp_abi *abi = find_abi(t, audit);
    struct seccomp_abi next = { .audit = audit };
    const struct seccomp_range *end = v + n;
    int r = 0;

    if (!abi || n == 0)
        return 1;
    if (!may_set(abi, v, n, none))
        return 0;
    for (size_t i = 0; r >= 0 && i < abi->n; i++) {
        uint32_t to = i + 1 < abi->n ? abi->v[i + 1].first - 1 : UINT32_MAX;
        r = append_points(&next, abi->v[i].first, to, abi->v[i].node, &v, end, e);
    }
    if (r < 0) {
        free(next.v);
        return r;
    }
    free(abi->v);
    *abi = next;
    return 1;
}
