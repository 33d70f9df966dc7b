/* SPDX-License-Identifier: MIT */
/* Dynamic programming over slices: weighs the ways that numbers take against instructions. */
#include "runtime/seccomp_plan.h"

#include <string.h>

/* The kernel evaluates a new filter for every number that it has, to learn which calls are always
 * allowed (kernel/seccomp.c, seccomp_cache_prepare): fewer than this many. Then it compiles the
 * filter. One instruction more costs about as much there as this many evaluated ones: measured. */
#define KERNEL_NUMBERS   512
#define INSTRUCTION_COST 40

#define HOW_COMB 0 /* else the number of ranges to the left of the split */

void seccomp_plan_free(struct seccomp_plan *p)
{
    free(p->how);
    *p = (struct seccomp_plan){ 0 };
}

/* How many of the kernel's numbers are in a range; those beyond count little. */
static uint64_t weight(const struct seccomp_abi *abi, size_t i)
{
    uint32_t first = abi->v[i].first;

    if (first >= KERNEL_NUMBERS)
        return 1;
    bool last = i + 1 == abi->n || abi->v[i + 1].first > KERNEL_NUMBERS;
    return (last ? KERNEL_NUMBERS : abi->v[i + 1].first) - first;
}

size_t seccomp_plan_middle(const struct seccomp_abi *abi, size_t from, size_t to)
{
    uint64_t total = 0, left = 0;
    size_t i = from;

    for (size_t j = from; j < to; j++)
        total += weight(abi, j);
    while (i < to - 1 && left + weight(abi, i) / 2 < total / 2)
        left += weight(abi, i++);
    return i == from ? from + 1 : i;
}

static bool is_single(const struct seccomp_abi *abi, size_t i)
{
    return i + 1 < abi->n && abi->v[i].first + 1 == abi->v[i + 1].first;
}

/* True when the ranges at `common`, `common` + 2, … share a fate and all others are single. */
static bool is_comb(const struct seccomp_abi *abi, size_t from, size_t to, size_t common)
{
    for (size_t i = from; i < to; i++) {
        bool tooth = (i - common) % 2 != 0;
        if (tooth ? !is_single(abi, i) : abi->v[i].node != abi->v[common].node)
            return false;
    }
    return true;
}

size_t seccomp_plan_common(const struct seccomp_abi *abi, size_t from, size_t to)
{
    return is_comb(abi, from, to, from) ? from : from + 1;
}

/* What picking the teeth out one by one costs; they are tested from the left. */
static uint64_t comb_cost(const struct seccomp_abi *abi, size_t from, size_t to, size_t common)
{
    uint64_t teeth = 0, cost = 0, rest = 0;

    for (size_t i = from; i < to; i++)
        if ((i - common) % 2 != 0)
            cost += ++teeth;
        else
            rest += weight(abi, i);
    return cost + teeth * (rest + INSTRUCTION_COST);
}

static size_t slot(const struct seccomp_plan *p, size_t from, size_t len)
{
    return (len - 1) * p->n - (len - 1) * (len - 2) / 2 + from;
}

/* What is known of the slices: by slot(), but for `sum`. */
struct work {
    uint64_t *cost;
    uint16_t *split; /* the best one, also where a comb is better still */
    uint64_t *sum;   /* the weight of all ranges before a position */
};

static void work_free(struct work *w)
{
    free(w->cost);
    free(w->split);
    free(w->sum);
}
DEFINE_CLEANUP(struct work, work, work_free(p))

/* The best split moves to the right with either end of a slice (Knuth, "Optimum binary search
 * trees", 1971): it is looked for between those of the two slices that are shorter by one. Combs
 * are not what he thought of; with them it is nearly the best. */
static uint64_t best_split(const struct seccomp_plan *p, const struct work *w, size_t from,
                           size_t len, size_t *ret)
{
    size_t left = len > 2 ? w->split[slot(p, from, len - 1)] : 1;
    size_t last = len > 2 ? w->split[slot(p, from + 1, len - 1)] + 1u : 1;
    uint64_t best = UINT64_MAX;

    for (; left <= last; left++) {
        uint64_t c = w->cost[slot(p, from, left)] + w->cost[slot(p, from + left, len - left)];
        if (c < best) {
            best = c;
            *ret = left;
        }
    }
    return best + w->sum[from + len] - w->sum[from] + INSTRUCTION_COST;
}

/* The cheapest way for one slice, given those for all shorter ones. Positions count from
 * p->from. */
static void solve(const struct seccomp_plan *p, const struct work *w, size_t from, size_t len)
{
    size_t a = p->from + from, b = a + len, how = 1;
    uint64_t best = best_split(p, w, from, len, &how);

    w->split[slot(p, from, len)] = (uint16_t)how;
    for (size_t common = a; common < a + 2; common++) {
        if (!is_comb(p->abi, a, b, common))
            continue;
        uint64_t c = comb_cost(p->abi, a, b, common);
        if (c <= best) {
            best = c;
            how = HOW_COMB;
        }
    }
    w->cost[slot(p, from, len)] = best;
    p->how[slot(p, from, len)] = (uint16_t)how;
}

int seccomp_plan_make(const struct seccomp_abi *abi, size_t from, size_t to,
                      struct seccomp_plan *ret, struct err *e)
{
    size_t n = to - from, entries = n * (n + 1) / 2;
    CLEANUP(work)
    struct work w = { .cost = calloc(entries, sizeof(*w.cost)),
                      .split = calloc(entries, sizeof(*w.split)),
                      .sum = calloc(n + 1, sizeof(*w.sum)) };
    struct seccomp_plan p = {
        .abi = abi, .from = from, .n = n, .how = calloc(entries, sizeof(*p.how))
    };

    if (!w.cost || !w.split || !w.sum || !p.how) {
        seccomp_plan_free(&p);
        return err_nomem(e);
    }
    for (size_t i = 0; i < n; i++)
        w.sum[i + 1] = w.sum[i] + weight(abi, from + i);
    for (size_t len = 2; len <= n; len++)
        for (size_t i = 0; i + len <= n; i++)
            solve(&p, &w, i, len);
    *ret = p;
    return 0;
}

size_t seccomp_plan_split(const struct seccomp_plan *p, size_t from, size_t to)
{
    size_t left = p->how[slot(p, from - p->from, to - from)];

    return left == HOW_COMB ? SECCOMP_PLAN_COMB : from + left;
}
