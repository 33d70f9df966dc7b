/* SPDX-License-Identifier: MIT */
/* The table of limits: field of the spec, file, controller, formatter. */
#include "cgroup/cgroup_limit.h"

#include "base/log.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit_row.h"

static const struct cgroup_limit_row rows[] = {
    { "memory.limit", "memory.max", CGROUP_MEMORY, cgroup_limit_memory },
    { "memory.swap", "memory.swap.max", CGROUP_MEMORY, cgroup_limit_swap },
    { "memory.reservation", "memory.low", CGROUP_MEMORY, cgroup_limit_reservation },
    { "cpu.idle", "cpu.idle", CGROUP_CPU, cgroup_limit_not_idle },
    { "cpu.shares", "cpu.weight", CGROUP_CPU, cgroup_limit_shares },
    { "cpu.quota", "cpu.max", CGROUP_CPU, cgroup_limit_quota },
    { "cpu.burst", "cpu.max.burst", CGROUP_CPU, cgroup_limit_burst },
    { "cpu.idle", "cpu.idle", CGROUP_CPU, cgroup_limit_idle },
    { "cpu.realtimeRuntime", NULL, 0, cgroup_limit_realtime },
    { "cpu.cpus", "cpuset.cpus", CGROUP_CPUSET, cgroup_limit_cpus },
    { "cpu.mems", "cpuset.mems", CGROUP_CPUSET, cgroup_limit_mems },
    { "pids.limit", "pids.max", CGROUP_PIDS, cgroup_limit_pids },
    { "blockIO.weight", "io.bfq.weight", CGROUP_IO, cgroup_limit_io_weight },
    { "blockIO.weightDevice", "io.bfq.weight", CGROUP_IO, cgroup_limit_io_weight_device },
    { "blockIO.throttleReadBpsDevice", "io.max", CGROUP_IO, cgroup_limit_io_read_bps },
    { "blockIO.throttleWriteBpsDevice", "io.max", CGROUP_IO, cgroup_limit_io_write_bps },
    { "blockIO.throttleReadIOPSDevice", "io.max", CGROUP_IO, cgroup_limit_io_read_iops },
    { "blockIO.throttleWriteIOPSDevice", "io.max", CGROUP_IO, cgroup_limit_io_write_iops },
    { "hugepageLimits", NULL, CGROUP_HUGETLB, cgroup_limit_hugepages },
    { "rdma", "rdma.max", CGROUP_RDMA, cgroup_limit_rdma },
    { "network", NULL, 0, cgroup_limit_network },
    { "unified", NULL, 0, cgroup_limit_unified },
};

static void limit_free(struct cgroup_limit *l)
{
    free(l->file);
    free(l->value);
    free(l->alt_file);
    free(l->alt_value);
}

void cgroup_limits_free(struct cgroup_limits *l)
{
    for (size_t i = 0; i < l->n; i++)
        limit_free(&l->v[i]);
    free(l->v);
    *l = (struct cgroup_limits){ 0 };
}

void cgroup_limits_drop(struct cgroup_limits *l, unsigned controllers)
{
    size_t left = 0;

    for (size_t i = 0; i < l->n; i++)
        if (controllers && !(l->v[i].controller & controllers))
            l->v[left++] = l->v[i];
        else
            limit_free(&l->v[i]);
    l->n = left;
}

struct cgroup_limit *cgroup_limit_add(struct cgroup_limits *l, const struct cgroup_limit_row *row,
                                      const char *file, char *value)
{
    struct cgroup_limit *more = reallocarray(l->v, l->n + 1, sizeof(*more));

    if (!more) {
        free(value);
        return NULL;
    }
    l->v = more;
    struct cgroup_limit *limit = &l->v[l->n++];
    *limit = (struct cgroup_limit){
        .row = row,
        .field = row->field,
        .controller = row->controller,
        .file = str_dup(file),
        .value = value,
    };
    return limit->file && limit->value ? limit : NULL;
}

int cgroup_limits_make(const struct config_resources *r, struct cgroup_limits *ret, struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };

    for (size_t i = 0; r && i < ARRAY_LEN(rows); i++) {
        int rc = rows[i].format(&rows[i], r, &l, e);
        if (rc < 0)
            return rc;
    }
    *ret = l;
    l = (struct cgroup_limits){ 0 };
    return 0;
}

unsigned cgroup_limits_controllers(const struct cgroup_limits *l)
{
    unsigned set = 0;

    for (size_t i = 0; i < l->n; i++)
        if (!l->v[i].lax)
            set |= l->v[i].controller;
    return set;
}

/* ---- changes ---- */

static bool has_write(const struct cgroup_limits *l, const struct cgroup_limit *want)
{
    for (size_t i = 0; i < l->n; i++)
        if (STREQ(l->v[i].file, want->file) && STREQ(l->v[i].value, want->value))
            return true;
    return false;
}

/* Does `named` have the field? A field that cannot stand alone (swap) is there as well. */
static bool is_named(const struct cgroup_limit *l, const struct config_resources *named)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits own = { 0 };
    struct err e = ERR_INIT;

    if (!named)
        return false;
    if (l->row->format == cgroup_limit_unified)
        return json_map_has(&named->unified, l->file);
    return l->row->format(l->row, named, &own, &e) < 0 || own.n > 0;
}

static bool is_due(const struct cgroup_limit *l, const struct cgroup_change *c,
                   const struct cgroup_limits *was)
{
    return is_named(l, c->named) || !has_write(was, l);
}

/* A group that ceases to be idle has the kernel's weight, whatever it had before. */
static bool forgets_weight(const struct cgroup_limits *now, const struct cgroup_change *c,
                           const struct cgroup_limits *was)
{
    for (size_t i = 0; i < now->n; i++)
        if (STREQ(now->v[i].file, "cpu.idle") && STREQ(now->v[i].value, "0") &&
            is_due(&now->v[i], c, was))
            return true;
    return false;
}

int cgroup_limits_change(const struct cgroup_change *c, struct cgroup_limits *ret, struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits was = { 0 };
    AUTO_CGROUP_LIMITS struct cgroup_limits now = { 0 };
    struct err ignored = ERR_INIT;
    size_t n = 0;

    int r = cgroup_limits_make(c->now, &now, e);
    if (r < 0)
        return r;
    cgroup_limits_make(c->was, &was, &ignored);
    bool weight_too = forgets_weight(&now, c, &was);
    for (size_t i = 0; i < now.n; i++) {
        struct cgroup_limit l = now.v[i];
        if (!is_due(&l, c, &was) && !(weight_too && STREQ(l.file, "cpu.weight")))
            continue;
        now.v[i] = now.v[n];
        now.v[n++] = l;
    }
    for (size_t i = n; i < now.n; i++)
        limit_free(&now.v[i]);
    now.n = n;
    *ret = now;
    now = (struct cgroup_limits){ 0 };
    return 0;
}

int cgroup_limits_supersede(struct config_resources *now, const struct config_resources *named,
                            struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    int r = cgroup_limits_make(now, &l, e);

    for (size_t i = 0; r >= 0 && i < l.n; i++) {
        const char *const files[] = { l.v[i].file, l.v[i].alt_file };
        for (size_t k = 0; k < ARRAY_LEN(files); k++)
            if (files[k] && json_map_has(&now->unified, files[k]) &&
                !json_map_has(&named->unified, files[k]) && is_named(&l.v[i], named))
                json_map_del(&now->unified, files[k]);
    }
    return r;
}

/* ---- what v2 has no equivalent for, and engines still send ---- */

static bool has_leaf_weight(const struct config_block_io *b)
{
    for (size_t i = 0; b && i < b->n_weight_device; i++)
        if (b->weight_device[i].leaf_weight.set)
            return true;
    return b && b->leaf_weight.set && b->leaf_weight.val > 0;
}

void cgroup_limits_warn(const struct config_resources *r)
{
    const struct config_memory *m = r ? r->memory : NULL;

    if (m && m->swappiness.set)
        log_warn("memory.swappiness has no equivalent in cgroup v2 and is ignored");
    if (m && m->disable_oom_killer.set && m->disable_oom_killer.val)
        log_warn("memory.disableOOMKiller has no equivalent in cgroup v2 and is ignored");
    if (m && ((m->kernel.set && m->kernel.val > 0) || (m->kernel_tcp.set && m->kernel_tcp.val > 0)))
        log_warn("memory.kernel has no equivalent in cgroup v2 and is ignored");
    if (has_leaf_weight(r ? r->block_io : NULL))
        log_warn("blockIO.leafWeight has no equivalent in cgroup v2 and is ignored");
}
