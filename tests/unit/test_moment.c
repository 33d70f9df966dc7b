/* SPDX-License-Identifier: MIT */
/* Points in time as people write and read them. */
#include "base/str.h"
#include "cli/moment.h"
#include "tests/unit/unit.h"

#include <time.h>

#define NANO 1000000000LL

static void setup(void)
{
    setenv("TZ", "XYZ-2", 1); /* two hours east, without the zone files */
    tzset();
}

static const struct {
    const char *text;
    int64_t want; /* -1: refused */
} moments[] = {
    { "", 0 },
    { "0", 0 },
    { "1700000000", 1700000000 * NANO },
    { "1700000000.5", 1700000000 * NANO + 500000000 },
    { "1700000000.000000001", 1700000000 * NANO + 1 },
    { "2023-11-14T22:13:20Z", 1700000000 * NANO },
    { "2023-11-14T22:13:20.25Z", 1700000000 * NANO + 250000000 },
    { "2023-11-15T00:13:20+02:00", 1700000000 * NANO },
    { "2023-11-14T20:43:20-01:30", 1700000000 * NANO },
    { "2023-11-15T00:13:20", 1700000000 * NANO },
    { "2023-11-15T00:13", 1699999980 * NANO },
    { "2023-11-15T00:13Z", 1700007180 * NANO },
    { "2023-11-15T00", 1699999200 * NANO },
    { "2023-11-15", 1699999200 * NANO },
    { "2023-11-15Z", 1700006400 * NANO },
    { "yesterday", -1 },
    { "2023-13-15", -1 },
    { "2023-11-15T00:13:20+2", -1 },
    { "1700000000x", -1 },
    { "99999999999999999999", -1 },
    { "-5", -1 },
};

START_TEST(parses)
{
    struct err e = ERR_INIT;
    int64_t ns = 7;
    int r = moment_parse(moments[_i].text, &ns, &e);

    ck_assert_msg(r == (moments[_i].want < 0 ? -ERR_INVALID : 0), "%s: %d", moments[_i].text, r);
    if (r == 0)
        ck_assert_msg(ns == moments[_i].want, "%s: %lld", moments[_i].text, (long long)ns);
}
END_TEST

START_TEST(counts_back)
{
    struct err e = ERR_INIT;
    struct timespec before, after;
    int64_t ns;

    clock_gettime(CLOCK_REALTIME, &before);
    unit_ok(moment_parse("1h30m", &ns, &e), &e);
    clock_gettime(CLOCK_REALTIME, &after);
    ck_assert_int_ge(ns + 5400 * NANO, before.tv_sec * NANO + before.tv_nsec);
    ck_assert_int_le(ns + 5400 * NANO, after.tv_sec * NANO + after.tv_nsec);
    unit_ok(moment_parse(NULL, &ns, &e), &e);
    ck_assert_int_eq(ns, 0);
}
END_TEST

START_TEST(prints)
{
    char buf[MOMENT_MAX];

    ck_assert_str_eq(moment_text(1700000000 * NANO + 42, buf), "2023-11-14T22:13:20.000000042Z");
    ck_assert_str_eq(moment_list_text(1700000000 * NANO, buf), "2023-11-15 00:13:20 +0200 XYZ");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("moment");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, parses, 0, (int)ARRAY_LEN(moments));
    tcase_add_test(t, counts_back);
    tcase_add_test(t, prints);
    return unit_run(t);
}
