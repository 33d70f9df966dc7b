/* SPDX-License-Identifier: MIT */
/* Strings and string vectors. */
#include "base/str.h"
#include "tests/unit/unit.h"

START_TEST(format_and_copy)
{
    AUTO_FREE char *s = str_fmt("%s-%d", "a", 7);
    AUTO_FREE char *copy = str_dup(s);

    ck_assert_str_eq(s, "a-7");
    ck_assert_str_eq(copy, "a-7");
    ck_assert_ptr_ne(copy, s);
    ck_assert_ptr_null(str_dup(NULL));
}
END_TEST

START_TEST(counted_bytes)
{
    AUTO_FREE char *s = str_copy("abcdef" + 1, 3);
    AUTO_FREE char *none = str_copy("x", 0);

    ck_assert_str_eq(s, "bcd");
    ck_assert_str_eq(none, "");
    ck_assert(str_is(s, "bcdef", 3));
    ck_assert(str_is(none, "b", 0));
    ck_assert(!str_is(s, "bcdef", 2));
    ck_assert(!str_is(s, "bcdef", 4));
    ck_assert(!str_is(s, "xcd", 3));
    ck_assert(!str_is(none, "b", 1));
    ck_assert(!str_is(s, "bcd\0", 4));
}
END_TEST

START_TEST(prefix_and_suffix)
{
    ck_assert(str_starts("layer", "lay"));
    ck_assert(str_starts("layer", ""));
    ck_assert(!str_starts("lay", "layer"));
    ck_assert(str_ends("a.json", ".json"));
    ck_assert(str_ends("a", ""));
    ck_assert(!str_ends("on", "json"));
    ck_assert_str_eq(str_after("sha256:ab", "sha256:"), "ab");
    ck_assert_str_eq(str_after("x", "x"), "");
    ck_assert_ptr_null(str_after("sha25", "sha256:"));
}
END_TEST

START_TEST(predicates)
{
    ck_assert(str_empty(NULL));
    ck_assert(str_empty(""));
    ck_assert(!str_empty(" "));
    ck_assert(str_has("abc", 'c'));
    ck_assert(!str_has("abc", 'd'));
    ck_assert(!str_has("abc", '\0'));
}
END_TEST

START_TEST(set_replaces)
{
    AUTO_FREE char *s = NULL;

    ck_assert_int_eq(str_set(&s, "one"), 0);
    ck_assert_str_eq(s, "one");
    ck_assert_int_eq(str_set(&s, s + 1), 0); /* a part of itself */
    ck_assert_str_eq(s, "ne");
    ck_assert_int_eq(str_set(&s, NULL), 0);
    ck_assert_ptr_null(s);
}
END_TEST

START_TEST(trim)
{
    char both[] = " \t a b \n";
    char none[] = "ab";
    char blank[] = "  \n";

    ck_assert_str_eq(str_trim(both), "a b");
    ck_assert_str_eq(str_trim(none), "ab");
    ck_assert_str_eq(str_trim(blank), "");
}
END_TEST

START_TEST(hex)
{
    const unsigned char bytes[] = { 0x00, 0x9f, 0xff };
    char out[7];

    str_hex(bytes, sizeof(bytes), out);
    ck_assert_str_eq(out, "009fff");
    str_hex(bytes, 0, out);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(vector_null_is_empty)
{
    ck_assert_uint_eq(strv_len(NULL), 0);
    ck_assert(!strv_has(NULL, "a"));
    strv_foreach (it, NULL)
        ck_abort_msg("an element of nothing: %s", *it);
    strv_free(NULL);
    AUTO_STRV char **copy = strv_dup(NULL);
    ck_assert_ptr_nonnull(copy);
    ck_assert_uint_eq(strv_len(copy), 0);
    AUTO_FREE char *joined = strv_join(NULL, ",");
    ck_assert_str_eq(joined, "");
}
END_TEST

/* Across every growth of the vector's memory. */
START_TEST(vector_grows)
{
    AUTO_STRV char **v = NULL;

    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(strv_addf(&v, "%d", i), 0);
    ck_assert_uint_eq(strv_len(v), 1000);
    ck_assert_str_eq(v[0], "0");
    ck_assert_str_eq(v[999], "999");
    ck_assert(strv_has(v, "500"));
    ck_assert(!strv_has(v, "1000"));
}
END_TEST

START_TEST(vector_push_takes)
{
    AUTO_STRV char **v = NULL;

    ck_assert_int_eq(strv_push(&v, strdup("mine")), 0);
    ck_assert_str_eq(v[0], "mine");
    ck_assert_int_eq(strv_push(&v, NULL), -1);
    ck_assert_uint_eq(strv_len(v), 1);
}
END_TEST

START_TEST(vector_extend_and_dup)
{
    AUTO_STRV char **more = strv_split("x y z w", ' ', true);
    AUTO_STRV char **v = NULL;

    ck_assert_int_eq(strv_add(&v, "a"), 0);
    ck_assert_int_eq(strv_extend(&v, more), 0);
    AUTO_STRV char **copy = strv_dup(v);
    ck_assert_uint_eq(strv_len(copy), 5);
    ck_assert_str_eq(copy[4], "w");
    ck_assert_int_eq(strv_add(&copy, "after a dup"), 0);
    ck_assert_uint_eq(strv_len(v), 5);
}
END_TEST

static const struct {
    const char *text;
    bool skip_empty;
    const char *joined; /* with '|' */
    size_t len;
} splits[] = {
    { "a:b:c", false, "a|b|c", 3 },
    { ":a::b:", false, "|a||b|", 5 },
    { ":a::b:", true, "a|b", 2 },
    { "", false, "", 1 },
    { "", true, "", 0 },
    { "one", true, "one", 1 },
    { ":::", true, "", 0 },
    { "a:b:c:d:e:f:g:h:i", true, "a|b|c|d|e|f|g|h|i", 9 },
};

START_TEST(split_and_join)
{
    AUTO_STRV char **v = strv_split(splits[_i].text, ':', splits[_i].skip_empty);
    AUTO_FREE char *joined = strv_join(v, "|");

    ck_assert_uint_eq(strv_len(v), splits[_i].len);
    ck_assert_str_eq(joined, splits[_i].joined);
}
END_TEST

START_TEST(environment)
{
    AUTO_STRV char **env = NULL;

    ck_assert_ptr_null(strv_env_get(env, "A"));
    ck_assert_int_eq(strv_env_set(&env, "AB=1"), 0);
    ck_assert_int_eq(strv_env_set(&env, "A=2"), 0);
    ck_assert_int_eq(strv_env_set(&env, "A=three=3"), 0);
    ck_assert_uint_eq(strv_len(env), 2);
    ck_assert_str_eq(strv_env_get(env, "A"), "three=3");
    ck_assert_str_eq(strv_env_get(env, "AB"), "1");
    ck_assert_ptr_null(strv_env_get(env, "B"));
    ck_assert_int_eq(strv_env_set(&env, "A="), 0);
    ck_assert_str_eq(strv_env_get(env, "A"), "");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("str");

    tcase_add_test(t, format_and_copy);
    tcase_add_test(t, counted_bytes);
    tcase_add_test(t, prefix_and_suffix);
    tcase_add_test(t, predicates);
    tcase_add_test(t, set_replaces);
    tcase_add_test(t, trim);
    tcase_add_test(t, hex);
    tcase_add_test(t, vector_null_is_empty);
    tcase_add_test(t, vector_grows);
    tcase_add_test(t, vector_push_takes);
    tcase_add_test(t, vector_extend_and_dup);
    tcase_add_loop_test(t, split_and_join, 0, (int)ARRAY_LEN(splits));
    tcase_add_test(t, environment);
    return unit_run(t);
}
