/* SPDX-License-Identifier: MIT */
/* Events of a container as runc writes them (its types/events.go). */
#include "cli/oci/oci_events_json.h"

#include "base/json_out.h"
#include "base/str.h"
#include "cli/psi_json.h"

#define NSEC 1000 /* in a µs: the kernel counts these, runc those */

static void begin(struct json_out *o, const char *key)
{
    json_out_key(o, key);
    json_out_object(o);
}

static void number(struct json_out *o, const char *key, uint64_t v)
{
    json_out_key(o, key);
    json_out_u64(o, v);
}

/* Go's omitempty. */
static void some(struct json_out *o, const char *key, uint64_t v)
{
    if (v)
        number(o, key, v);
}

static void cpu(struct json_out *o, const struct cgroup_stat_cpu *c)
{
    begin(o, "cpu");
    begin(o, "usage");
    some(o, "total", c->usage * NSEC);
    number(o, "kernel", c->system * NSEC);
    number(o, "user", c->user * NSEC);
    json_out_object_end(o);
    begin(o, "throttling");
    some(o, "periods", c->periods);
    some(o, "throttledPeriods", c->throttled);
    some(o, "throttledTime", c->throttled_usec * NSEC);
    json_out_object_end(o);
    psi_json(o, "psi", &c->psi);
    json_out_object_end(o);
}

/* Flags of cgroup v1's cpuset: all off. */
static void cpuset(struct json_out *o)
{
    static const char *const keys[] = {
        "cpu_exclusive",   "mem_hardwall",       "mem_exclusive",
        "memory_migrate",  "memory_spread_page", "memory_spread_slab",
        "memory_pressure", "sched_load_balance", "sched_relax_domain_level",
    };

    begin(o, "cpuset");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        number(o, keys[i], 0);
    json_out_object_end(o);
}

static void memory_entry(struct json_out *o, const char *key, uint64_t limit, uint64_t usage,
                         uint64_t max)
{
    begin(o, key);
    number(o, "limit", limit);
    some(o, "usage", usage);
    some(o, "max", max);
    number(o, "failcnt", 0);
    json_out_object_end(o);
}

/* Swap with memory, as v1 counted it; no limit plus anything is no limit. */
static uint64_t both_limits(const struct cgroup_stat_memory *m)
{
    if (m->max == CGROUP_STAT_NO_LIMIT || m->swap_max == CGROUP_STAT_NO_LIMIT)
        return CGROUP_STAT_NO_LIMIT;
    return m->max + m->swap_max;
}

static void memory(struct json_out *o, const struct cgroup_stat *s)
{
    const struct cgroup_stat_memory *m = &s->memory;

    begin(o, "memory");
    some(o, "cache", m->file);
    memory_entry(o, "usage", m->there ? m->max : 0, m->current, m->peak);
    memory_entry(o, "swap", m->there ? both_limits(m) : 0, m->current + m->swap_current, 0);
    memory_entry(o, "kernel", 0, 0, 0);
    memory_entry(o, "kernelTCP", 0, 0, 0);
    if (s->memory_raw.n > 0) {
        begin(o, "raw");
        json_map_foreach(it, &s->memory_raw) number(o, it->key, strtoull(it->val, NULL, 10));
        json_out_object_end(o);
    }
    psi_json(o, "psi", &m->psi);
    json_out_object_end(o);
}

static void pids(struct json_out *o, const struct cgroup_stat *s)
{
    begin(o, "pids");
    some(o, "current", s->pids);
    some(o, "limit", s->pids_max == CGROUP_STAT_NO_LIMIT ? 0 : s->pids_max);
    json_out_object_end(o);
}

/* One list: for each device an entry an operation. What was discarded has no place in it: of v2's
 * counters runc takes these two. */
static void io_list(struct json_out *o, const char *key, const struct cgroup_stat *s, bool bytes)
{
    json_out_key(o, key);
    json_out_array(o);
    for (size_t i = 0; i < s->n_io; i++) {
        const struct cgroup_stat_io *d = &s->io[i];
        const struct {
            const char *op;
            uint64_t value;
        } ops[] = { { "Read", bytes ? d->rbytes : d->rios },
                    { "Write", bytes ? d->wbytes : d->wios } };
        for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
            json_out_object(o);
            some(o, "major", d->major);
            some(o, "minor", d->minor);
            json_out_member_str(o, "op", ops[k].op);
            some(o, "value", ops[k].value);
            json_out_object_end(o);
        }
    }
    json_out_array_end(o);
}

static void block_io(struct json_out *o, const struct cgroup_stat *s)
{
    begin(o, "blkio");
    if (s->n_io > 0) {
        io_list(o, "ioServiceBytesRecursive", s, true);
        io_list(o, "ioServicedRecursive", s, false);
    }
    psi_json(o, "psi", &s->io_psi);
    json_out_object_end(o);
}

static void hugetlb(struct json_out *o, const struct cgroup_stat *s)
{
    begin(o, "hugetlb");
    for (size_t i = 0; i < s->n_hugetlb; i++) {
        begin(o, s->hugetlb[i].size);
        some(o, "usage", s->hugetlb[i].current);
        number(o, "failcnt", s->hugetlb[i].events);
        json_out_object_end(o);
    }
    json_out_object_end(o);
}

static void event(struct json_out *o, const char *type, const char *id)
{
    json_out_object(o);
    json_out_member_str(o, "type", type);
    json_out_member_str(o, "id", id);
    json_out_key(o, "data");
}

static void event_end(struct json_out *o)
{
    json_out_object_end(o);
    buf_char(o->buf, '\n');
}

void oci_events_json_stats(const char *id, const struct cgroup_stat *s, struct buf *out)
{
    struct json_out o = { .buf = out };

    event(&o, "stats", id);
    json_out_object(&o);
    cpu(&o, &s->cpu);
    cpuset(&o);
    memory(&o, s);
    pids(&o, s);
    block_io(&o, s);
    hugetlb(&o, s);
    begin(&o, "intel_rdt");
    json_out_object_end(&o);
    json_out_key(&o, "network_interfaces");
    json_out_null(&o);
    json_out_object_end(&o);
    event_end(&o);
}

void oci_events_json_oom(const char *id, const struct oom *oom, struct buf *out)
{
    struct json_out o = { .buf = out };

    event(&o, "oom", id);
    json_out_table(&o, &oom_table, oom);
    event_end(&o);
}

void oci_events_json_pressure(const char *id, const struct cgroup_pressure *p,
                              const struct cgroup_stat *s, struct buf *out)
{
    struct json_out o = { .buf = out };

    event(&o, "pressure", id);
    json_out_object(&o);
    json_out_member_str(&o, "resource", p->resource);
    json_out_member_str(&o, "kind", p->full ? "full" : "some");
    number(&o, "stall", p->stall_us);
    number(&o, "window", p->window_us);
    psi_json_line(&o, "psi", cgroup_pressure_now(p, s));
    json_out_object_end(&o);
    event_end(&o);
}
