/* SPDX-License-Identifier: MIT */
/* What option tables tell: help, completion, scripts for shells; and the check of the tables. */
#include "tests/unit/opt_table.h"

START_TEST(helps)
{
    AUTO_BUF struct buf b = { 0 };

    opt_help(&prog, &ps, "prog ps", 0, &b);
    ck_assert_str_eq(b.data,
                     "Usage:  prog ps \n\nList things\n\nAliases:\n  prog ps, prog container ls, "
                     "prog container list, prog container ps\n");
    buf_reset(&b);
    opt_help(&prog, &cmd, "prog run", 60, &b);
    ck_assert_ptr_nonnull(
        strstr(b.data, "Usage:  prog run [OPTIONS] IMAGE [COMMAND]\n\nRun a thing\n"));
    ck_assert_ptr_nonnull(
        strstr(b.data, "  -e, --env KEY=VALUE      Set an environment variable\n"));
    ck_assert_ptr_nonnull(strstr(b.data, "      --cpus decimal       How many cpus\n"));
    ck_assert_ptr_null(strstr(b.data, "secret"));
    ck_assert_ptr_null(strstr(b.data, "kernel-memory"));
    buf_reset(&b);
    opt_help_program(&prog, 0, &b);
    ck_assert_str_eq(b.data, "Usage:  prog [OPTIONS] COMMAND\n\nA program\n\nCommon Commands:\n"
                             "  run         Run a thing\n\nManagement Commands:\n"
                             "  container   Manage things\n\nCommands:\n"
                             "  ps          List things\n\nGlobal Options:\n"
                             "      --root DIR   Where state lives\n"
                             "  -v, --version    Print the version\n"
                             "\nRun 'prog COMMAND --help' for more information on a command.\n");
}
END_TEST

/* Lines break at the terminal's width, and the text column stays one. */
START_TEST(wraps)
{
    static const struct opt long_opts[] = {
        { 'd', "detach", OPT_FLAG, AT(detach), NULL,
          "One two three four five six seven eight nine ten eleven twelve" },
        { 0 },
    };
    const struct opt_cmd c = { .usage = "", .summary = "S", .opts = long_opts };
    AUTO_BUF struct buf b = { 0 };

    opt_help(&prog, &c, "x", 51, &b);
    ck_assert_ptr_nonnull(strstr(b.data, "  -d, --detach   One two three four five six seven\n"
                                         "                 eight nine ten eleven twelve\n"));
}
END_TEST

static const struct {
    const char *line; /* words separated by "|" */
    const char *want;
} completions[] = {
    { "r", "run\tRun a thing\n" },
    { "container|l", "ls\tList things\n" },
    { "--root|", ":dir\n" },
    { "--root=", ":dir\n" },
    { "--root|/x|r", "run\tRun a thing\n" },
    { "--r", "--root\tWhere state lives\n" },
    { "run|--na", "--name\tName the container\n" },
    { "run|--name|w", "web\tA container\n" },
    { "run|-n|", "web\tA container\n" },
    { "run|-dn|", "web\tA container\n" },
    { "run|--name=we", "--name=web\tA container\n" },
    { "run|--name=x", "" },
    { "run|--color|", "red\ngreen\n" },
    { "run|--color=g", "--color=green\n" },
    { "run|--detach=f", "--detach=false\n" },
    { "run|-e|A|", "web\tA container\n" },
    { "run|--se", "" },
    { "run|--kernel", "" },
    { "__h", "" },
    { "bogus|", "" },
    { "run|--|--na", "" },
};

START_TEST(completes)
{
    char **words = words_of(completions[_i].line, "|");
    AUTO_BUF struct buf b = { 0 };

    cmd.words = name_words;
    opt_complete(&prog, (void *)"context", words, &b);
    ck_assert_str_eq(b.data ? b.data : "", completions[_i].want);
}
END_TEST

START_TEST(completes_behind_the_operand)
{
    char **words = words_of("run|img|--na", "|");
    AUTO_BUF struct buf b = { 0 };

    cmd.stop_at_operand = true;
    opt_complete(&prog, (void *)"context", words, &b);
    ck_assert_str_eq(b.data, ":file\n");
}
END_TEST

START_TEST(scripts)
{
    static const char *const shells[] = { "bash", "zsh", "fish" };
    struct err e = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
        AUTO_BUF struct buf b = { 0 };
        unit_ok(opt_script(&prog, shells[i], &b, &e), &e);
        ck_assert_ptr_nonnull(strstr(b.data, "__complete"));
        ck_assert_ptr_nonnull(strstr(b.data, "prog"));
        ck_assert_ptr_null(strchr(b.data, '~'));
    }
    AUTO_BUF struct buf b = { 0 };
    unit_fails(opt_script(&prog, "tcsh", &b, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(dumps)
{
    AUTO_BUF struct buf b = { 0 };

    opt_dump(&cmd, &b);
    ck_assert_ptr_nonnull(strstr(b.data, "-d, --detach\tFLAG\t\n"));
    ck_assert_ptr_nonnull(strstr(b.data, "-n, --name, --title, --nom\tSTRING\tstring\n"));
    ck_assert_ptr_nonnull(strstr(b.data, "-e, --env\tSTRV\tKEY=VALUE\n"));
    ck_assert_ptr_null(strstr(b.data, "secret"));
}
END_TEST

START_TEST(tables_are_checked)
{
    static const struct opt wrong_size[] = {
        { 0, "x", OPT_INT, AT(detach), NULL, "A number" },
        { 0 },
    };
    static const struct opt twice[] = {
        { 'd', "x", OPT_FLAG, AT(detach), NULL, "One" },
        { 'd', "y", OPT_FLAG, AT(tty), NULL, "Two" },
        { 0 },
    };
    struct opt_cmd c = cmd;

    ck_assert_ptr_null(opt_table_error(&cmd));
    c.opts = wrong_size;
    ck_assert_str_eq(opt_table_error(&c), "x has a field of another size than its kind needs");
    c.opts = twice;
    ck_assert_str_eq(opt_table_error(&c), "y is there twice");
    c.opts = NULL;
    c.args_size = 4;
    ck_assert_str_eq(opt_table_error(&c), "timeout lies outside the args struct");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("opt_help");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, helps);
    tcase_add_test(t, wraps);
    tcase_add_loop_test(t, completes, 0, (int)ARRAY_LEN(completions));
    tcase_add_test(t, completes_behind_the_operand);
    tcase_add_test(t, scripts);
    tcase_add_test(t, dumps);
    tcase_add_test(t, tables_are_checked);
    return unit_run(t);
}
