/* SPDX-License-Identifier: MIT */
/* GVariant's text form, type by type. */
#include "base/buf.h"
#include "base/str.h"
#include "cgroup/cgroup_variant.h"
#include "tests/unit/unit.h"

#include <inttypes.h>

/* The value with nothing left out: numbers plain, strings quoted, containers in brackets. */
static void show(const struct cgroup_variant *v, struct buf *b)
{
    switch (v->type[0]) {
    case 'b': buf_str(b, v->v.b ? "true" : "false"); return;
    case 'y': buf_fmt(b, "%u", v->v.y); return;
    case 'n': buf_fmt(b, "%d", v->v.n); return;
    case 'q': buf_fmt(b, "%u", v->v.q); return;
    case 'i': buf_fmt(b, "%d", v->v.i); return;
    case 'u': buf_fmt(b, "%u", v->v.u); return;
    case 'x': buf_fmt(b, "%" PRId64, v->v.x); return;
    case 't': buf_fmt(b, "%" PRIu64, v->v.t); return;
    case 'd': buf_fmt(b, "%g", v->v.d); return;
    case 's':
    case 'o':
    case 'g': buf_fmt(b, "'%s'", v->text); return;
    default: break;
    }
    buf_char(b, '[');
    for (size_t i = 0; i < v->n_items; i++) {
        buf_str(b, i ? "," : "");
        show(&v->items[i], b);
    }
    buf_char(b, ']');
}

static const struct {
    const char *text;
    const char *type; /* NULL: refused */
    const char *shown;
} rows[] = {
    { "true", "b", "true" },
    { " false ", "b", "false" },
    { "5", "i", "5" },
    { "-5", "i", "-5" },
    { "+5", "i", "5" },
    { "0x1F", "i", "31" },
    { "010", "i", "8" },
    { "byte 255", "y", "255" },
    { "int16 -32768", "n", "-32768" },
    { "uint16 65535", "q", "65535" },
    { "int32 -2147483648", "i", "-2147483648" },
    { "uint32 4294967295", "u", "4294967295" },
    { "int64 -9223372036854775808", "x", "-9223372036854775808" },
    { "uint64 18446744073709551615", "t", "18446744073709551615" },
    { "@t 7", "t", "7" },
    { "2.5", "d", "2.5" },
    { "double 2", "d", "2" },
    { "1e3", "d", "1000" },
    { "-inf", "d", "-inf" },
    { "'text'", "s", "'text'" },
    { "\"it's\"", "s", "'it's'" },
    { "'it\\'s'", "s", "'it's'" },
    { "'a\\tb\\u00e9\\\\'", "s", "'a\tb\303\251\\'" },
    { "'\\U0001f4e6'", "s", "'\360\237\223\246'" },
    { "string 'x'", "s", "'x'" },
    { "objectpath '/a'", "o", "'/a'" },
    { "signature 'as'", "g", "'as'" },
    { "['a', 'b']", "as", "['a','b']" },
    { "[]", "as", "[]" },
    { "@ay []", "ay", "[]" },
    { "[uint32 1, 2]", "au", "[1,2]" },
    { "@at [1, 2]", "at", "[1,2]" },
    { "b'ab'", "ay", "[97,98,0]" },
    { "('a', uint64 5)", "(st)", "['a',5]" },
    { "('a',)", "(s)", "['a']" },
    { "[('a', uint64 5), ('b', 6)]", "a(st)", "[['a',5],['b',6]]" },
    { "@a(st) [('a', 5)]", "a(st)", "[['a',5]]" },
    { "{'a': <5>, 'b': <'c'>}", "a{sv}", "[['a',[5]],['b',['c']]]" },
    { "@a{sv} {}", "a{sv}", "[]" },
    { "<uint64 5>", "v", "[5]" },
    { "@(sasb) ('/bin/x', ['/bin/x', 'y'], false)", "(sasb)", "['/bin/x',['/bin/x','y'],false]" },
    { "", NULL },
    { "yes", NULL },
    { "byte 256", NULL },
    { "byte -1", NULL },
    { "int16 32768", NULL },
    { "int16 -32769", NULL },
    { "int32 2147483648", NULL },
    { "uint64 -1", NULL },
    { "uint64 18446744073709551616", NULL },
    { "uint64 many", NULL },
    { "uint64 2.5", NULL },
    { "uint64", NULL },
    { "5 6", NULL },
    { "0x", NULL },
    { "08", NULL },
    { "'open", NULL },
    { "'open\\", NULL },
    { "'\\ud800'", NULL },
    { "'\\u12'", NULL },
    { "['a'", NULL },
    { "['a' 'b']", NULL },
    { "['a', 5]", NULL },
    { "[5, 'a']", NULL },
    { "()", NULL },
    { "('a', 5", NULL },
    { "@(st) ('a', 5, 6)", NULL },
    { "@(st) ('a')", NULL },
    { "@as 5", NULL },
    { "@s {'a': <5>}", NULL },
    { "@a", NULL },
    { "@(s 'a'", NULL },
    { "@{sv} {}", NULL },
    { "@u uint64 5", NULL },
    { "{}", NULL },
    { "{'a' <5>}", NULL },
    { "<5", NULL },
    { "handle 3", NULL },
    { "@h 3", NULL },
    { "just 5", NULL },
    { "nothing", NULL },
    { "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", NULL },
};

START_TEST(of_text)
{
    AUTO_CGROUP_VARIANT struct cgroup_variant v = { 0 };
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;
    int r = cgroup_variant_parse(rows[_i].text, &v, &e);

    if (!rows[_i].type) {
        unit_fails(r, ERR_INVALID, &e);
        return;
    }
    unit_ok(r, &e);
    ck_assert_str_eq(v.type, rows[_i].type);
    show(&v, &b);
    ck_assert_str_eq(b.data, rows[_i].shown);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_variant");

    tcase_add_loop_test(t, of_text, 0, ARRAY_LEN(rows));
    return unit_run(t);
}
