/* SPDX-License-Identifier: MIT */
/* Ids and names: their grammar, and that they differ. */
#include "engine/id.h"

#include "base/str.h"
#include "tests/unit/unit.h"

static struct err e;

START_TEST(ids)
{
    char a[ID_LEN + 1];
    char b[ID_LEN + 1];

    unit_ok(id_new(a, &e), &e);
    unit_ok(id_new(b, &e), &e);
    ck_assert_uint_eq(strlen(a), ID_LEN);
    ck_assert(id_is_prefix(a));
    ck_assert_str_ne(a, b);
}
END_TEST

static const struct {
    const char *text;
    bool yes;
} prefixes[] = {
    { "0", true },       { "09af", true }, { "", false },   { "g", false },
    { "ABCDEF", false }, { "a b", false }, { "a/", false }, { "a\n", false },
};

START_TEST(prefix)
{
    char long_one[ID_LEN + 2];

    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        ck_assert_msg(id_is_prefix(prefixes[i].text) == prefixes[i].yes, "%s", prefixes[i].text);
    memset(long_one, 'a', sizeof(long_one));
    long_one[ID_LEN + 1] = '\0';
    ck_assert(!id_is_prefix(long_one));
    long_one[ID_LEN] = '\0';
    ck_assert(id_is_prefix(long_one));
}
END_TEST

START_TEST(random_names_are_names)
{
    char name[ID_NAME_MAX];
    unsigned with_number = 0;

    for (unsigned i = 0; i < 200; i++) {
        unit_ok(id_random_name(i % 8, name, &e), &e);
        unit_ok(id_check_name(name, &e), &e);
        bool number = strpbrk(name, "0123456789") != NULL;
        ck_assert_int_eq(number, i % 8 >= 3);
        with_number += number;
    }
    ck_assert_uint_eq(with_number, 125);
}
END_TEST

START_TEST(names)
{
    static const char *const good[] = { "ab", "a.b", "A-1", "9_", "web.example-1" };
    static const char *const bad[] = { "", "a", ".a", "-a", "_a", "a b", "a/b", "a\n", "..", "ä1" };
    char long_one[257];

    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        unit_ok(id_check_name(good[i], &e), &e);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        unit_fails(id_check_name(bad[i], &e), ERR_INVALID, &e);
        ck_assert_ptr_nonnull(strstr(e.msg, "Invalid container name ("));
    }
    memset(long_one, 'a', sizeof(long_one));
    long_one[256] = '\0';
    unit_fails(id_check_name(long_one, &e), ERR_INVALID, &e);
    long_one[255] = '\0';
    unit_ok(id_check_name(long_one, &e), &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("id");

    tcase_add_test(t, ids);
    tcase_add_test(t, prefix);
    tcase_add_test(t, random_names_are_names);
    tcase_add_test(t, names);
    return unit_run(t);
}
