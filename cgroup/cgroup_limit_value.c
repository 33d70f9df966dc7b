/* SPDX-License-Identifier: MIT */
/* Formatters of memory, cpu and pids limits: v1's units become v2's. */
#include "base/str.h"
#include "cgroup/cgroup_limit_row.h"

#include <inttypes.h>

#define DEFAULT_PERIOD 100000 /* µs, the kernel's */

/* A number of bytes or processes; -1 is unlimited, and asks for nothing. */
static int add_number(const struct cgroup_limit_row *row, int64_t value, struct cgroup_limits *l,
                      struct err *e)
{
    if (value < -1)
        return err_set(e, ERR_INVALID, "%s: %" PRId64 " is negative", row->field, value);
    char *text = value < 0 ? str_dup("max") : str_fmt("%" PRId64, value);
    struct cgroup_limit *limit = cgroup_limit_add(l, row, row->file, text);
    if (!limit)
        return err_nomem(e);
    limit->lax = value < 0;
    return 0;
}

/* 0 is "not set", as runc has it: nothing could run. */
CGROUP_LIMIT_FORMATTER(memory)
{
    if (!r->memory || !r->memory->limit.set || r->memory->limit.val == 0)
        return 0;
    return add_number(row, r->memory->limit.val, l, e);
}

/* The spec counts memory and swap together, as v1 did; v2 counts swap alone. */
CGROUP_LIMIT_FORMATTER(swap)
{
    const struct config_memory *m = r->memory;
    int64_t limit = m && m->limit.set ? m->limit.val : 0;
    int64_t swap = m && m->swap.set ? m->swap.val : 0;

    if (swap == 0 && limit == -1)
        return add_number(row, -1, l, e);
    if (swap == 0)
        return 0;
    if (swap < 0)
        return add_number(row, swap, l, e);
    if (limit <= 0)
        return err_set(e, ERR_INVALID, "%s: needs memory.limit: it counts memory and swap together",
                       row->field);
    if (swap < limit)
        return err_set(e, ERR_INVALID,
                       "%s: %" PRId64 " is less than memory.limit (%" PRId64
                       "): it counts memory and swap together",
                       row->field, swap, limit);
    int rc = add_number(row, swap - limit, l, e);
    /* Without swap accounting there is no swap to keep from the container. */
    if (rc >= 0 && swap == limit)
        l->v[l->n - 1].young = true;
    return rc;
}

/* 0 is no protection: what a group without has. */
CGROUP_LIMIT_FORMATTER(reservation)
{
    if (!r->memory || !r->memory->reservation.set)
        return 0;
    int rc = add_number(row, r->memory->reservation.val, l, e);
    if (rc >= 0 && r->memory->reservation.val == 0)
        l->v[l->n - 1].lax = true;
    return rc;
}

#define SHARES_MIN 2 /* of cgroup v1's cpu.shares, as the kernel had it */
#define SHARES_MAX 262144
#define WEIGHT_MAX 10000 /* of cpu.weight, from 1 */

/* The one range laid onto the other, as crun and runc do it: containers of theirs and ours on one
 * host share its cpus as their shares say. 1024 becomes 39, not the 100 of a group without. */
CGROUP_LIMIT_FORMATTER(shares)
{
    if (!r->cpu || !r->cpu->shares.set || r->cpu->shares.val == 0)
        return 0;
    uint64_t shares = r->cpu->shares.val;
    if (shares < SHARES_MIN || shares > SHARES_MAX)
        return err_set(e, ERR_INVALID, "%s: %" PRIu64 " is not between %d and %d", row->field,
                       shares, SHARES_MIN, SHARES_MAX);
    uint64_t weight = 1 + (shares - SHARES_MIN) * (WEIGHT_MAX - 1) / (SHARES_MAX - SHARES_MIN);
    if (!cgroup_limit_add(l, row, row->file, str_fmt("%" PRIu64, weight)))
        return err_nomem(e);
    return 0;
}

CGROUP_LIMIT_FORMATTER(quota)
{
    int64_t quota = r->cpu && r->cpu->quota.set ? r->cpu->quota.val : 0;
    uint64_t period = r->cpu && r->cpu->period.set ? r->cpu->period.val : 0;
    char *text;

    if (quota == 0 && period == 0)
        return 0;
    if (period == 0)
        period = DEFAULT_PERIOD;
    if (quota > 0)
        text = str_fmt("%" PRId64 " %" PRIu64, quota, period);
    else
        text = str_fmt("max %" PRIu64, period);
    struct cgroup_limit *limit = cgroup_limit_add(l, row, row->file, text);
    if (!limit)
        return err_nomem(e);
    limit->lax = quota <= 0;
    return 0;
}

CGROUP_LIMIT_FORMATTER(burst)
{
    if (!r->cpu || !r->cpu->burst.set)
        return 0;
    struct cgroup_limit *limit =
        cgroup_limit_add(l, row, row->file, str_fmt("%" PRIu64, r->cpu->burst.val));
    if (!limit)
        return err_nomem(e);
    limit->lax = r->cpu->burst.val == 0;
    return 0;
}

static int add_idle(const struct cgroup_limit_row *row, int64_t idle, struct cgroup_limits *l,
                    struct err *e)
{
    struct cgroup_limit *limit = cgroup_limit_add(l, row, row->file, str_fmt("%" PRId64, idle));
    if (!limit)
        return err_nomem(e);
    limit->lax = idle == 0;
    return 0;
}

/* An idle group takes no weight: it ceases to be idle before, and becomes so after. */
CGROUP_LIMIT_FORMATTER(not_idle)
{
    bool busy = r->cpu && r->cpu->idle.set && r->cpu->idle.val == 0;

    return busy ? add_idle(row, 0, l, e) : 0;
}

CGROUP_LIMIT_FORMATTER(idle)
{
    bool idle = r->cpu && r->cpu->idle.set && r->cpu->idle.val != 0;

    return idle ? add_idle(row, r->cpu->idle.val, l, e) : 0;
}

CGROUP_LIMIT_FORMATTER(realtime)
{
    const struct config_cpu *c = r->cpu;

    if (c && ((c->realtime_runtime.set && c->realtime_runtime.val != 0) ||
              (c->realtime_period.set && c->realtime_period.val != 0)))
        return err_set(e, ERR_UNSUPPORTED, "%s: cgroup v2 has no limits of real-time scheduling",
                       row->field);
    return 0;
}

static int add_list(const struct cgroup_limit_row *row, const char *list, struct cgroup_limits *l,
                    struct err *e)
{
    if (str_empty(list))
        return 0;
    return cgroup_limit_add(l, row, row->file, str_dup(list)) ? 0 : err_nomem(e);
}

CGROUP_LIMIT_FORMATTER(cpus)
{
    return add_list(row, r->cpu ? r->cpu->cpus : NULL, l, e);
}

CGROUP_LIMIT_FORMATTER(mems)
{
    return add_list(row, r->cpu ? r->cpu->mems : NULL, l, e);
}

/* 0 is unlimited, as crun and docker have it. */
CGROUP_LIMIT_FORMATTER(pids)
{
    if (!r->pids || !r->pids->limit.set)
        return 0;
    return add_number(row, r->pids->limit.val ? r->pids->limit.val : -1, l, e);
}
