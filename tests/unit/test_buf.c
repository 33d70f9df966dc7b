/* SPDX-License-Identifier: MIT */
/* The growing buffer and its sticky failure. */
#include "base/buf.h"
#include "tests/unit/unit.h"

#include <stdint.h>
#include <string.h>

START_TEST(appends)
{
    AUTO_BUF struct buf b = { 0 };

    ck_assert_ptr_null(b.data);
    buf_str(&b, "one");
    buf_char(&b, ' ');
    buf_fmt(&b, "%d%c", 2, '!');
    buf_add(&b, "xyz", 2);
    ck_assert_str_eq(b.data, "one 2!xy");
    ck_assert_uint_eq(b.len, 8);
    ck_assert(!b.failed);
}
END_TEST

START_TEST(keeps_nul_bytes)
{
    AUTO_BUF struct buf b = { 0 };

    buf_add(&b, "a\0b", 3);
    buf_char(&b, '\0');
    ck_assert_uint_eq(b.len, 4);
    ck_assert_mem_eq(b.data, "a\0b\0", 5);
}
END_TEST

/* Formatted text that fits, just fits and does not fit what is allocated. */
START_TEST(formats_any_length)
{
    AUTO_BUF struct buf b = { 0 };
    char text[600];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int len = 0; len < (int)sizeof(text); len++) {
        buf_reset(&b);
        buf_fmt(&b, "%.*s", len, text);
        ck_assert_uint_eq(b.len, (size_t)len);
        ck_assert_uint_eq(strlen(b.data), (size_t)len);
    }
}
END_TEST

START_TEST(grows)
{
    AUTO_BUF struct buf b = { 0 };

    for (int i = 0; i < 100000; i++)
        buf_char(&b, (char)('a' + i % 26));
    ck_assert_uint_eq(b.len, 100000);
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(b.data[i], 'a' + i % 26);
}
END_TEST

START_TEST(room_is_written_directly)
{
    AUTO_BUF struct buf b = { 0 };
    char *to = buf_room(&b, 1000);

    ck_assert_ptr_nonnull(to);
    memset(to, 'r', 1000);
    buf_grew(&b, 900);
    ck_assert_uint_eq(strlen(b.data), 900);
}
END_TEST

START_TEST(failure_sticks)
{
    AUTO_BUF struct buf b = { 0 };

    buf_str(&b, "before");
    ck_assert_ptr_null(buf_room(&b, SIZE_MAX / 2));
    ck_assert(b.failed);
    buf_str(&b, "after");
    buf_fmt(&b, "%s", "after");
    ck_assert_str_eq(b.data, "before");
    ck_assert_ptr_null(buf_take(&b));
    ck_assert_ptr_null(b.data);
    ck_assert(!b.failed);
}
END_TEST

START_TEST(reset_forgets_failure)
{
    AUTO_BUF struct buf b = { 0 };

    buf_str(&b, "text");
    b.failed = true;
    buf_reset(&b);
    buf_str(&b, "new");
    ck_assert_str_eq(b.data, "new");
}
END_TEST

START_TEST(take_hands_over)
{
    struct buf b = { 0 };
    AUTO_FREE char *nothing = buf_take(&b);

    ck_assert_str_eq(nothing, "");
    buf_str(&b, "mine");
    AUTO_FREE char *mine = buf_take(&b);
    ck_assert_str_eq(mine, "mine");
    ck_assert_ptr_null(b.data);
    ck_assert_uint_eq(b.len, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("buf");

    tcase_add_test(t, appends);
    tcase_add_test(t, keeps_nul_bytes);
    tcase_add_test(t, formats_any_length);
    tcase_add_test(t, grows);
    tcase_add_test(t, room_is_written_directly);
    tcase_add_test(t, failure_sticks);
    tcase_add_test(t, reset_forgets_failure);
    tcase_add_test(t, take_hands_over);
    return unit_run(t);
}
