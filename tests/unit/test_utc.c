/* SPDX-License-Identifier: MIT */
/* Universal time as text, held against libc's. */
#include "base/utc.h"

#include "tests/unit/unit.h"

#include <time.h>

static void same_as_libc(int64_t seconds)
{
    char want[UTC_TEXT_MAX], got[UTC_TEXT_MAX];
    time_t s = (time_t)seconds;
    struct tm tm;

    strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S", gmtime_r(&s, &tm));
    ck_assert_str_eq(utc_text(seconds, got), want);
}

START_TEST(every_day_of_800_years)
{
    for (int64_t day = -365 * 400; day < 365 * 400; day++) {
        same_as_libc(day * 86400);
        same_as_libc(day * 86400 + 86399);
    }
}
END_TEST

START_TEST(seconds_of_a_day)
{
    for (int64_t s = 1700000000; s < 1700000000 + 86400; s += 7)
        same_as_libc(s);
    same_as_libc(-1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("utc");

    tcase_add_test(t, every_day_of_800_years);
    tcase_add_test(t, seconds_of_a_day);
    return unit_run(t);
}
