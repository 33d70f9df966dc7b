/* SPDX-License-Identifier: MIT */
/* The heap of the program that is linked with musl, under names of its own. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#define malloc  heap_malloc
#define calloc  heap_calloc
#define realloc heap_realloc
#define free    heap_free
void *malloc(size_t n);
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t n);
void free(void *p);
#include "base/heap.c"

/* Every byte of a block tells whose it is. */
static void fill(unsigned char *p, size_t n, unsigned owner)
{
    memset(p, (int)(owner % 251 + 1), n);
}

static void check_filled(const unsigned char *p, size_t n, unsigned owner)
{
    size_t same = 0;

    while (same < n && p[same] == owner % 251 + 1)
        same++;
    ck_assert_uint_eq(same, n);
}

static size_t some_size(void)
{
    static const size_t up_to[] = { 32, 200, 1100, 5000, 70000, 300000 };

    return (size_t)random() % up_to[random() % 6];
}

START_TEST(blocks_do_not_touch)
{
    enum { BLOCKS = 300, TURNS = 30000 };
    static unsigned char *block[BLOCKS];
    static size_t size[BLOCKS];

    srandom(1);
    for (int turn = 0; turn < TURNS; turn++) {
        unsigned i = (unsigned)random() % BLOCKS;
        size_t n = some_size(), kept = n < size[i] ? n : size[i];

        check_filled(block[i], size[i], i);
        if (random() % 3 == 0) {
            free(block[i]);
            block[i] = random() % 2 ? malloc(n) : calloc(1, n);
            kept = 0;
        } else {
            block[i] = realloc(block[i], n);
        }
        ck_assert_ptr_nonnull(block[i]);
        ck_assert_uint_eq((uintptr_t)block[i] % 16, 0);
        check_filled(block[i], kept, i);
        fill(block[i], size[i] = n, i);
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        check_filled(block[i], size[i], i);
        free(block[i]);
    }
}
END_TEST

START_TEST(freed_memory_is_used_again)
{
    char *from = malloc(100), *small = from;

    for (int i = 0; i < 100000; i++) {
        free(small);
        small = malloc(100);
    }
    ck_assert_ptr_eq(small, from);
    for (int i = 0; i < 10000; i++) { /* 10 GB in all */
        char *large = malloc(1 << 20);
        ck_assert_ptr_nonnull(large);
        free(large);
    }
}
END_TEST

START_TEST(calloc_is_zero_where_others_were)
{
    for (size_t n = 1; n < 200000; n = n * 3 / 2 + 1) {
        unsigned char *p = malloc(n);

        memset(p, 0xff, n);
        free(p);
        p = calloc(n, 1);
        size_t zeros = 0;
        while (zeros < n && p[zeros] == 0)
            zeros++;
        ck_assert_uint_eq(zeros, n);
        free(p);
    }
}
END_TEST

START_TEST(the_last_block_grows_in_place)
{
    char *p = malloc(32);

    for (size_t n = 64; n <= 65536; n *= 2)
        ck_assert_ptr_eq(realloc(p, n), p);
    free(p);
}
END_TEST

START_TEST(sizes_at_the_edge)
{
    errno = 0;
    ck_assert_ptr_null(malloc(SIZE_MAX));
    ck_assert_int_eq(errno, ENOMEM);
    ck_assert_ptr_null(malloc(PTRDIFF_MAX));
    ck_assert_ptr_null(calloc(SIZE_MAX / 2, 3));
    free(NULL);
    void *p = realloc(NULL, 0), *q = malloc(0);
    ck_assert(p && q && p != q);
    ck_assert_ptr_null(realloc(p, SIZE_MAX));
    free(p);
    free(q);
}
END_TEST

START_TEST(freeing_twice_ends_the_program)
{
    char *p = malloc(10);

    free(p);
    free(p);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("heap");

    tcase_add_test(t, blocks_do_not_touch);
    tcase_add_test(t, freed_memory_is_used_again);
    tcase_add_test(t, calloc_is_zero_where_others_were);
    tcase_add_test(t, the_last_block_grows_in_place);
    tcase_add_test(t, sizes_at_the_edge);
    tcase_add_test_raise_signal(t, freeing_twice_ends_the_program, SIGABRT);
    return unit_run(t);
}
