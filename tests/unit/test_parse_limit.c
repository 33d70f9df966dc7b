/* SPDX-License-Identifier: MIT */
/* The grammars of --ulimit and of the resource limits. */
#include "base/str.h"
#include "engine/parse_limit.h"
#include "tests/unit/unit.h"

#include <sys/resource.h>

#define INF UINT64_MAX

static struct err e;

static const struct {
    const char *text;
    const char *name; /* NULL: refused */
    uint64_t soft;
    uint64_t hard;
} ulimits[] = {
    { "nofile=1024:2048", "RLIMIT_NOFILE", 1024, 2048 },
    { "nofile=1024", "RLIMIT_NOFILE", 1024, 1024 },
    { "core=0", "RLIMIT_CORE", 0, 0 },
    { "core=-1", "RLIMIT_CORE", INF, INF },
    { "memlock=0:unlimited", "RLIMIT_MEMLOCK", 0, INF },
    { "nofile", NULL, 0, 0 },
    { "nofile=", NULL, 0, 0 },
    { "nofile=2:1", NULL, 0, 0 },
    { "nofile=-1:1", NULL, 0, 0 },
    { "nofile=1:2:3", NULL, 0, 0 },
    { "nofile=x", NULL, 0, 0 },
    { "nofile=-2", NULL, 0, 0 },
    { "files=1", NULL, 0, 0 },
    { "=1", NULL, 0, 0 },
};

START_TEST(parses_ulimits)
{
    struct ulimit_spec u;
    int r = parse_limit_ulimit(ulimits[_i].text, &u, &e);

    ck_assert_int_eq(r, ulimits[_i].name ? 0 : -ERR_INVALID);
    if (r < 0)
        return;
    ck_assert_str_eq(u.name, ulimits[_i].name);
    ck_assert_uint_eq(u.soft, ulimits[_i].soft);
    ck_assert_uint_eq(u.hard, ulimits[_i].hard);
}
END_TEST

START_TEST(knows_the_resource)
{
    struct ulimit_spec u;

    unit_ok(parse_limit_ulimit("rtprio=5", &u, &e), &e);
    ck_assert_int_eq(u.resource, RLIMIT_RTPRIO);
    unit_fails(parse_limit_ulimit("files=1", &u, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "invalid ulimit type: files");
}
END_TEST

#define MIB (1LL << 20)

static struct limit_args l;
static struct record_limits rec;

static void start(void)
{
    l = (struct limit_args)LIMIT_ARGS_INIT;
    rec = (struct record_limits){ 0 };
}

static void stop(void)
{
    json_free(&record_limits_table, &rec);
}

START_TEST(nothing_is_unlimited)
{
    for (int zero = 0; zero < 2; zero++) {
        unit_ok(parse_limit(&l, &rec, &e), &e);
        ck_assert(l.memory == ARG_UNSET && l.memory_swap == ARG_UNSET &&
                  l.memory_reservation == ARG_UNSET && l.cpu_shares == ARG_UNSET &&
                  l.cpu_quota == ARG_UNSET && l.cpu_period == ARG_UNSET &&
                  l.pids_limit == ARG_UNSET && l.memory_high == ARG_UNSET &&
                  l.oom_group == ARG_UNSET && l.cpu_idle == ARG_UNSET);
        ck_assert(!l.cpuset_cpus && !l.cpuset_mems);
        ck_assert(rec.memory == 0 && rec.memory_swap == 0 && rec.pids == 0);
        l = (struct limit_args){ .cpuset_cpus = "", .memory_high = -1 };
    }
}
END_TEST

START_TEST(cpus_become_a_quota)
{
    l.cpus = 500000000;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert_int_eq(l.cpu_period, 100000);
    ck_assert_int_eq(l.cpu_quota, 50000);
    ck_assert_int_eq(rec.nano_cpus, 500000000);
    ck_assert_int_eq(rec.cpu_quota, 0);
    l.cpus = 2250000000;
    l.cpu_period = l.cpu_quota = ARG_UNSET;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert_int_eq(l.cpu_quota, 225000);
}
END_TEST

#define LIST(...) ((char **)(const char *[]){ __VA_ARGS__, NULL })

static const struct {
    struct limit_args l;
    const char *option; /* that the error names; NULL: fine */
    struct record_limits rec;
} rules[] = {
    { { .memory = 6 * MIB }, NULL },
    { { .memory = 6 * MIB - 1 }, "--memory: the minimum" },
    { { .memory = 64 * MIB, .memory_swap = 64 * MIB }, NULL },
    { { .memory = 64 * MIB, .memory_swap = 63 * MIB }, "--memory-swap" },
    { { .memory = 64 * MIB, .memory_swap = -1 }, NULL },
    { { .memory_swap = -1 }, NULL },
    { { .memory_swap = 64 * MIB }, "--memory-swap" },
    { { .memory_swap = 64 * MIB }, NULL, { .memory = 64 * MIB } },
    { { .memory_swap = 63 * MIB }, "--memory-swap", { .memory = 64 * MIB } },
    { { .memory = 65 * MIB }, "--memory: Memory limit should be", { .memory_swap = 64 * MIB } },
    { { .memory = 64 * MIB, .memory_reservation = 65 * MIB }, "--memory-reservation" },
    { { .memory = 64 * MIB }, "--memory-reservation", { .memory_reservation = 65 * MIB } },
    { { .memory_reservation = 65 * MIB }, NULL },
    { { .memory_reservation = 5 * MIB }, "--memory-reservation: the minimum" },
    { { .memory = 64 * MIB, .memory_min = 65 * MIB }, "--memory-min" },
    { { .memory_min = 1 }, NULL },
    { { .cpus = 10000000 }, NULL },
    { { .cpus = 1000000 }, "--cpus" },
    { { .cpus = INT64_MAX }, "--cpus" },
    { { .cpus = 1000000000, .cpu_quota = 1000 }, "--cpus" },
    { { .cpus = 1000000000, .cpu_period = 1000 }, "--cpus" },
    { { .cpus = 1000000000 }, "--cpus", { .cpu_quota = 1000 } },
    { { .cpus = 1000000000 }, NULL, { .cpu_quota = -1 } },
    { { .cpu_quota = 1000 }, "--cpus", { .nano_cpus = 1000000000 } },
    { { .cpu_quota = -1 }, NULL, { .nano_cpus = 1000000000 } },
    { { .cpu_period = 999 }, "--cpu-period" },
    { { .cpu_period = 1000001 }, "--cpu-period" },
    { { .cpu_quota = 999 }, "--cpu-quota" },
    { { .cpu_quota = -1 }, NULL },
    { { .cpu_shares = 1 }, "--cpu-shares" },
    { { .cpu_burst = 50000, .cpu_quota = 50000 }, NULL },
    { { .cpu_burst = 50001, .cpu_quota = 50000 }, "--cpu-burst" },
    { { .cpu_burst = 50001, .cpus = 500000000 }, "--cpu-burst" },
    { { .cpu_quota = 4000 }, "--cpu-burst", { .cpu_burst = 5000 } },
    { { .cpu_burst = 50001 }, NULL },
    { { .cpu_rt_period = 1 }, "--cpu-rt-period" },
    { { .cpu_rt_runtime = 1 }, "--cpu-rt-period" },
    { { .cpuset_cpus = "0-3,5" }, NULL },
    { { .cpuset_cpus = "0" }, NULL },
    { { .cpuset_cpus = "3-1" }, "--cpuset-cpus" },
    { { .cpuset_cpus = "0," }, "--cpuset-cpus" },
    { { .cpuset_cpus = "a" }, "--cpuset-cpus" },
    { { .cpuset_cpus = "1-" }, "--cpuset-cpus" },
    { { .cpuset_mems = "0-99999999999" }, "--cpuset-mems" },
    { { .pids_limit = -1 }, NULL },
    { { .pids_limit = 20 }, NULL },
    { { .blkio_weight = 10 }, NULL },
    { { .blkio_weight = 9 }, "--blkio-weight" },
    { { .blkio_weight = 1001 }, "--blkio-weight" },
    { { .blkio_weight_devices = LIST("/dev/null:9") }, "--blkio-weight-device: invalid value" },
    { { .blkio_weight_devices = LIST("/dev/null:100") },
      "--blkio-weight-device: device /dev/null" },
    { { .device_read_bps = LIST("/dev/null") }, "--device-read-bps: bad format" },
    { { .device_read_bps = LIST("null:1") }, "--device-read-bps: bad format" },
    { { .device_write_bps = LIST("/dev/null:x") }, "--device-write-bps: invalid value" },
    { { .device_read_iops = LIST("/dev/null:1m") }, "--device-read-iops: invalid value" },
    { { .device_write_iops = LIST("/dev/null:1") }, "--device-write-iops: device /dev/null: not" },
    { { .unified = LIST("memory.high=1") }, NULL },
    { { .unified = LIST("memory.high") }, "--unified memory.high: expected" },
    { { .unified = LIST("=1") }, "--unified =1: expected" },
    { { .unified = LIST("a.b=") }, "--unified a.b=: expected" },
    { { .unified = LIST("memory.high=1"), .memory_high = MIB }, "--memory-high and --unified" },
    { { .unified = LIST("memory.oom.group=1"), .oom_group = 1 }, "--oom-group and --unified" },
};

START_TEST(rules_hold)
{
    struct limit_args asked = rules[_i].l;
    int64_t *const takers[] = { &asked.memory_reservation, &asked.memory_min, &asked.oom_group,
                                &asked.cpu_burst, &asked.cpu_idle };

    for (size_t i = 0; i < ARRAY_LEN(takers); i++) /* for which 0 says something */
        if (*takers[i] == 0)
            *takers[i] = ARG_UNSET;
    unit_ok(json_copy(&record_limits_table, &rec, &rules[_i].rec, &e), &e);
    int r = parse_limit(&asked, &rec, &e);
    ck_assert_msg(r == (rules[_i].option ? -ERR_INVALID : 0), "%d: %s", r, r < 0 ? e.msg : "");
    if (r < 0)
        ck_assert_msg(str_starts(e.msg, rules[_i].option), "%s", e.msg);
}
END_TEST

START_TEST(a_missing_device_is_named)
{
    l.device_read_bps = LIST("/dev/nosuch:1mb");
    unit_fails(parse_limit(&l, &rec, &e), ERR_SYS, &e);
    ck_assert_str_eq(e.msg, "--device-read-bps: device /dev/nosuch: No such file or directory");
}
END_TEST

START_TEST(swap_is_docker_s)
{
    l.memory = 64 * MIB;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert_int_eq(l.memory_swap, 128 * MIB);
    ck_assert_int_eq(rec.memory_swap, 128 * MIB);
    l = (struct limit_args)LIMIT_ARGS_INIT;
    l.memory = 100 * MIB;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert_int_eq(l.memory_swap, ARG_UNSET); /* what it has stays */
    ck_assert_int_eq(rec.memory, 100 * MIB);
    l.memory = -1;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert_int_eq(l.memory_swap, -1);
    ck_assert(rec.memory == 0 && rec.memory_swap == 0);
    l.memory = INT64_MAX;
    l.memory_swap = ARG_UNSET;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert_int_eq(l.memory_swap, -1);
}
END_TEST

START_TEST(zero_takes_away_what_there_is)
{
    rec = (struct record_limits){
        .memory_reservation = 9 * MIB, .cpu_idle = 1, .cpu_shares = 5, .memory_high = MIB, .pids = 3
    };
    l.memory_reservation = l.cpu_idle = l.cpu_shares = l.pids_limit = l.memory_min = 0;
    l.memory_high = -1;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert(l.memory_reservation == 0 && rec.memory_reservation == 0);
    ck_assert(l.cpu_idle == 0 && rec.cpu_idle == 0);
    ck_assert(l.memory_high == -1 && rec.memory_high == 0);
    ck_assert(l.memory_min == ARG_UNSET);
    ck_assert(l.cpu_shares == ARG_UNSET && rec.cpu_shares == 5); /* docker's "not given" */
    ck_assert(l.pids_limit == ARG_UNSET && rec.pids == 3);
}
END_TEST

START_TEST(a_file_is_said_once)
{
    l.unified = LIST("memory.high=1", "cpu.weight=7");
    rec.memory_high = MIB;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert_int_eq(rec.memory_high, 0);
    ck_assert_str_eq(json_map_get(&rec.unified, "memory.high"), "1");
    l = (struct limit_args)LIMIT_ARGS_INIT;
    l.memory_high = 2 * MIB;
    unit_ok(parse_limit(&l, &rec, &e), &e);
    ck_assert(!json_map_has(&rec.unified, "memory.high"));
    ck_assert_str_eq(json_map_get(&rec.unified, "cpu.weight"), "7");
}
END_TEST

START_TEST(the_host_has_not_that_many)
{
    l.cpuset_cpus = "0";
    l.cpus = 10000000;
    unit_ok(parse_limit_host(&l, &e), &e);
    l.cpuset_cpus = "0,8191";
    unit_fails(parse_limit_host(&l, &e), ERR_INVALID, &e);
    ck_assert_msg(str_starts(e.msg, "--cpuset-cpus: Requested CPUs are not available - requested "
                                    "0,8191, available: 0"),
                  "%s", e.msg);
    l.cpuset_cpus = NULL;
    l.cpus = 9000LL * 1000000000;
    unit_fails(parse_limit_host(&l, &e), ERR_INVALID, &e);
    ck_assert_msg(str_starts(e.msg, "--cpus: Range of CPUs is from 0.01 to "), "%s", e.msg);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("parse_limit");

    tcase_add_checked_fixture(t, start, stop);
    tcase_add_loop_test(t, parses_ulimits, 0, (int)ARRAY_LEN(ulimits));
    tcase_add_test(t, knows_the_resource);
    tcase_add_test(t, nothing_is_unlimited);
    tcase_add_test(t, cpus_become_a_quota);
    tcase_add_loop_test(t, rules_hold, 0, (int)ARRAY_LEN(rules));
    tcase_add_test(t, a_missing_device_is_named);
    tcase_add_test(t, swap_is_docker_s);
    tcase_add_test(t, zero_takes_away_what_there_is);
    tcase_add_test(t, a_file_is_said_once);
    tcase_add_test(t, the_host_has_not_that_many);
    return unit_run(t);
}
