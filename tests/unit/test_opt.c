/* SPDX-License-Identifier: MIT */
/* Option tables: parsing, finding commands, hints. What is told about them: test_opt_help.c. */
#include "tests/unit/opt_table.h"

static const struct args *parsed(const char *line, struct opt_parsed *p)
{
    struct err e;

    unit_ok(opt_parse(&cmd, words_of(line, " "), p, &e), &e);
    return p->args;
}

START_TEST(every_kind)
{
    struct opt_parsed p;
    const struct args *a =
        parsed("-dt --name=x -e A=1 --env B=2 --list a,b --count 3 -m 64m --timeout 1m30s "
               "--cpus 0.5 --mode 755 --color green --call x --call=y img cmd",
               &p);

    ck_assert(a->detach && a->tty);
    ck_assert_str_eq(a->name, "x");
    ck_assert_uint_eq(strv_len(a->env), 2);
    ck_assert_str_eq(a->env[1], "B=2");
    ck_assert_uint_eq(strv_len(a->list), 2);
    ck_assert_int_eq(a->count, 3);
    ck_assert_int_eq(a->memory, 64 << 20);
    ck_assert_int_eq(a->timeout, 90000000000);
    ck_assert_int_eq(a->cpus, 500000000);
    ck_assert_uint_eq(a->mode, 0755);
    ck_assert_int_eq(a->color, 1);
    ck_assert_int_eq(a->called, 2);
    ck_assert_int_eq(p.noperands, 2);
    ck_assert_str_eq(p.operands[0], "img");
    ck_assert_str_eq(p.operands[1], "cmd");
    ck_assert_ptr_null(p.operands[2]);
    opt_free(&cmd, &p);
}
END_TEST

static const struct {
    const char *line;
    const char *name; /* the value of --name */
    bool detach;
    bool tty;
    int noperands;
} spellings[] = {
    { "-n x", "x", false, false, 0 },
    { "-nx", "x", false, false, 0 },
    { "-n=x", "x", false, false, 0 },
    { "-dn x", "x", true, false, 0 },
    { "-tdnx img", "x", true, true, 1 },
    { "--title x", "x", false, false, 0 },
    { "--nom=x", "x", false, false, 0 },
    { "--name= img", "", false, false, 1 },
    { "--name -d", "-d", false, false, 0 },
    { "--name --", "--", false, false, 0 },
    { "--name a --name b", "b", false, false, 0 },
    { "--detach=true --tty=false", NULL, true, false, 0 },
    { "-d=false -t=1", NULL, false, true, 0 },
    { "img -d", NULL, true, false, 1 },
    { "img -- -d", NULL, false, false, 2 },
    { "- -d", NULL, true, false, 1 },
    { "--secret --kernel-memory 4m", NULL, false, true, 0 },
};

START_TEST(spelled)
{
    struct opt_parsed p;
    const struct args *a = parsed(spellings[_i].line, &p);

    ck_assert_pstr_eq(a->name, spellings[_i].name);
    ck_assert_int_eq(a->detach, spellings[_i].detach);
    ck_assert_int_eq(a->tty, spellings[_i].tty);
    ck_assert_int_eq(p.noperands, spellings[_i].noperands);
    ck_assert_int_eq(a->count, 7);
    opt_free(&cmd, &p);
}
END_TEST

/* In a third table; not given, it is as the defaults say. */
START_TEST(switches)
{
    static const struct {
        const char *line;
        int64_t want;
    } rows[] = {
        { "img", 7 }, { "--swap img", 1 }, { "--swap=false img", 0 }, { "--swap=T img", 1 }
    };
    static const struct opt third[] = { { 0, "swap", OPT_SWITCH, AT(count), NULL, "On or off" },
                                        { 0 } };
    struct opt_parsed p;

    cmd.more_opts[1] = third;
    ck_assert_ptr_null(opt_table_error(&cmd));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ck_assert_int_eq(parsed(rows[i].line, &p)->count, rows[i].want);
        opt_free(&cmd, &p);
    }
}
END_TEST

START_TEST(stops_at_operand)
{
    struct opt_parsed p;

    cmd.stop_at_operand = true;
    const struct args *a = parsed("-d img -t --name x -- y", &p);
    ck_assert(a->detach && !a->tty && !a->name);
    ck_assert_int_eq(p.noperands, 6);
    ck_assert_str_eq(p.operands[4], "--");
    opt_free(&cmd, &p);
    a = parsed("-d -- -t img", &p);
    ck_assert(!a->tty);
    ck_assert_str_eq(p.operands[0], "-t");
    opt_free(&cmd, &p);
}
END_TEST

static const struct {
    const char *line;
    const char *msg;
    const char *hint;
} mistakes[] = {
    { "--nmae x", "unknown option --nmae", "did you mean --name?" },
    { "--nmae=x", "unknown option --nmae", "did you mean --name?" },
    { "--zzzzzz", "unknown option --zzzzzz", "" },
    { "--detac", "unknown option --detac", "did you mean --detach?" },
    { "--secre", "unknown option --secre", "" },
    { "--hepl", "unknown option --hepl", "did you mean --help?" },
    { "-x", "unknown option -x", "" },
    { "-dx", "unknown option -x in -dx", "" },
    { "-list a", "unknown option -l in -list", "did you mean --list?" },
    { "-timout 3", "unknown option -i in -timout", "did you mean --timeout?" },
    { "--name", "option --name needs a value", "" },
    { "-d -n", "option --name needs a value", "" },
    { "--detach=maybe", "option --detach: invalid value \"maybe\": expected true or false", "" },
    { "--count 11", "option --count: invalid value \"11\": out of range (-1 to 10)", "" },
    { "-c x", "option --count: invalid value \"x\": expected an integer", "" },
    { "-m -2",
      "option --memory: invalid value \"-2\": expected a size such as 512, 64k, 100m or 1.5g", "" },
    { "--color blue", "option --color: invalid value \"blue\": expected one of red, green", "" },
    { "--mode 8", "option --mode: invalid value \"8\": expected octal digits", "" },
    { "--call bad", "option --call: bad value", "" },
};

START_TEST(mistaken)
{
    struct opt_parsed p;
    struct err e = ERR_INIT;

    unit_fails(opt_parse(&cmd, words_of(mistakes[_i].line, " "), &p, &e), ERR_USAGE, &e);
    ck_assert_str_eq(e.msg, mistakes[_i].msg);
    ck_assert_str_eq(e.hint, mistakes[_i].hint);
    opt_free(&cmd, &p);
}
END_TEST

START_TEST(minus_one)
{
    struct opt_parsed p;
    const struct args *a = parsed("-m -1 -c -1", &p);

    ck_assert_int_eq(a->memory, -1);
    ck_assert_int_eq(a->count, -1);
    opt_free(&cmd, &p);
}
END_TEST

START_TEST(help_wins)
{
    struct opt_parsed p;

    parsed("-d --help --bogus", &p);
    ck_assert(p.help);
    opt_free(&cmd, &p);
    parsed("-h", &p);
    ck_assert(p.help);
    opt_free(&cmd, &p);
    parsed("img -- --help", &p);
    ck_assert(!p.help);
    opt_free(&cmd, &p);
}
END_TEST

static const struct {
    int min, max, n;
    const char *msg; /* NULL: fine */
} counts[] = {
    { 0, 0, 0, NULL },
    { 0, 0, 1, "'prog x' accepts no arguments" },
    { 1, 1, 0, "'prog x' requires exactly 1 argument" },
    { 2, 2, 3, "'prog x' requires exactly 2 arguments" },
    { 1, -1, 0, "'prog x' requires at least 1 argument" },
    { 2, -1, 1, "'prog x' requires at least 2 arguments" },
    { 1, -1, 50, NULL },
    { 0, 1, 2, "'prog x' requires at most 1 argument" },
};

START_TEST(counted)
{
    const struct opt_cmd c = { .usage = "U",
                               .min_operands = counts[_i].min,
                               .max_operands = counts[_i].max };
    struct err e = ERR_INIT;
    int r = opt_check_operands(&c, "prog x", counts[_i].n, &e);

    ck_assert_int_eq(r, counts[_i].msg ? -ERR_USAGE : 0);
    if (counts[_i].msg) {
        ck_assert_str_eq(e.msg, counts[_i].msg);
        ck_assert_str_eq(e.hint, "usage: prog x U");
    }
}
END_TEST

static int find(const char *line, struct globals *g, struct opt_match *m, struct err *e)
{
    return opt_find(&prog, words_of(line, " "), g, m, e);
}

START_TEST(finds)
{
    struct globals g = { 0 };
    struct opt_match m;
    struct err e;

    unit_ok(find("--root /x run -d img", &g, &m, &e), &e);
    ck_assert_str_eq(g.root, "/x");
    ck_assert_ptr_eq(m.cmd, &cmd);
    ck_assert_str_eq(m.path, "prog run");
    ck_assert_str_eq(m.argv[0], "-d");
    unit_ok(find("container list --all", &g, &m, &e), &e);
    ck_assert_ptr_eq(m.cmd, &ps);
    ck_assert_str_eq(m.path, "prog container list");
    unit_ok(find("container", &g, &m, &e), &e);
    ck_assert_ptr_eq(m.cmd, &container);
    ck_assert(!m.help);
    unit_ok(find("container --help", &g, &m, &e), &e);
    ck_assert(m.help && m.cmd == &container);
    unit_ok(find("--help run", &g, &m, &e), &e);
    ck_assert(m.help && m.cmd == &cmd);
    unit_ok(find("run --help", &g, &m, &e), &e);
    ck_assert(!m.help && m.cmd == &cmd);
    unit_ok(find("-v", &g, &m, &e), &e);
    ck_assert(g.version && !m.cmd);
}
END_TEST

static const struct {
    const char *line;
    enum err_kind kind;
    const char *msg;
    const char *hint;
} lost[] = {
    { "rn img", ERR_NOT_FOUND, "'rn' is not a command of prog", "did you mean 'prog run'?" },
    { "contaner ls", ERR_NOT_FOUND, "'contaner' is not a command of prog",
      "did you mean 'prog container'?" },
    { "container lst", ERR_NOT_FOUND, "'lst' is not a command of prog container",
      "did you mean 'prog container ls'?" },
    { "__hiden", ERR_NOT_FOUND, "'__hiden' is not a command of prog", "" },
    { "--rot /x run", ERR_USAGE, "unknown option --rot", "did you mean --root?" },
    { "container --all", ERR_USAGE, "unknown option --all", "" },
};

START_TEST(loses)
{
    struct globals g = { 0 };
    struct opt_match m;
    struct err e = ERR_INIT;

    unit_fails(find(lost[_i].line, &g, &m, &e), lost[_i].kind, &e);
    ck_assert_str_eq(e.msg, lost[_i].msg);
    ck_assert_str_eq(e.hint, lost[_i].hint);
}
END_TEST

START_TEST(looks_up)
{
    ck_assert_ptr_eq(opt_lookup(&prog, words_of("container ps", " ")), &ps);
    ck_assert_ptr_null(opt_lookup(&prog, words_of("container ps ps", " ")));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("opt");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, every_kind);
    tcase_add_loop_test(t, spelled, 0, (int)ARRAY_LEN(spellings));
    tcase_add_test(t, switches);
    tcase_add_test(t, stops_at_operand);
    tcase_add_loop_test(t, mistaken, 0, (int)ARRAY_LEN(mistakes));
    tcase_add_test(t, minus_one);
    tcase_add_test(t, help_wins);
    tcase_add_loop_test(t, counted, 0, (int)ARRAY_LEN(counts));
    tcase_add_test(t, finds);
    tcase_add_loop_test(t, loses, 0, (int)ARRAY_LEN(lost));
    tcase_add_test(t, looks_up);
    return unit_run(t);
}
