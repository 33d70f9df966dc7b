/* SPDX-License-Identifier: MIT */
/* Limits and annotations as properties of systemd units. */
#include "base/str.h"
#include "cgroup/cgroup_property.h"
#include "tests/unit/unit.h"

/* The last property of that name. */
static const struct cgroup_property *find(const struct cgroup_properties *p, const char *name)
{
    for (size_t i = p->n; i-- > 0;)
        if (STREQ(p->v[i].name, name))
            return &p->v[i];
    return NULL;
}

/* The first item of the only tuple of an "a(st)", or the value itself. */
static const struct cgroup_variant *number_in(const struct cgroup_variant *v)
{
    return STREQ(v->type, "a(st)") ? &v->items[0].items[1] : v;
}

static const struct {
    const char *file;
    const char *value;
    const char *property;
    const char *type; /* NULL: systemd is not told */
    uint64_t number;
    const char *text;
} limits[] = {
    { "memory.max", "1048576", "MemoryMax", "t", 1048576 },
    { "memory.max", "max", "MemoryMax", "t", UINT64_MAX },
    { "memory.max", "0", "MemoryMax", "t", 1 },
    { "memory.max", "garbage", "MemoryMax", NULL },
    { "memory.high", "64M", "MemoryHigh", "t", 67108864 },
    { "memory.high", "0x10k", "MemoryHigh", "t", 16384 },
    { "memory.high", "64 M", "MemoryHigh", NULL },
    { "memory.high", "99999999e", "MemoryHigh", NULL },
    { "memory.low", "0", "MemoryLow", "t", 0 },
    { "memory.zswap.max", "0", "MemoryZSwapMax", "t", 0 },
    { "memory.oom.group", "1", "OOMPolicy", "s", 0, "kill" },
    { "memory.oom.group", "0", "OOMPolicy", "s", 0, "continue" },
    { "pids.max", "20", "TasksMax", "t", 20 },
    { "cpu.weight", "39", "CPUWeight", "t", 39 },
    { "cpu.weight", "0", "CPUWeight", NULL },
    { "cpu.weight", "10001", "CPUWeight", NULL },
    { "cpu.idle", "1", "CPUWeight", "t", 0 },
    { "cpu.idle", "0", "CPUWeight", "t", UINT64_MAX },
    { "cpu.max", "50000 200000", "CPUQuotaPerSecUSec", "t", 250000 },
    { "cpu.max", "50000 200000", "CPUQuotaPeriodUSec", "t", 200000 },
    { "cpu.max", "33333 100000", "CPUQuotaPerSecUSec", "t", 340000 },
    { "cpu.max", "1000 1000000", "CPUQuotaPerSecUSec", "t", 10000 },
    { "cpu.max", "max 100000", "CPUQuotaPerSecUSec", "t", UINT64_MAX },
    { "cpu.max", "max 50000", "CPUQuotaPeriodUSec", "t", 50000 },
    { "cpu.max", "max", "CPUQuotaPeriodUSec", "t", 100000 },
    { "cpu.max", "1000", "CPUQuotaPerSecUSec", "t", 10000 },
    { "cpu.max", "x", "CPUQuotaPerSecUSec", NULL },
    { "io.weight", "default 50", "IOWeight", "t", 50 },
    { "io.weight", "8:0 70", "IODeviceWeight", "a(st)", 70, "/dev/block/8:0" },
    { "io.weight", "10001", "IOWeight", NULL },
    { "io.max", "8:16 rbps=5", "IOReadBandwidthMax", "a(st)", 5, "/dev/block/8:16" },
    { "io.max", "8:16 rbps=5 wiops=max", "IOWriteIOPSMax", "a(st)", UINT64_MAX, "/dev/block/8:16" },
    { "io.max", "8:16 rbps=5", "IOWriteIOPSMax", NULL },
    { "io.latency", "8:0 target=9", "IODeviceLatencyTargetUSec", "a(st)", 9, "/dev/block/8:0" },
    { "hugetlb.2MB.max", "5", "HugetlbMax", NULL },
};

START_TEST(of_limits)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    struct cgroup_limit one = { .file = (char *)limits[_i].file,
                                .value = (char *)limits[_i].value };
    struct cgroup_limits l = { &one, 1 };
    struct err e = ERR_INIT;

    unit_ok(cgroup_property_limits(&l, false, &p, &e), &e);
    const struct cgroup_property *got = find(&p, limits[_i].property);
    if (!limits[_i].type) {
        ck_assert_ptr_null(got);
        return;
    }
    ck_assert_ptr_nonnull(got);
    ck_assert(got->dispensable);
    ck_assert_str_eq(got->value.type, limits[_i].type);
    if (got->value.text) {
        ck_assert_str_eq(got->value.text, limits[_i].text);
        return;
    }
    ck_assert_uint_eq(number_in(&got->value)->v.t, limits[_i].number);
    if (limits[_i].text)
        ck_assert_str_eq(got->value.items[0].items[0].text, limits[_i].text);
}
END_TEST

/* 300 of BFQ's 1000: what systemd makes 300 of again, and what the kernel's own scheduler gets. */
static const struct {
    bool bfq;
    const char *property;
    uint64_t number;
} weights[] = {
    { false, "IOWeight", 2930 },
    { true, "IOWeight", 2300 },
};

START_TEST(bfq)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    struct cgroup_limit one = { .file = (char *)"io.bfq.weight",
                                .value = (char *)"300",
                                .alt_file = (char *)"io.weight",
                                .alt_value = (char *)"2930" };
    struct cgroup_limits l = { &one, 1 };
    struct err e = ERR_INIT;

    unit_ok(cgroup_property_limits(&l, weights[_i].bfq, &p, &e), &e);
    ck_assert_uint_eq(find(&p, weights[_i].property)->value.v.t, weights[_i].number);
}
END_TEST

START_TEST(masks)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    struct cgroup_limit one = { .file = (char *)"cpuset.cpus", .value = (char *)"0-2,9,64" };
    struct cgroup_limits l = { &one, 1 };
    struct err e = ERR_INIT;

    unit_ok(cgroup_property_limits(&l, false, &p, &e), &e);
    const struct cgroup_variant *got = &find(&p, "AllowedCPUs")->value;
    ck_assert_str_eq(got->type, "ay");
    ck_assert_uint_eq(got->n_items, 9);
    ck_assert_uint_eq(got->items[0].v.y, 7);
    ck_assert_uint_eq(got->items[1].v.y, 2);
    ck_assert_uint_eq(got->items[8].v.y, 1);
}
END_TEST

START_TEST(drop)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    struct err e = ERR_INIT;

    for (int i = 0; i < 3; i++)
        unit_ok(cgroup_property_add(&p, "N", &e, "%d", i), &e);
    cgroup_property_drop(&p, 1);
    ck_assert_uint_eq(p.n, 2);
    ck_assert_int_eq(p.v[1].value.v.i, 2);
}
END_TEST

static const struct {
    const char *name;
    const char *value;
    const char *property; /* NULL: refused */
    const char *type;
    uint64_t number;
} annotations[] = {
    { "A", "true", "A", "b", 1 },
    { "TimeoutStopUSec", "uint64 7", "TimeoutStopUSec", "t", 7 },
    { "StopSec", "2.5", "StopUSec", "t", 2500000 },
    { "StopSec", "uint64 3", "StopUSec", "t", 3000000 },
    { "StopSec", "-1", NULL },
    { "StopSec", "soon", NULL },
    { "StopSec", "'5'", NULL },
    { "A", "yes", NULL },
    { "A", "", NULL },
    { "", "true", NULL },
    { "A B", "true", NULL },
    { "Slice", "'x.slice'", NULL },
    { "PIDs", "[uint32 1]", NULL },
};

START_TEST(of_annotations)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    AUTO_FREE char *key = str_fmt("org.systemd.property.%s", annotations[_i].name);
    struct json_map map = { 0 };
    struct err e = ERR_INIT;

    json_map_set(&map, "unrelated", "x");
    json_map_set(&map, key, annotations[_i].value);
    int r = cgroup_property_annotations(&map, &p, &e);
    json_map_free(&map);
    if (!annotations[_i].property) {
        unit_fails(r, ERR_INVALID, &e);
        ck_assert_ptr_nonnull(strstr(e.msg, key));
        return;
    }
    unit_ok(r, &e);
    const struct cgroup_property *got = find(&p, annotations[_i].property);
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(got->value.type, annotations[_i].type);
    ck_assert_uint_eq(*annotations[_i].type == 'b' ? (uint64_t)got->value.v.b : got->value.v.t,
                      annotations[_i].number);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_property");

    tcase_add_loop_test(t, of_limits, 0, ARRAY_LEN(limits));
    tcase_add_loop_test(t, bfq, 0, ARRAY_LEN(weights));
    tcase_add_test(t, masks);
    tcase_add_test(t, drop);
    tcase_add_loop_test(t, of_annotations, 0, ARRAY_LEN(annotations));
    return unit_run(t);
}
