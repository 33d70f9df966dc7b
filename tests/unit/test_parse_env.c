/* SPDX-License-Identifier: MIT */
/* The grammars of -e, --env-file, -l and --label-file. */
#include "base/str.h"
#include "engine/parse_env.h"
#include "tests/unit/unit.h"

static char *file_of(const char *text, size_t len)
{
    static char path[100];
    FILE *f;

    snprintf(path, sizeof(path), "%s/env", unit_dir);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, len, f), len);
    ck_assert_int_eq(fclose(f), 0);
    return path;
}

/* The parts of a text, split at "|". */
static char **parts(const char *text)
{
    char **v = strv_split(text, '|', false);

    ck_assert_ptr_nonnull(v);
    return v;
}

static char **environment;

static void setup(void)
{
    environment = parts("HOME=/root|EMPTY=");
}

static void teardown(void)
{
    strv_free(environment);
}

START_TEST(assignments)
{
    AUTO_STRV char **given = parts("A=1|HOME|UNSET|EMPTY|B=x=y|A=2|C=");
    AUTO_STRV char **env = NULL;
    struct err e = ERR_INIT;

    unit_ok(parse_env(NULL, given, environment, &env, &e), &e);
    AUTO_FREE char *all = strv_join(env, "|");
    ck_assert_str_eq(all, "A=2|HOME=/root|UNSET|EMPTY=|B=x=y|C=");
}
END_TEST

START_TEST(changes)
{
    AUTO_STRV char **env = parts("A=1|B=2|BB=3|C=4");
    AUTO_STRV char **own = parts("B|C=5|A|A=6|NONE|D=7|D");
    AUTO_STRV char **none = NULL;

    ck_assert_int_eq(parse_env_apply(&env, own), 0);
    AUTO_FREE char *all = strv_join(env, "|");
    ck_assert_str_eq(all, "BB=3|C=5|A=6");
    ck_assert_int_eq(parse_env_apply(&none, own), 0);
    AUTO_FREE char *made = strv_join(none, "|");
    ck_assert_str_eq(made, "C=5|A=6");
}
END_TEST

START_TEST(nothing)
{
    char **env = (char **)1;
    struct err e = ERR_INIT;

    unit_ok(parse_env(NULL, NULL, environment, &env, &e), &e);
    ck_assert_ptr_null(env);
}
END_TEST

START_TEST(nameless)
{
    AUTO_STRV char **given = parts("=x");
    AUTO_STRV char **empty = parts("");
    char **env = NULL;
    struct err e = ERR_INIT;

    unit_fails(parse_env(NULL, given, environment, &env, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "invalid environment variable \"=x\": it has no name");
    unit_fails(parse_env_labels(NULL, empty, &env, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "invalid label \"\": it has no name");
}
END_TEST

START_TEST(files)
{
    static const char text[] = "\xef\xbb\xbf# comment\n\n  A=1\n\t# more\nB= spaces stay \r\n"
                               "HOME\nUNSET\nC=a#b \"q\"\nlast=one";
    AUTO_STRV char **given = parts(file_of(text, sizeof(text) - 1));
    AUTO_STRV char **over = parts("A=over");
    AUTO_STRV char **env = NULL;
    struct err e = ERR_INIT;

    unit_ok(parse_env(given, over, environment, &env, &e), &e);
    AUTO_FREE char *all = strv_join(env, "|");
    ck_assert_str_eq(all, "A=over|B= spaces stay |HOME=/root|C=a#b \"q\"|last=one");
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *why;
} bad_files[] = {
    { "A=1\n=x\n", 7, ":2: no variable name on line \"=x\"" },
    { "A B=1\n", 6, ":1: variable \"A B\" contains white space" },
    { "A \n", 3, ":1: variable \"A \" contains white space" },
    { "A=1\0B=2\n", 8, ": not a text file" },
};

START_TEST(files_that_are_bad)
{
    AUTO_STRV char **given = parts(file_of(bad_files[_i].text, bad_files[_i].len));
    char **env = NULL;
    struct err e = ERR_INIT;

    unit_fails(parse_env(given, NULL, environment, &env, &e), ERR_INVALID, &e);
    ck_assert_msg(str_starts(e.msg, given[0]) && strstr(e.msg, bad_files[_i].why), "%s", e.msg);
}
END_TEST

START_TEST(file_that_is_missing)
{
    AUTO_STRV char **given = parts("/nonexistent/env");
    char **env = NULL;
    struct err e = ERR_INIT;

    ck_assert_int_lt(parse_env(given, NULL, environment, &env, &e), 0);
    ck_assert_ptr_nonnull(strstr(e.msg, "/nonexistent/env: No such file or directory"));
}
END_TEST

START_TEST(labels)
{
    AUTO_STRV char **given = parts("a=1|bare|HOME");
    AUTO_STRV char **v = NULL;
    struct err e = ERR_INIT;

    unit_ok(parse_env_labels(NULL, given, &v, &e), &e);
    AUTO_FREE char *all = strv_join(v, "|");
    ck_assert_str_eq(all, "a=1|bare=|HOME=");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("parse_env");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, assignments);
    tcase_add_test(t, changes);
    tcase_add_test(t, nothing);
    tcase_add_test(t, nameless);
    tcase_add_test(t, files);
    tcase_add_loop_test(t, files_that_are_bad, 0, (int)ARRAY_LEN(bad_files));
    tcase_add_test(t, file_that_is_missing);
    tcase_add_test(t, labels);
    return unit_run(t);
}
