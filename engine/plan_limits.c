/* SPDX-License-Identifier: MIT */
/* Limits: cgroup resources and rlimits. */
#include "engine/plan.h"

#include "base/str.h"
#include "base/vec.h"
#include "engine/parse_limit.h"

#include <sys/resource.h>

/* The default of every container, whatever its caller's limits are: with a huge soft limit some
 * programs close a billion descriptors at start. */
#define NOFILE_SOFT 1024
#define NOFILE_HARD 524288

static struct opt_i64 given(int64_t v)
{
    return v == ARG_UNSET ? (struct opt_i64){ 0 } : (struct opt_i64){ true, v };
}

static int fill_memory(struct config_resources *res, const struct limit_spec *l, struct err *e)
{
    if (l->memory == ARG_UNSET && l->memory_swap == ARG_UNSET && l->memory_reservation == ARG_UNSET)
        return 0;
    res->memory = calloc(1, sizeof(*res->memory));
    if (!res->memory)
        return err_nomem(e);
    res->memory->limit = given(l->memory);
    res->memory->swap = given(l->memory_swap);
    res->memory->reservation = given(l->memory_reservation);
    return 0;
}

static int fill_cpu(struct config_resources *res, const struct limit_spec *l, struct err *e)
{
    if (l->cpu_shares == ARG_UNSET && l->cpu_quota == ARG_UNSET && l->cpu_period == ARG_UNSET &&
        !l->cpuset_cpus && !l->cpuset_mems)
        return 0;
    struct config_cpu *cpu = res->cpu = calloc(1, sizeof(*cpu));
    if (!cpu)
        return err_nomem(e);
    cpu->quota = given(l->cpu_quota);
    if (l->cpu_shares != ARG_UNSET)
        cpu->shares = (struct opt_u64){ true, (uint64_t)l->cpu_shares };
    if (l->cpu_period != ARG_UNSET)
        cpu->period = (struct opt_u64){ true, (uint64_t)l->cpu_period };
    cpu->cpus = str_dup(l->cpuset_cpus);
    cpu->mems = str_dup(l->cpuset_mems);
    return 0;
}

static int64_t shown(int64_t v)
{
    return v == ARG_UNSET ? 0 : v;
}

static int fill_record(struct record_limits *rec, const struct run_args *args,
                       const struct limit_spec *l, struct err *e)
{
    rec->memory = shown(l->memory);
    rec->memory_swap = shown(l->memory_swap);
    rec->memory_reservation = shown(l->memory_reservation);
    rec->nano_cpus = shown(args->cpus);
    rec->cpu_shares = shown(l->cpu_shares);
    rec->cpu_period = shown(args->cpu_period);
    rec->cpu_quota = shown(args->cpu_quota);
    rec->pids = shown(l->pids);
    if (str_set(&rec->cpuset_cpus, l->cpuset_cpus) < 0 ||
        str_set(&rec->cpuset_mems, l->cpuset_mems) < 0)
        return err_nomem(e);
    return 0;
}

static int add_rlimit(struct config_process *proc, int type, uint64_t soft, uint64_t hard,
                      struct err *e)
{
    struct config_rlimit *v = proc->rlimits;

    for (size_t i = 0; i < proc->n_rlimits; i++) {
        if (v[i].type == type) {
            v[i].soft = soft;
            v[i].hard = hard;
            return 0;
        }
    }
    v = VEC_ADD(proc->rlimits, proc->n_rlimits);
    if (!v)
        return err_nomem(e);
    *v = (struct config_rlimit){ .type = type, .soft = soft, .hard = hard };
    return 0;
}

static int fill_rlimits(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct config_process *proc = plan->config.process;
    struct ulimit_spec u;

    int r = add_rlimit(proc, RLIMIT_NOFILE, NOFILE_SOFT, NOFILE_HARD, e);
    strv_foreach (it, args->ulimits) {
        if (r >= 0)
            r = parse_limit_ulimit(*it, &u, e);
        if (r >= 0)
            r = add_rlimit(proc, u.resource, u.soft, u.hard, e);
    }
    return r;
}

int plan_limits(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct limit_spec l;

    int r = parse_limit(args, &l, e);
    if (r < 0)
        return r;
    struct config_resources *res = plan->config.lnx.resources;
    if (!res)
        res = plan->config.lnx.resources = calloc(1, sizeof(*res));
    if (!res)
        return err_nomem(e);
    r = fill_memory(res, &l, e);
    if (r >= 0)
        r = fill_cpu(res, &l, e);
    if (r >= 0 && l.pids != ARG_UNSET) {
        res->pids = calloc(1, sizeof(*res->pids));
        if (!res->pids)
            return err_nomem(e);
        res->pids->limit = given(l.pids);
    }
    if (r >= 0)
        r = fill_record(&plan->record.limits, args, &l, e);
    return r < 0 ? r : fill_rlimits(plan, args, e);
}
