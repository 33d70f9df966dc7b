/* SPDX-License-Identifier: MIT */
/* Limits as properties of a systemd unit, by the file that each limit is written to. */
#include "cgroup/cgroup_property.h"

#include "base/cpulist.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>

void cgroup_properties_free(struct cgroup_properties *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->v[i].name);
        free(p->v[i].text);
        strv_free(p->v[i].texts);
        free(p->v[i].bytes);
    }
    free(p->v);
    *p = (struct cgroup_properties){ 0 };
}

struct cgroup_property *cgroup_property_add(struct cgroup_properties *p, const char *name,
                                            const char *type)
{
    struct cgroup_property *more = reallocarray(p->v, p->n + 1, sizeof(*more));

    if (!more)
        return NULL;
    p->v = more;
    struct cgroup_property *one = &p->v[p->n];
    *one = (struct cgroup_property){ .name = str_dup(name), .type = type };
    if (!one->name)
        return NULL;
    p->n++;
    return one;
}

int cgroup_property_add_bool(struct cgroup_properties *p, const char *name, bool value,
                             struct err *e)
{
    struct cgroup_property *one = cgroup_property_add(p, name, "b");

    if (!one)
        return err_nomem(e);
    one->v.b = value;
    return 0;
}

int cgroup_property_add_text(struct cgroup_properties *p, const char *name, const char *value,
                             struct err *e)
{
    struct cgroup_property *one = cgroup_property_add(p, name, "s");

    if (!one || str_set(&one->text, value) < 0)
        return err_nomem(e);
    return 0;
}

static int add_u64(struct cgroup_properties *p, const char *name, uint64_t value, struct err *e)
{
    struct cgroup_property *one = cgroup_property_add(p, name, "t");

    if (!one)
        return err_nomem(e);
    one->v.t = value;
    return 0;
}

/* ---- encoders: the text that a file takes as properties ---- */

/* systemd's "infinity" is the largest number. */
static uint64_t number(const char *text)
{
    return STREQ(text, "max") ? UINT64_MAX : strtoull(text, NULL, 10);
}

/* Limits of nothing at all are out of systemd's range; the file takes them. */
static int encode_number(struct cgroup_properties *p, const char *name, const char *value,
                         struct err *e)
{
    uint64_t n = number(value);

    return n > 0 ? add_u64(p, name, n, e) : 0;
}

static int encode_protection(struct cgroup_properties *p, const char *name, const char *value,
                             struct err *e)
{
    return add_u64(p, name, number(value), e);
}

/* An idle group is one of weight 0. */
static int encode_idle(struct cgroup_properties *p, const char *name, const char *value,
                       struct err *e)
{
    return STREQ(value, "1") ? add_u64(p, name, 0, e) : 0;
}

/* "QUOTA PERIOD" in µs, or "max PERIOD". */
static int encode_quota(struct cgroup_properties *p, const char *name, const char *value,
                        struct err *e)
{
    const char *space = strchr(value, ' ');
    uint64_t period = space ? strtoull(space + 1, NULL, 10) : 0;
    uint64_t quota = str_starts(value, "max") ? UINT64_MAX : strtoull(value, NULL, 10);

    if (period == 0)
        period = 100000;
    if (quota != UINT64_MAX)
        quota = quota > UINT64_MAX / 1000000 ? UINT64_MAX : quota * 1000000 / period;
    int r = add_u64(p, "CPUQuotaPeriodUSec", period, e);
    return r < 0 || quota == 0 ? r : add_u64(p, name, quota, e);
}

#define MASK_BITS 1024 /* cpus or memory nodes in a list */

/* "0-3,7" as a mask, the lowest cpu in the first byte's lowest bit. */
static int encode_mask(struct cgroup_properties *p, const char *name, const char *value,
                       struct err *e)
{
    uint64_t bits[MASK_BITS / 64] = { 0 };
    struct cgroup_property *one;
    int r = cpulist_parse(value, bits, MASK_BITS, e);

    if (r < 0)
        return err_wrap(e, "%s", name);
    one = cgroup_property_add(p, name, "ay");
    if (one)
        one->bytes = calloc(MASK_BITS / 8, sizeof(*one->bytes));
    if (!one || !one->bytes)
        return err_nomem(e);
    for (size_t i = 0; i < MASK_BITS / 8; i++) {
        one->bytes[i] = (uint8_t)(bits[i / 8] >> (i % 8 * 8));
        if (one->bytes[i])
            one->n_bytes = i + 1;
    }
    return 0;
}

static int add_device(struct cgroup_properties *p, const char *name, unsigned major, unsigned minor,
                      uint64_t value, struct err *e)
{
    struct cgroup_property *one = cgroup_property_add(p, name, "a(st)");

    if (one)
        one->text = str_fmt("/dev/block/%u:%u", major, minor);
    if (!one || !one->text)
        return err_nomem(e);
    one->v.t = value;
    return 0;
}

/* "100", "default 100" or "8:0 100". */
static int encode_io_weight(struct cgroup_properties *p, const char *name, const char *value,
                            struct err *e)
{
    unsigned major, minor;
    uint64_t weight;

    if (sscanf(value, "%u:%u %" SCNu64, &major, &minor, &weight) == 3)
        return add_device(p, "IODeviceWeight", major, minor, weight, e);
    const char *plain = str_after(value, "default ");
    return add_u64(p, name, number(plain ? plain : value), e);
}

/* "8:0 rbps=1048576 wiops=max". */
static int encode_io_max(struct cgroup_properties *p, const char *name, const char *value,
                         struct err *e)
{
    static const char *const keys[][2] = {
        { "rbps=", "IOReadBandwidthMax" },
        { "wbps=", "IOWriteBandwidthMax" },
        { "riops=", "IOReadIOPSMax" },
        { "wiops=", "IOWriteIOPSMax" },
    };
    unsigned major, minor;
    int r = 0;

    if (sscanf(value, "%u:%u", &major, &minor) != 2)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(keys) && r >= 0; i++) {
        const char *at = strstr(value, keys[i][0]);
        if (!at)
            continue;
        at += strlen(keys[i][0]);
        r = add_device(p, keys[i][1], major, minor,
                       str_starts(at, "max") ? UINT64_MAX : strtoull(at, NULL, 10), e);
    }
    return r;
}

static const struct {
    const char *file;
    const char *property;
    int (*encode)(struct cgroup_properties *p, const char *name, const char *value, struct err *e);
} rows[] = {
    { "memory.max", "MemoryMax", encode_number },
    { "memory.high", "MemoryHigh", encode_number },
    { "memory.low", "MemoryLow", encode_protection },
    { "memory.min", "MemoryMin", encode_protection },
    { "memory.swap.max", "MemorySwapMax", encode_protection },
    { "pids.max", "TasksMax", encode_number },
    { "cpu.weight", "CPUWeight", encode_number },
    { "cpu.idle", "CPUWeight", encode_idle },
    { "cpu.max", "CPUQuotaPerSecUSec", encode_quota },
    { "cpuset.cpus", "AllowedCPUs", encode_mask },
    { "cpuset.mems", "AllowedMemoryNodes", encode_mask },
    { "io.weight", "IOWeight", encode_io_weight },
    { "io.max", NULL, encode_io_max },
};

int cgroup_property_limits(const struct cgroup_limits *l, struct cgroup_properties *p,
                           struct err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        /* bfq's weights have a range of their own; systemd counts in those of io.weight. */
        bool alt = l->v[i].alt_file && STREQ(l->v[i].alt_file, "io.weight");
        const char *file = alt ? l->v[i].alt_file : l->v[i].file;
        const char *value = alt ? l->v[i].alt_value : l->v[i].value;
        for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
            int r = STREQ(file, rows[k].file) ? rows[k].encode(p, rows[k].property, value, e) : 0;
            if (r < 0)
                return r;
        }
    }
    return 0;
}
