/* SPDX-License-Identifier: MIT */
/* The grammars of --ulimit and of the resource limits. */
#include "base/str.h"
#include "engine/parse_limit.h"
#include "tests/unit/unit.h"

#include <sys/resource.h>

#define INF UINT64_MAX

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
    struct err e = ERR_INIT;
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
    struct err e = ERR_INIT;

    unit_ok(parse_limit_ulimit("rtprio=5", &u, &e), &e);
    ck_assert_int_eq(u.resource, RLIMIT_RTPRIO);
    unit_fails(parse_limit_ulimit("files=1", &u, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "invalid ulimit type: files");
}
END_TEST

static struct run_args unset(void)
{
    return (struct run_args){
        .memory = ARG_UNSET,
        .memory_swap = ARG_UNSET,
        .memory_reservation = ARG_UNSET,
        .cpus = ARG_UNSET,
        .cpu_shares = ARG_UNSET,
        .cpu_period = ARG_UNSET,
        .cpu_quota = ARG_UNSET,
        .pids_limit = ARG_UNSET,
    };
}

START_TEST(nothing_is_unlimited)
{
    struct run_args a = unset();
    struct limit_spec l;
    struct err e = ERR_INIT;

    for (int zero = 0; zero < 2; zero++) {
        unit_ok(parse_limit(&a, &l, &e), &e);
        ck_assert(l.memory == ARG_UNSET && l.memory_swap == ARG_UNSET &&
                  l.memory_reservation == ARG_UNSET && l.cpu_shares == ARG_UNSET &&
                  l.cpu_quota == ARG_UNSET && l.cpu_period == ARG_UNSET && l.pids == ARG_UNSET);
        ck_assert(!l.cpuset_cpus && !l.cpuset_mems);
        a = (struct run_args){ .cpuset_cpus = "" };
    }
}
END_TEST

START_TEST(cpus_become_a_quota)
{
    struct run_args a = unset();
    struct limit_spec l;
    struct err e = ERR_INIT;

    a.cpus = 500000000;
    unit_ok(parse_limit(&a, &l, &e), &e);
    ck_assert_int_eq(l.cpu_period, 100000);
    ck_assert_int_eq(l.cpu_quota, 50000);
    a.cpus = 2250000000;
    unit_ok(parse_limit(&a, &l, &e), &e);
    ck_assert_int_eq(l.cpu_quota, 225000);
}
END_TEST

#define MIB (1LL << 20)

static const struct {
    struct run_args a;
    const char *option; /* that the error names; NULL: fine */
} rules[] = {
    { { .memory = 6 * MIB }, NULL },
    { { .memory = 6 * MIB - 1 }, "--memory" },
    { { .memory = 64 * MIB, .memory_swap = 64 * MIB }, NULL },
    { { .memory = 64 * MIB, .memory_swap = 63 * MIB }, "--memory-swap" },
    { { .memory = 64 * MIB, .memory_swap = -1 }, NULL },
    { { .memory_swap = -1 }, NULL },
    { { .memory_swap = 64 * MIB }, "--memory-swap" },
    { { .memory = 64 * MIB, .memory_reservation = 65 * MIB }, "--memory-reservation" },
    { { .memory_reservation = 65 * MIB }, NULL },
    { { .cpus = 10000000 }, NULL },
    { { .cpus = 1000000 }, "--cpus" },
    { { .cpus = INT64_MAX }, "--cpus" },
    { { .cpus = 1000000000, .cpu_quota = 1000 }, "--cpus" },
    { { .cpus = 1000000000, .cpu_period = 1000 }, "--cpus" },
    { { .cpu_period = 999 }, "--cpu-period" },
    { { .cpu_period = 1000001 }, "--cpu-period" },
    { { .cpu_quota = 999 }, "--cpu-quota" },
    { { .cpu_quota = -1 }, NULL },
    { { .cpu_shares = 1 }, "--cpu-shares" },
    { { .cpuset_cpus = "0-3,5" }, NULL },
    { { .cpuset_cpus = "0" }, NULL },
    { { .cpuset_cpus = "3-1" }, "--cpuset-cpus" },
    { { .cpuset_cpus = "0," }, "--cpuset-cpus" },
    { { .cpuset_cpus = "a" }, "--cpuset-cpus" },
    { { .cpuset_cpus = "1-" }, "--cpuset-cpus" },
    { { .cpuset_mems = "0-99999999999" }, "--cpuset-mems" },
    { { .pids_limit = -1 }, NULL },
    { { .pids_limit = 20 }, NULL },
};

START_TEST(rules_hold)
{
    struct limit_spec l;
    struct err e = ERR_INIT;
    int r = parse_limit(&rules[_i].a, &l, &e);

    ck_assert_int_eq(r, rules[_i].option ? -ERR_INVALID : 0);
    if (r < 0)
        ck_assert_msg(str_starts(e.msg, rules[_i].option), "%s", e.msg);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("parse_limit");

    tcase_add_loop_test(t, parses_ulimits, 0, (int)ARRAY_LEN(ulimits));
    tcase_add_test(t, knows_the_resource);
    tcase_add_test(t, nothing_is_unlimited);
    tcase_add_test(t, cpus_become_a_quota);
    tcase_add_loop_test(t, rules_hold, 0, (int)ARRAY_LEN(rules));
    return unit_run(t);
}
