/* SPDX-License-Identifier: MIT */
/* Limits as properties of a systemd unit, by the file that each limit is written to. */
#include "cgroup/cgroup_property.h"

#include "base/cpulist.h"
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void property_free(struct cgroup_property *one)
{
    free(one->name);
    cgroup_variant_free(&one->value);
}

void cgroup_properties_free(struct cgroup_properties *p)
{
    for (size_t i = 0; i < p->n; i++)
        property_free(&p->v[i]);
    free(p->v);
    *p = (struct cgroup_properties){ 0 };
}

int cgroup_property_add(struct cgroup_properties *p, const char *name, struct err *e,
                        const char *fmt, ...)
{
    struct cgroup_property *more = reallocarray(p->v, p->n + 1, sizeof(*more));
    struct cgroup_property one = { .name = str_dup(name) };
    AUTO_FREE char *text = NULL;
    va_list ap;

    if (more)
        p->v = more;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    int r = more && one.name && text ? cgroup_variant_parse(text, &one.value, e) : err_nomem(e);
    if (r < 0)
        property_free(&one);
    else
        p->v[p->n++] = one;
    return r;
}

void cgroup_property_drop(struct cgroup_properties *p, size_t i)
{
    property_free(&p->v[i]);
    for (p->n--; i < p->n; i++)
        p->v[i] = p->v[i + 1];
}

/* ---- numbers in files ---- */

/* systemd's "infinity" is the largest number. */
#define INFINITE UINT64_MAX

/* "max", or a number with a suffix as the kernel's memparse() takes it: 1k, 0x10, 64M. */
static bool read_number(const char *text, uint64_t *ret)
{
    static const char suffixes[] = "kmgtpe";
    char *end;

    if (STREQ(text, "max")) {
        *ret = INFINITE;
        return true;
    }
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    uint64_t n = strtoull(text, &end, 0);
    const char *suffix = *end ? strchr(suffixes, tolower((unsigned char)*end)) : NULL;
    unsigned shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
    if (errno || end[suffix ? 1 : 0] || (shift && n >> (64 - shift)))
        return false;
    *ret = n << shift;
    return true;
}

/* ---- encoders: the text that a file takes as properties ---- */

struct row {
    const char *file;
    const char *property;
    int (*encode)(const struct row *row, const char *value, bool bfq, struct cgroup_properties *p,
                  struct err *e);
    uint64_t min, max; /* what systemd takes; "max" is always fine where `max` is INFINITE */
};

static int add_u64(struct cgroup_properties *p, const char *name, uint64_t n, struct err *e)
{
    return cgroup_property_add(p, name, e, "uint64 %" PRIu64, n);
}

/* A limit of nothing at all is out of systemd's range for some: a byte is no page either. */
static int encode_number(const struct row *row, const char *value, bool bfq,
                         struct cgroup_properties *p, struct err *e)
{
    uint64_t n;

    if (!read_number(value, &n) || n > row->max)
        return 0;
    return add_u64(p, row->property, n < row->min ? row->min : n, e);
}

static int encode_weight(const struct row *row, const char *value, bool bfq,
                         struct cgroup_properties *p, struct err *e)
{
    uint64_t n;

    if (!read_number(value, &n) || n < row->min || n > row->max)
        return 0;
    return add_u64(p, row->property, n, e);
}

/* An idle group is one of weight 0; "no weight" makes it one like others. */
static int encode_idle(const struct row *row, const char *value, bool bfq,
                       struct cgroup_properties *p, struct err *e)
{
    return add_u64(p, row->property, STREQ(value, "1") ? 0 : INFINITE, e);
}

/* systemd 253 has it for scopes; older ones write 0 to the file at a daemon-reload. */
static int encode_oom_group(const struct row *row, const char *value, bool bfq,
                            struct cgroup_properties *p, struct err *e)
{
    return cgroup_property_add(p, row->property, e, "'%s'",
                               STREQ(value, "1") ? "kill" : "continue");
}

/*
 * "QUOTA PERIOD" in µs, or "max PERIOD". systemd counts µs a second, from which it must get the
 * same quota again: rounded up. Its file for the unit, which it reads again at a daemon-reload, has
 * whole percents: rounded up further, as runc and crun do, so that nobody gets less than was
 * promised.
 */
static int encode_quota(const struct row *row, const char *value, bool bfq,
                        struct cgroup_properties *p, struct err *e)
{
    uint64_t quota = INFINITE, period = 100000;
    int n = str_starts(value, "max") ? sscanf(value, "max %" SCNu64, &period)
                                     : sscanf(value, "%" SCNu64 " %" SCNu64, &quota, &period);

    if (n == 0 || quota == 0 || period == 0 || (quota != INFINITE && quota > INT64_MAX / 1000000))
        return 0;
    if (quota != INFINITE)
        quota = (quota * 1000000 + period * 10000 - 1) / (period * 10000) * 10000;
    int r = add_u64(p, "CPUQuotaPeriodUSec", period, e);
    return r < 0 ? r : add_u64(p, row->property, quota, e);
}

#define MASK_BITS 1024 /* cpus or memory nodes in a list */

/* "0-3,7" as a mask, the lowest cpu in the first byte's lowest bit. */
static int encode_mask(const struct row *row, const char *value, bool bfq,
                       struct cgroup_properties *p, struct err *e)
{
    uint64_t bits[MASK_BITS / 64] = { 0 };
    struct err ignored = ERR_INIT;
    AUTO_BUF struct buf b = { 0 };
    size_t n = MASK_BITS / 8;

    if (cpulist_parse(value, bits, MASK_BITS, &ignored) < 0)
        return 0;
    while (n > 0 && !(bits[(n - 1) / 8] >> ((n - 1) % 8 * 8) & 0xff))
        n--;
    buf_str(&b, "@ay [");
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%u", i ? "," : "", (unsigned)(bits[i / 8] >> (i % 8 * 8) & 0xff));
    buf_char(&b, ']');
    return b.failed ? err_nomem(e) : cgroup_property_add(p, row->property, e, "%s", b.data);
}

static int add_device(struct cgroup_properties *p, const char *name, unsigned major, unsigned minor,
                      uint64_t n, struct err *e)
{
    return cgroup_property_add(p, name, e, "[('/dev/block/%u:%u', uint64 %" PRIu64 ")]", major,
                               minor, n);
}

/* What systemd makes the BFQ scheduler's weight of, which has 1000 for its 10000. */
static uint64_t of_bfq(uint64_t weight)
{
    return weight <= 100 ? weight : 100 + (weight - 100) * 11;
}

/* "100", "default 100" or "8:0 100". */
static int encode_io_weight(const struct row *row, const char *value, bool bfq,
                            struct cgroup_properties *p, struct err *e)
{
    const char *plain = str_after(value, "default ");
    unsigned major, minor;
    char text[32];
    uint64_t n;
    bool device = sscanf(value, "%u:%u %31s", &major, &minor, text) == 3;

    if (!read_number(device ? text : plain ? plain : value, &n))
        return 0;
    if (bfq)
        n = of_bfq(n);
    if (n < row->min || n > row->max)
        return 0;
    return device ? add_device(p, "IODeviceWeight", major, minor, n, e)
                  : add_u64(p, row->property, n, e);
}

/* "8:0 rbps=1048576 wiops=max". */
static int encode_io_max(const struct row *row, const char *value, bool bfq,
                         struct cgroup_properties *p, struct err *e)
{
    static const char *const keys[][2] = {
        { " rbps=", "IOReadBandwidthMax" },
        { " wbps=", "IOWriteBandwidthMax" },
        { " riops=", "IOReadIOPSMax" },
        { " wiops=", "IOWriteIOPSMax" },
        { " target=", "IODeviceLatencyTargetUSec" },
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
                       str_starts(at, "max") ? INFINITE : strtoull(at, NULL, 10), e);
    }
    return r;
}

static const struct row rows[] = {
    { "memory.max", "MemoryMax", encode_number, 1, INFINITE },
    { "memory.high", "MemoryHigh", encode_number, 1, INFINITE },
    { "memory.low", "MemoryLow", encode_number, 0, INFINITE },
    { "memory.min", "MemoryMin", encode_number, 0, INFINITE },
    { "memory.swap.max", "MemorySwapMax", encode_number, 0, INFINITE },
    { "memory.zswap.max", "MemoryZSwapMax", encode_number, 0, INFINITE },
    { "memory.oom.group", "OOMPolicy", encode_oom_group },
    { "pids.max", "TasksMax", encode_number, 1, INFINITE },
    { "cpu.weight", "CPUWeight", encode_weight, 1, 10000 },
    { "cpu.idle", "CPUWeight", encode_idle },
    { "cpu.max", "CPUQuotaPerSecUSec", encode_quota },
    { "cpuset.cpus", "AllowedCPUs", encode_mask },
    { "cpuset.mems", "AllowedMemoryNodes", encode_mask },
    { "io.weight", "IOWeight", encode_io_weight, 1, 10000 },
    { "io.bfq.weight", "IOWeight", encode_io_weight, 1, 10000 },
    { "io.max", NULL, encode_io_max },
    { "io.latency", NULL, encode_io_max },
};

static int encode(const char *file, const char *value, bool bfq, struct cgroup_properties *p,
                  struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (STREQ(file, rows[i].file))
            return rows[i].encode(&rows[i], value, bfq && STREQ(file, "io.bfq.weight"), p, e);
    return 0;
}

int cgroup_property_limits(const struct cgroup_limits *l, bool bfq, struct cgroup_properties *p,
                           struct err *e)
{
    size_t first = p->n;

    for (size_t i = 0; i < l->n; i++) {
        bool alt = l->v[i].alt_file && !bfq;
        int r = encode(alt ? l->v[i].alt_file : l->v[i].file,
                       alt ? l->v[i].alt_value : l->v[i].value, bfq, p, e);
        if (r < 0)
            return r;
    }
    for (size_t i = first; i < p->n; i++)
        p->v[i].dispensable = true;
    return 0;
}
