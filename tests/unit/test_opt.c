/* SPDX-License-Identifier: MIT */
/* Option tables: parsing, finding commands, hints, help, completion, the check of the tables. */
#include "base/opt.h"
#include "base/str.h"
#include "tests/unit/unit.h"

struct args {
    bool detach;
    bool tty;
    const char *name;
    char **env;
    char **list;
    int64_t count;
    int64_t memory;
    int64_t timeout;
    int64_t cpus;
    uint32_t mode;
    int color;
    int called;
};

static const char *const colors[] = { "red", "green", NULL };

static int call(const struct opt *o, const char *value, void *field, struct err *e)
{
    if (STREQ(value, "bad"))
        return err_set(e, ERR_INVALID, "bad value");
    *(int *)field += 1;
    return 0;
}

static void name_words(void *ctx, const char *prefix, struct buf *out)
{
    ck_assert_str_eq(ctx, "context");
    if (str_starts("web", prefix))
        buf_str(out, "web\tA container\n");
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    return 0;
}

#define AT(field) OPT_AT(struct args, field)
static const struct opt opts[] = {
    { 'd', "detach", OPT_FLAG, AT(detach), NULL, "Run in the background" },
    { 't', "tty", OPT_FLAG, AT(tty), NULL, "Give it a terminal" },
    { 'n', "name", OPT_STRING, AT(name), NULL, "Name the container", .aliases = "title nom",
      .words = name_words },
    { 'e', "env", OPT_STRV, AT(env), "KEY=VALUE", "Set an environment variable" },
    { 0, "list", OPT_LIST, AT(list), NULL, "Words separated by commas" },
    { 'c', "count", OPT_INT, AT(count), NULL, "A number from -1 to 10", .min = -1, .max = 10 },
    { 'm', "memory", OPT_SIZE, AT(memory), NULL, "A size, or -1", .min = -1 },
    { 0 },
};
static const struct opt more[] = {
    { 0, "timeout", OPT_DURATION, AT(timeout), NULL, "How long to wait" },
    { 0, "cpus", OPT_NANO, AT(cpus), NULL, "How many cpus" },
    { 0, "mode", OPT_OCTAL, AT(mode), NULL, "A file's mode", .max = 07777 },
    { 0, "color", OPT_ENUM, AT(color), NULL, "A color", .choices = colors },
    { 0, "call", OPT_CALL, AT(called), "X", "A callback" },
    { 0, "secret", OPT_FLAG, AT(tty), NULL, NULL, OPT_HIDDEN },
    { 0, "kernel-memory", OPT_STRING, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0 },
};
static struct opt callable[ARRAY_LEN(more)];
static const struct args defaults = { .count = 7 };

static struct opt_cmd cmd = {
    .usage = "[OPTIONS] IMAGE [COMMAND]",
    .summary = "Run a thing",
    .opts = opts,
    .args_size = sizeof(struct args),
    .defaults = &defaults,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
static struct opt_cmd ps = { .usage = "", .summary = "List things", .run = run };
static const struct opt_verb container_verbs[] = { { "run", &cmd }, { "ls list ps", &ps }, { 0 } };
static const struct opt_cmd container = { .summary = "Manage things", .verbs = container_verbs };
static const struct opt_verb verbs[] = {
    { "run", &cmd, OPT_VERB_COMMON },     { "ps", &ps }, { "container", &container },
    { "__hidden", &ps, OPT_VERB_HIDDEN }, { 0 },
};
struct globals {
    const char *root;
    bool version;
};
static const struct opt globals[] = {
    { 0, "root", OPT_STRING, OPT_AT(struct globals, root), "DIR", "Where state lives",
      .words = opt_words_dir },
    { 'v', "version", OPT_FLAG, OPT_AT(struct globals, version), NULL, "Print the version" },
    { 0 },
};
static const struct opt_program prog = {
    .name = "prog",
    .summary = "A program",
    .globals = globals,
    .verbs = verbs,
};

static void setup(void)
{
    memcpy(callable, more, sizeof(more));
    callable[4].parse = call;
    cmd.more_opts[0] = callable;
    cmd.stop_at_operand = false;
}

/* The line's words, in memory that lives until the next call: opt_parse() permutes them. */
static char **words_of(const char *line, const char *sep)
{
    static char text[512];
    static char *words[64];
    size_t n = 0;

    snprintf(text, sizeof(text), "%s", line);
    for (char *rest = text, *w; (w = strsep(&rest, sep));)
        words[n++] = w;
    words[n] = NULL;
    return words;
}

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
    tcase_add_test(t, helps);
    tcase_add_test(t, wraps);
    tcase_add_loop_test(t, completes, 0, (int)ARRAY_LEN(completions));
    tcase_add_test(t, completes_behind_the_operand);
    tcase_add_test(t, scripts);
    tcase_add_test(t, dumps);
    tcase_add_test(t, tables_are_checked);
    return unit_run(t);
}
