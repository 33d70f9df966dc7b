/* SPDX-License-Identifier: MIT */
/* The words of errnos: glibc's, which this program is linked with. */
#include "base/errno_text.h"
#include "tests/unit/unit.h"

#include <string.h>

START_TEST(as_glibc_has_them)
{
    for (int i = 1; i <= 133; i++) {
        char ours[64]; /* strerror() overwrites what it gave of an unknown one before */

        snprintf(ours, sizeof(ours), "%s", errno_text(i));
        ck_assert_str_eq(ours, strerror(i));
    }
}
END_TEST

START_TEST(unknown_numbers)
{
    ck_assert_ptr_nonnull(errno_text(0));
    ck_assert_ptr_nonnull(errno_text(-1));
    ck_assert_ptr_nonnull(errno_text(4096));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("errno_text");

    tcase_add_test(t, as_glibc_has_them);
    tcase_add_test(t, unknown_numbers);
    return unit_run(t);
}
