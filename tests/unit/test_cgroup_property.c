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
    { "memory.max", "0", "MemoryMax", NULL },
    { "memory.low", "0", "MemoryLow", "t", 0 },
    { "pids.max", "20", "TasksMax", "t", 20 },
    { "cpu.weight", "39", "CPUWeight", "t", 39 },
    { "cpu.idle", "1", "CPUWeight", "t", 0 },
    { "cpu.idle", "0", "CPUWeight", NULL },
    { "cpu.max", "50000 200000", "CPUQuotaPerSecUSec", "t", 250000 },
    { "cpu.max", "50000 200000", "CPUQuotaPeriodUSec", "t", 200000 },
    { "cpu.max", "max 100000", "CPUQuotaPerSecUSec", "t", UINT64_MAX },
    { "cpu.max", "1000", "CPUQuotaPerSecUSec", "t", 10000 },
    { "io.weight", "default 50", "IOWeight", "t", 50 },
    { "io.weight", "8:0 70", "IODeviceWeight", "a(st)", 70, "/dev/block/8:0" },
    { "io.max", "8:16 rbps=5", "IOReadBandwidthMax", "a(st)", 5, "/dev/block/8:16" },
    { "io.max", "8:16 rbps=5 wiops=max", "IOWriteIOPSMax", "a(st)", UINT64_MAX, "/dev/block/8:16" },
    { "io.max", "8:16 rbps=5", "IOWriteIOPSMax", NULL },
    { "hugetlb.2MB.max", "5", "HugetlbMax", NULL },
};

START_TEST(of_limits)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    struct cgroup_limit one = { .file = (char *)limits[_i].file,
                                .value = (char *)limits[_i].value };
    struct cgroup_limits l = { &one, 1 };
    struct err e = ERR_INIT;

    unit_ok(cgroup_property_limits(&l, &p, &e), &e);
    const struct cgroup_property *got = find(&p, limits[_i].property);
    if (!limits[_i].type) {
        ck_assert_ptr_null(got);
        return;
    }
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(got->type, limits[_i].type);
    ck_assert_uint_eq(got->v.t, limits[_i].number);
    if (limits[_i].text)
        ck_assert_str_eq(got->text, limits[_i].text);
}
END_TEST

START_TEST(masks)
{
    AUTO_CGROUP_PROPERTIES struct cgroup_properties p = { 0 };
    struct cgroup_limit one = { .file = (char *)"cpuset.cpus", .value = (char *)"0-2,9,64" };
    struct cgroup_limits l = { &one, 1 };
    struct err e = ERR_INIT;

    unit_ok(cgroup_property_limits(&l, &p, &e), &e);
    const struct cgroup_property *got = find(&p, "AllowedCPUs");
    ck_assert_uint_eq(got->n_bytes, 9);
    ck_assert_uint_eq(got->bytes[0], 7);
    ck_assert_uint_eq(got->bytes[1], 2);
    ck_assert_uint_eq(got->bytes[8], 1);
}
END_TEST

static const struct {
    const char *name;
    const char *value;
    const char *property; /* NULL: refused */
    const char *type;
    int64_t number;
    const char *text;
} annotations[] = {
    { "A", "true", "A", "b", 1 },
    { "A", "'it\\'s'", "A", "s", 0, "it's" },
    { "A", "\"x\"", "A", "s", 0, "x" },
    { "A", "5", "A", "i", 5 },
    { "A", "-5", "A", "i", -5 },
    { "A", "uint64 18446744073709551615", "A", "t", -1 },
    { "A", "byte 255", "A", "y", 255 },
    { "A", "int16 -32768", "A", "n", -32768 },
    { "A", "['a', 'b']", "A", "as", 0, "a,b" },
    { "A", "[]", "A", "as", 0, "" },
    { "StopSec", "2.5", "StopUSec", "t", 2500000 },
    { "StopUSec", "uint64 7", "StopUSec", "t", 7 },
    { "A", "byte 256", NULL },
    { "A", "int16 32768", NULL },
    { "A", "uint64 -1", NULL },
    { "A", "'open", NULL },
    { "A", "['a'", NULL },
    { "A", "", NULL },
    { "A", "yes", NULL },
    { "StopSec", "soon", NULL },
    { "", "true", NULL },
};

static int64_t number_of(const struct cgroup_property *p)
{
    switch (p->type[0]) {
    case 'b': return p->v.b;
    case 'y': return p->v.y;
    case 'n': return p->v.n;
    case 'i': return p->v.i;
    case 't': return (int64_t)p->v.t;
    default: return 0;
    }
}

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
    ck_assert_str_eq(got->type, annotations[_i].type);
    ck_assert_int_eq(number_of(got), annotations[_i].number);
    AUTO_FREE char *list = got->texts ? strv_join(got->texts, ",") : str_dup(got->text);
    if (annotations[_i].text)
        ck_assert_str_eq(list, annotations[_i].text);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_property");

    tcase_add_loop_test(t, of_limits, 0, ARRAY_LEN(limits));
    tcase_add_test(t, masks);
    tcase_add_loop_test(t, of_annotations, 0, ARRAY_LEN(annotations));
    return unit_run(t);
}
