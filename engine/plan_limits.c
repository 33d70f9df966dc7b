/* SPDX-License-Identifier: MIT */
/* Limits: cgroup resources and rlimits. */
#include "engine/plan.h"

#include "base/str.h"
#include "base/vec.h"
#include "cgroup/cgroup_pressure.h"
#include "engine/parse_limit.h"
#include "runtime/caps.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/resource.h>

/* The default of every container, whatever its caller's limits are: with a huge soft limit some
 * programs close a billion descriptors at start. */
#define NOFILE_SOFT 1024
#define NOFILE_HARD 524288

static struct opt_i64 given(int64_t v)
{
    return v == ARG_UNSET ? (struct opt_i64){ 0 } : (struct opt_i64){ true, v };
}

static struct opt_u64 given_unsigned(int64_t v)
{
    return v == ARG_UNSET ? (struct opt_u64){ 0 } : (struct opt_u64){ true, (uint64_t)v };
}

static int fill_memory(struct config_resources *res, const struct limit_args *l, struct err *e)
{
    bool limited = l->memory != ARG_UNSET || l->memory_swap != ARG_UNSET;

    if (!limited && l->memory_reservation == ARG_UNSET)
        return 0;
    struct config_memory *m = res->memory = calloc(1, sizeof(*m));
    if (!m)
        return err_nomem(e);
    m->limit = given(l->memory);
    m->swap = given(l->memory_swap);
    m->reservation = given(l->memory_reservation);
    /* For updates: what is in use is not killed to get below a new limit. */
    m->check_before_update = (struct opt_bool){ limited, limited };
    return 0;
}

static int fill_cpu(struct config_resources *res, const struct limit_args *l, struct err *e)
{
    const struct config_cpu cpu = {
        .shares = given_unsigned(l->cpu_shares),
        .quota = given(l->cpu_quota),
        .period = given_unsigned(l->cpu_period),
        .burst = given_unsigned(l->cpu_burst),
        .idle = given(l->cpu_idle),
    };

    if (!cpu.shares.set && !cpu.quota.set && !cpu.period.set && !cpu.burst.set && !cpu.idle.set &&
        !l->cpuset_cpus && !l->cpuset_mems)
        return 0;
    res->cpu = malloc(sizeof(*res->cpu));
    if (!res->cpu)
        return err_nomem(e);
    *res->cpu = cpu;
    if (str_set(&res->cpu->cpus, l->cpuset_cpus) < 0 ||
        str_set(&res->cpu->mems, l->cpuset_mems) < 0)
        return err_nomem(e);
    return 0;
}

static int fill_pids(struct config_resources *res, const struct limit_args *l, struct err *e)
{
    if (l->pids_limit == ARG_UNSET)
        return 0;
    res->pids = calloc(1, sizeof(*res->pids));
    if (!res->pids)
        return err_nomem(e);
    res->pids->limit = given(l->pids_limit);
    return 0;
}

static int fill_weights(struct config_block_io *b, char *const *texts, struct err *e)
{
    strv_foreach (it, texts) {
        CLEANUP(limit_device) struct limit_device d = { 0 };
        int r = parse_limit_device(*it, LIMIT_DEVICE_WEIGHT, &d, e);
        if (r < 0)
            return r;
        struct config_weight_device *v = VEC_ADD(b->weight_device, b->n_weight_device);
        if (!v)
            return err_nomem(e);
        v->major = d.major;
        v->minor = d.minor;
        v->weight = (struct opt_u32){ true, (uint32_t)d.value };
    }
    return 0;
}

static int fill_rates(struct config_throttle_list *list, char *const *texts,
                      enum limit_device_value value, struct err *e)
{
    strv_foreach (it, texts) {
        CLEANUP(limit_device) struct limit_device d = { 0 };
        int r = parse_limit_device(*it, value, &d, e);
        if (r < 0)
            return r;
        struct config_throttle_device *v = VEC_ADD(list->v, list->n);
        if (!v)
            return err_nomem(e);
        v->major = d.major;
        v->minor = d.minor;
        v->rate = d.value;
    }
    return 0;
}

static int fill_block_io(struct config_resources *res, const struct limit_args *l, struct err *e)
{
    if (l->blkio_weight == ARG_UNSET && !l->blkio_weight_devices && !l->device_read_bps &&
        !l->device_write_bps && !l->device_read_iops && !l->device_write_iops)
        return 0;
    struct config_block_io *b = res->block_io = calloc(1, sizeof(*b));
    if (!b)
        return err_nomem(e);
    if (l->blkio_weight != ARG_UNSET)
        b->weight = (struct opt_u32){ true, (uint32_t)l->blkio_weight };
    int r = fill_weights(b, l->blkio_weight_devices, e);
    if (r >= 0)
        r = fill_rates(&b->read_bps, l->device_read_bps, LIMIT_DEVICE_BYTES, e);
    if (r >= 0)
        r = fill_rates(&b->write_bps, l->device_write_bps, LIMIT_DEVICE_BYTES, e);
    if (r >= 0)
        r = fill_rates(&b->read_iops, l->device_read_iops, LIMIT_DEVICE_COUNT, e);
    if (r >= 0)
        r = fill_rates(&b->write_iops, l->device_write_iops, LIMIT_DEVICE_COUNT, e);
    return r;
}

/* What the spec has no field for goes to the file itself. */
static int fill_unified(struct config_resources *res, const struct limit_args *l, struct err *e)
{
    const struct {
        const char *file;
        int64_t value;
    } own[] = { { "memory.high", l->memory_high },
                { "memory.min", l->memory_min },
                { "memory.oom.group", l->oom_group } };
    char text[32];

    strv_foreach (it, l->unified)
        if (json_map_assign(&res->unified, *it) < 0)
            return err_nomem(e);
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (own[i].value == ARG_UNSET)
            continue;
        snprintf(text, sizeof(text), "%" PRId64, own[i].value);
        if (json_map_set(&res->unified, own[i].file, own[i].value < 0 ? "max" : text) < 0)
            return err_nomem(e);
    }
    return 0;
}

int plan_limits_fill(const struct limit_args *l, struct config_resources *res, struct err *e)
{
    static int (*const parts[])(struct config_resources *, const struct limit_args *,
                                struct err *) = { fill_memory, fill_cpu, fill_pids, fill_block_io,
                                                  fill_unified };
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ARRAY_LEN(parts); i++)
        r = parts[i](res, l, e);
    return r;
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

/* Whoever may not raise hard limits gives his own: nobody has asked for more. */
static uint64_t nofile_hard(void)
{
    struct rlimit own;

    if (getrlimit(RLIMIT_NOFILE, &own) < 0 || own.rlim_max >= NOFILE_HARD ||
        caps_have(CAP_SYS_RESOURCE))
        return NOFILE_HARD;
    return own.rlim_max;
}

static int fill_rlimits(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct config_process *proc = plan->config.process;
    struct ulimit_spec u;

    uint64_t hard = nofile_hard();
    int r = add_rlimit(proc, RLIMIT_NOFILE, hard < NOFILE_SOFT ? hard : NOFILE_SOFT, hard, e);

    strv_foreach (it, args->ulimits) {
        if (r >= 0)
            r = parse_limit_ulimit(*it, &u, e);
        if (r >= 0)
            r = add_rlimit(proc, u.resource, u.soft, u.hard, e);
    }
    if (r >= 0 && strv_extend(&plan->record.ulimits, args->ulimits) < 0)
        r = err_nomem(e);
    return r;
}

/* The triggers, in the form in which nothing is left out. */
static int fill_pressure(struct plan *plan, char *const *specs, struct err *e)
{
    struct cgroup_pressure p;

    strv_foreach (spec, specs) {
        AUTO_BUF struct buf full = { 0 };
        int r = cgroup_pressure_parse(*spec, &p, e);
        if (r < 0)
            return err_wrap(e, "--pressure");
        cgroup_pressure_text(&p, &full);
        if (full.failed || strv_push(&plan->record.pressure, buf_take(&full)) < 0)
            return err_nomem(e);
    }
    return 0;
}

int plan_limits(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct limit_args l = args->limits;

    struct config_resources *res = plan->config.lnx.resources;
    if (!res)
        res = plan->config.lnx.resources = calloc(1, sizeof(*res));
    if (!res)
        return err_nomem(e);
    parse_limit_warn(&l);
    int r = parse_limit(&l, &plan->record.limits, e);
    if (r >= 0)
        r = parse_limit_host(&l, e);
    if (r >= 0)
        r = plan_limits_fill(&l, res, e);
    if (r >= 0)
        r = fill_pressure(plan, args->pressure, e);
    return r < 0 ? r : fill_rlimits(plan, args, e);
}
