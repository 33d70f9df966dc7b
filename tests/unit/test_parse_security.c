/* SPDX-License-Identifier: MIT */
/* The grammar of --security-opt. */
#include "base/str.h"
#include "engine/parse_security.h"
#include "tests/unit/unit.h"

static const struct {
    const char *options; /* separated by spaces */
    const char *want;    /* "nnp unconfined paths file apparmor", or NULL: refused */
} cases[] = {
    { "", "0 0 0 - -" },
    { "no-new-privileges", "1 0 0 - -" },
    { "no-new-privileges:true", "1 0 0 - -" },
    { "no-new-privileges=false", "0 0 0 - -" },
    { "no-new-privileges no-new-privileges=false", "0 0 0 - -" },
    { "seccomp=unconfined", "0 1 0 - -" },
    { "seccomp=/a:b=c.json", "0 0 0 /a:b=c.json -" },
    { "seccomp:unconfined seccomp=/x", "0 0 0 /x -" },
    { "seccomp=builtin", "0 0 0 - -" },
    { "apparmor=unconfined systempaths=unconfined label=disable", "0 0 1 - unconfined" },
    { "no-new-privileges=maybe", NULL },
    { "seccomp", NULL },
    { "seccomp=", NULL },
    { "systempaths=x", NULL },
    { "bogus=1", NULL },
};

START_TEST(parses)
{
    AUTO_STRV char **v = strv_split(cases[_i].options, ' ', true);
    struct security_spec s;
    struct err e = ERR_INIT;
    int r = parse_security(v, &s, &e);

    ck_assert_int_eq(r, cases[_i].want ? 0 : -ERR_INVALID);
    if (r < 0) {
        ck_assert_ptr_nonnull(strstr(e.msg, "invalid --security-opt"));
        return;
    }
    AUTO_FREE char *got =
        str_fmt("%d %d %d %s %s", s.no_new_privileges, s.seccomp_unconfined, s.paths_unconfined,
                s.seccomp_file ? s.seccomp_file : "-", s.apparmor ? s.apparmor : "-");
    ck_assert_str_eq(got, cases[_i].want);
}
END_TEST

static const struct {
    const char *text;
    const char *want; /* "TYPE MAJOR MINOR ACCESS", or NULL: refused */
} rules[] = {
    { "c 1:3 mr", "c 1 3 mr" },
    { "b 8:* rwm", "b 8 -1 rwm" },
    { "c *:* w", "c -1 -1 w" },
    { "a 1:3 r", "a -1 -1 rwm" },
    { "c 1:3", NULL },
    { "c 1:3 ", NULL },
    { "c 1:3 rwmr", NULL },
    { "c 1:3 x", NULL },
    { "d 1:3 r", NULL },
    { "cc 1:3 r", NULL },
    { "c 13 r", NULL },
    { "c 1: r", NULL },
    { "c -1:3 r", NULL },
    { "c  1:3 r", NULL },
    { "", NULL },
};

START_TEST(parses_rules)
{
    struct device_rule rule;
    struct err e = ERR_INIT;
    int r = parse_security_rule(rules[_i].text, &rule, &e);

    ck_assert_int_eq(r, rules[_i].want ? 0 : -ERR_INVALID);
    if (r < 0) {
        ck_assert_ptr_nonnull(strstr(e.msg, "invalid device cgroup format"));
        return;
    }
    AUTO_FREE char *got =
        str_fmt("%c %d %d %s", rule.type, (int)rule.major, (int)rule.minor, rule.access);
    ck_assert_str_eq(got, rules[_i].want);
}
END_TEST

START_TEST(has_no_labels)
{
    AUTO_STRV char **options = strv_split("label=type:x", ' ', true);
    struct security_spec s;
    struct err e = ERR_INIT;

    unit_fails(parse_security(options, &s, &e), ERR_UNSUPPORTED, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("parse_security");

    tcase_add_loop_test(t, parses, 0, (int)ARRAY_LEN(cases));
    tcase_add_loop_test(t, parses_rules, 0, (int)ARRAY_LEN(rules));
    tcase_add_test(t, has_no_labels);
    return unit_run(t);
}
