/* SPDX-License-Identifier: MIT */
/* The rules of resource limits: what is asked for on top of what a container has. */
#include "engine/parse_limit.h"

#include "base/cpulist.h"
#include "base/log.h"
#include "base/str.h"

#include <inttypes.h>

/* docker refuses less: below it a container cannot start. */
#define MEMORY_MIN (6LL << 20)
#define NANO       1000000000LL
#define PERIOD     100000 /* microseconds; the kernel's own default */

#define A(field)      offsetof(struct limit_args, field)
#define R(field)      offsetof(struct record_limits, field)
#define AT(s, offset) ((void *)((char *)(s) + (offset)))

/* ---- laying over ---- */

/* `none`: the value that takes the limit away, so that the record has none; ARG_UNSET: no value
 * does. */
static const struct {
    size_t arg;
    size_t rec;
    int64_t none;
} numbers[] = {
    { A(memory), R(memory), -1 },
    { A(memory_swap), R(memory_swap), ARG_UNSET },
    { A(memory_reservation), R(memory_reservation), 0 },
    { A(memory_high), R(memory_high), -1 },
    { A(memory_min), R(memory_min), 0 },
    { A(oom_group), R(oom_group), 0 },
    { A(cpus), R(nano_cpus), ARG_UNSET },
    { A(cpu_shares), R(cpu_shares), ARG_UNSET },
    { A(cpu_period), R(cpu_period), ARG_UNSET },
    { A(cpu_quota), R(cpu_quota), ARG_UNSET },
    { A(cpu_burst), R(cpu_burst), 0 },
    { A(cpu_idle), R(cpu_idle), 0 },
    { A(pids_limit), R(pids), ARG_UNSET },
    { A(blkio_weight), R(blkio_weight), ARG_UNSET },
};

static void lay_number(int64_t *arg, int64_t *rec, int64_t none)
{
    if (*arg == ARG_UNSET)
        return;
    if (*arg == none && *rec != 0)
        *rec = 0;
    else if (*arg == none || *arg == 0)
        *arg = ARG_UNSET;
    else
        *rec = *arg;
}

static int lay_text(const char **arg, char **rec)
{
    if (str_empty(*arg))
        *arg = NULL;
    return *arg ? str_set(rec, *arg) : 0;
}

static const struct {
    const char *option;
    size_t arg;
    size_t rec;
    enum limit_device_value value;
} devices[] = {
    { "--blkio-weight-device", A(blkio_weight_devices), R(blkio_weight_device),
      LIMIT_DEVICE_WEIGHT },
    { "--device-read-bps", A(device_read_bps), R(device_read_bps), LIMIT_DEVICE_BYTES },
    { "--device-write-bps", A(device_write_bps), R(device_write_bps), LIMIT_DEVICE_BYTES },
    { "--device-read-iops", A(device_read_iops), R(device_read_iops), LIMIT_DEVICE_COUNT },
    { "--device-write-iops", A(device_write_iops), R(device_write_iops), LIMIT_DEVICE_COUNT },
};

/* The value takes the place of the one that the list has for the device; 0 leaves none. */
static int lay_device(char ***list, const struct limit_device *d)
{
    AUTO_STRV char **old = *list;
    size_t len = strlen(d->path);

    *list = NULL;
    strv_foreach (it, old) {
        bool same = strrchr(*it, ':') == *it + len && strncmp(*it, d->path, len) == 0;
        if (!same && strv_add(list, *it) < 0)
            return -1;
    }
    return d->value ? strv_addf(list, "%s:%" PRIu64, d->path, d->value) : 0;
}

static int lay_devices(const struct limit_args *l, struct record_limits *rec, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(devices); i++)
        strv_foreach (it, *(char ***)AT(l, devices[i].arg)) {
            CLEANUP(limit_device) struct limit_device d = { 0 };
            int r = parse_limit_device(*it, devices[i].value, &d, e);
            if (r < 0)
                return err_wrap(e, "%s", devices[i].option);
            if (lay_device(AT(rec, devices[i].rec), &d) < 0)
                return err_nomem(e);
        }
    return 0;
}

/* Files that have an option of their own. */
static const struct {
    const char *file;
    const char *option;
    size_t arg;
    size_t rec;
} own[] = {
    { "memory.high", "--memory-high", A(memory_high), R(memory_high) },
    { "memory.min", "--memory-min", A(memory_min), R(memory_min) },
    { "memory.oom.group", "--oom-group", A(oom_group), R(oom_group) },
};

static int lay_unified(struct limit_args *l, struct record_limits *rec, struct err *e)
{
    struct json_map given = { 0 };
    int r = 0;

    strv_foreach (it, l->unified) {
        const char *equals = strchr(*it, '=');
        if (!equals || equals == *it || equals[1] == '\0')
            r = err_set(e, ERR_INVALID, "--unified %s: expected FILE=VALUE", *it);
        else if (json_map_assign(&given, *it) < 0)
            r = err_nomem(e);
    }
    for (size_t i = 0; r >= 0 && i < ARRAY_LEN(own); i++) {
        bool has = json_map_has(&given, own[i].file);
        bool asked = *(int64_t *)AT(l, own[i].arg) != ARG_UNSET;
        if (has && asked)
            r = err_set(e, ERR_INVALID, "%s and --unified %s exclude each other", own[i].option,
                        own[i].file);
        if (has)
            *(int64_t *)AT(rec, own[i].rec) = 0;
        if (asked)
            json_map_del(&rec->unified, own[i].file);
    }
    if (r >= 0 && json_map_merge(&rec->unified, &given) < 0)
        r = err_nomem(e);
    json_map_free(&given);
    return r;
}

/* ---- rules ---- */

/* What docker makes of a memory limit that comes without one of swap: as much again. */
static int complete_swap(struct limit_args *l, struct record_limits *rec, int64_t had,
                         struct err *e)
{
    if (l->memory_swap != ARG_UNSET || l->memory == ARG_UNSET)
        return 0;
    if (l->memory == -1) {
        l->memory_swap = -1;
        rec->memory_swap = 0;
    } else if (had == 0) {
        l->memory_swap = l->memory > INT64_MAX / 2 ? -1 : 2 * l->memory;
        rec->memory_swap = l->memory_swap;
    } else if (had > 0 && l->memory > had) {
        return err_set(e, ERR_INVALID,
                       "--memory: Memory limit should be smaller than already set memoryswap "
                       "limit, update the memoryswap at the same time");
    }
    return 0;
}

static int check_memory(const struct record_limits *rec, struct err *e)
{
    const struct {
        const char *option;
        int64_t value;
    } protections[] = { { "--memory-reservation", rec->memory_reservation },
                        { "--memory-min", rec->memory_min } };

    if (rec->memory > 0 && rec->memory < MEMORY_MIN)
        return err_set(e, ERR_INVALID, "--memory: the minimum memory limit allowed is 6MB");
    if (rec->memory_swap > 0 && rec->memory == 0)
        return err_set(e, ERR_INVALID,
                       "--memory-swap limits memory and swap together: it needs --memory");
    if (rec->memory_swap > 0 && rec->memory_swap < rec->memory)
        return err_set(e, ERR_INVALID, "--memory-swap must be at least as large as --memory");
    if (rec->memory_reservation > 0 && rec->memory_reservation < MEMORY_MIN)
        return err_set(e, ERR_INVALID,
                       "--memory-reservation: the minimum memory reservation allowed is 6MB");
    for (size_t i = 0; i < ARRAY_LEN(protections); i++)
        if (rec->memory > 0 && protections[i].value > rec->memory)
            return err_set(e, ERR_INVALID, "%s must not be above --memory", protections[i].option);
    return 0;
}

/* --cpus is a quota of the default period. */
static int complete_cpus(struct limit_args *l, struct record_limits *rec, struct err *e)
{
    if (l->cpu_quota == -1)
        rec->nano_cpus = 0;
    if (l->cpus != ARG_UNSET && rec->cpu_quota == -1)
        rec->cpu_quota = 0;
    if (rec->nano_cpus > 0 && (rec->cpu_period > 0 || rec->cpu_quota > 0))
        return err_set(e, ERR_INVALID,
                       "--cpus cannot be combined with --cpu-period or --cpu-quota");
    if (l->cpus == ARG_UNSET)
        return 0;
    if (l->cpus > INT64_MAX / PERIOD)
        return err_set(e, ERR_INVALID, "--cpus: more than any machine has");
    l->cpu_period = PERIOD;
    l->cpu_quota = l->cpus * PERIOD / NANO;
    if (l->cpu_quota < 1000)
        return err_set(e, ERR_INVALID, "--cpus: at least 0.01");
    return 0;
}

static int check_cpus(const struct limit_args *l, const struct record_limits *rec, struct err *e)
{
    int64_t quota = rec->nano_cpus > 0 ? rec->nano_cpus / (NANO / PERIOD) : rec->cpu_quota;

    if (rec->cpu_shares != 0 && rec->cpu_shares < 2)
        return err_set(e, ERR_INVALID, "--cpu-shares: at least 2");
    if (rec->cpu_period != 0 && (rec->cpu_period < 1000 || rec->cpu_period > 1000000))
        return err_set(e, ERR_INVALID, "--cpu-period: from 1000 to 1000000 microseconds");
    if (rec->cpu_quota > 0 && rec->cpu_quota < 1000)
        return err_set(e, ERR_INVALID, "--cpu-quota: at least 1000 microseconds");
    if (quota > 0 && rec->cpu_burst > quota)
        return err_set(e, ERR_INVALID,
                       "--cpu-burst: %" PRId64 " is more than the quota of a period, %" PRId64,
                       rec->cpu_burst, quota);
    if (l->cpu_rt_period > 0 || l->cpu_rt_runtime > 0)
        return err_set(e, ERR_INVALID,
                       "--cpu-rt-period and --cpu-rt-runtime are not implemented for cgroup v2");
    return 0;
}

static int check_list(const char *option, const char *text, struct err *e)
{
    uint64_t bits[CPULIST_MAX / 64] = { 0 };

    if (!text || cpulist_parse(text, bits, CPULIST_MAX, e) >= 0)
        return 0;
    return err_wrap(e, "%s", option);
}

static int check(struct limit_args *l, struct record_limits *rec, int64_t had_swap, struct err *e)
{
    int r = complete_swap(l, rec, had_swap, e);

    if (r >= 0)
        r = check_memory(rec, e);
    if (r >= 0)
        r = complete_cpus(l, rec, e);
    if (r >= 0)
        r = check_cpus(l, rec, e);
    if (r >= 0)
        r = check_list("--cpuset-cpus", l->cpuset_cpus, e);
    if (r >= 0)
        r = check_list("--cpuset-mems", l->cpuset_mems, e);
    if (r >= 0 && rec->blkio_weight != 0 && (rec->blkio_weight < 10 || rec->blkio_weight > 1000))
        r = err_set(e, ERR_INVALID, "--blkio-weight: range of blkio weight is from 10 to 1000");
    return r;
}

int parse_limit(struct limit_args *l, struct record_limits *rec, struct err *e)
{
    int64_t had_swap = rec->memory_swap;

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        lay_number(AT(l, numbers[i].arg), AT(rec, numbers[i].rec), numbers[i].none);
    if (lay_text(&l->cpuset_cpus, &rec->cpuset_cpus) < 0 ||
        lay_text(&l->cpuset_mems, &rec->cpuset_mems) < 0)
        return err_nomem(e);
    int r = lay_unified(l, rec, e);
    if (r >= 0)
        r = check(l, rec, had_swap, e);
    return r < 0 ? r : lay_devices(l, rec, e);
}

/* ---- what v2 does not have ---- */

void parse_limit_warn(const struct limit_args *l)
{
    if (l->memory_swappiness >= 0)
        log_warn("Your kernel does not support memory swappiness capabilities or the cgroup is not "
                 "mounted. Memory swappiness discarded.");
    if (l->oom_kill_disable == 1)
        log_warn("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
}
