/* SPDX-License-Identifier: MIT */
/* Lists of cpus and memory nodes. */
#include "base/cpulist.h"
#include "tests/unit/unit.h"

START_TEST(single_and_ranges)
{
    uint64_t bits[2] = { 0 };
    struct err e = ERR_INIT;

    unit_ok(cpulist_parse("0, 2 - 4 ,64,127", bits, 128, &e), &e);
    ck_assert_uint_eq(bits[0], 0x1d);
    ck_assert_uint_eq(bits[1], UINT64_C(1) << 63 | 1);
}
END_TEST

START_TEST(broken_ones)
{
    static const char *const texts[] = { "",    "1-",   "-1",  "a",     "1,,2",
                                         "1,",  "3-1",  "128", "0-128", "99999999999999999999",
                                         "1 2", "1-2-3" };
    struct err e = ERR_INIT;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint64_t bits[2] = { 0 };
        ck_assert_msg(cpulist_parse(texts[i], bits, 128, &e) == -ERR_INVALID, "\"%s\"", texts[i]);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cpulist");

    tcase_add_test(t, single_and_ranges);
    tcase_add_test(t, broken_ones);
    return unit_run(t);
}
