/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time. */
#include "base/vec.h"

#include "tests/unit/unit.h"

#include <stdint.h>

struct pair {
    int a;
    uint64_t b;
};

START_TEST(elements_are_zeroed_and_stay)
{
    struct pair *v = NULL;
    size_t n = 0;

    for (int i = 0; i < 100; i++) {
        struct pair *p = VEC_ADD(v, n);
        ck_assert_ptr_eq(p, &v[i]);
        ck_assert_uint_eq(n, (size_t)i + 1);
        ck_assert(p->a == 0 && p->b == 0);
        *p = (struct pair){ i, ~UINT64_C(0) };
    }
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(v[i].a, i);
    free(v);
}
END_TEST

/* An array that was allocated to measure has no room where ours would have. */
START_TEST(any_malloced_array)
{
    for (size_t had = 1; had < 20; had++) {
        size_t n = had;
        char(*v)[64] = malloc(n * sizeof(*v));
        memset(v, 'x', n * sizeof(*v));
        char(*more)[64] = VEC_ADD(v, n);
        memset(more, 'y', sizeof(*more));
        ck_assert_int_eq(v[had - 1][63], 'x');
        free(v);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("vec");

    tcase_add_test(t, elements_are_zeroed_and_stay);
    tcase_add_test(t, any_malloced_array);
    return unit_run(t);
}
