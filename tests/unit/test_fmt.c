/* SPDX-License-Identifier: MIT */
/* Output formats: templates against what Go's text/template prints, tables against docker's. */
#include "base/fmt.h"
#include "base/json_value.h"
#include "base/str.h"
#include "tests/unit/unit.h"

static const char document[] =
    "{\"Id\":\"abc123\",\"Name\":\"/web\",\"State\":{\"Running\":true,\"Pid\":42,\"ExitCode\":0,"
    "\"Error\":\"\"},\"Config\":{\"Env\":[\"A=1\",\"B=2\"],\"Labels\":{\"com.example.x\":\"y\","
    "\"b\":\"2\",\"a\":\"1\"},\"Cmd\":null,\"Empty\":[]},\"Ports\":[{\"P\":80},{\"P\":443}],"
    "\"Load\":0.5,\"Big\":9007199254740993}";

static struct json_value *doc;

static void setup(void)
{
    struct err e;

    unit_ok(json_value_parse(document, strlen(document), &doc, &e), &e);
}

static void teardown(void)
{
    json_value_free(doc);
}

static int label(const struct json_value *dot, const char *arg, struct buf *out, struct err *e)
{
    buf_fmt(out, "<%s of %s>", arg, json_value_str(json_value_get(dot, "Id")));
    return 0;
}

static const struct fmt_method methods[] = { { "Label", label }, { 0 } };

static int apply(const char *text, struct buf *out, struct err *e)
{
    CLEANUP(fmt_template) struct fmt_template *t = NULL;
    int r = fmt_parse(text, &t, e);

    return r < 0 ? r : fmt_apply(t, doc, methods, out, e);
}

static const struct {
    const char *text;
    const char *want;
} templates[] = {
    { "", "" },
    { "plain } text {", "plain } text {" },
    { "{{.Id}}", "abc123" },
    { "{{ .State.Pid }}", "42" },
    { "{{.State.Running}}", "true" },
    { "{{.Big}} {{.Load}}", "9007199254740993 0.5" },
    { "{{.Config.Env}}", "[A=1 B=2]" },
    { "{{.Config.Labels}}", "map[a:1 b:2 com.example.x:y]" },
    { "{{.Config.Labels.a}}{{.Config.Labels.nope}}", "1<no value>" },
    { "{{.Config.Cmd}}", "<nil>" },
    { "{{json .Config.Env}}", "[\"A=1\",\"B=2\"]" },
    { "{{json .State.Running}} {{json .Config.Cmd}} {{json .Name}}", "true null \"/web\"" },
    { "{{.State | json}}", "{\"Running\":true,\"Pid\":42,\"ExitCode\":0,\"Error\":\"\"}" },
    { "{{index .Config.Labels \"com.example.x\"}}", "y" },
    { "{{index .Config.Labels \"nope\"}}.", "." },
    { "{{index .Config.Env 1}}", "B=2" },
    { "{{(index .Ports 1).P}}", "443" },
    { "{{index .Ports 0 \"P\"}}", "80" },
    { "{{len .Config.Env}} {{len .Id}} {{len .Config.Labels}} {{len .Config.Cmd}}", "2 6 3 0" },
    { "{{join .Config.Env \", \"}}", "A=1, B=2" },
    { "{{split \"a:b:c\" \":\" | json}}", "[\"a\",\"b\",\"c\"]" },
    { "{{join (split \"a:b\" \":\") \"-\"}}", "a-b" },
    { "{{upper .Name}} {{lower \"ABC\"}} {{title \"one two\"}}", "/WEB abc One Two" },
    { "{{truncate .Id 3}}|{{pad .Id 1 2}}|{{slice .Id 1 3}}|{{slice .Id 4}}",
      "abc| abc123  |bc|23" },
    { "{{print 1 2 \"a\" \"b\" 3}}{{println \"x\" 1}}", "1 2ab3x 1\n" },
    { "{{if .State.Running}}up{{else}}down{{end}}", "up" },
    { "{{if .State.Error}}bad{{else if .State.ExitCode}}worse{{else}}fine{{end}}", "fine" },
    { "{{if not .State.Error}}none{{end}}", "none" },
    { "{{with .State}}{{.Pid}}{{end}}", "42" },
    { "{{with .Config.Cmd}}{{.}}{{else}}no {{.Id}}{{end}}", "no abc123" },
    { "{{with $x := .State.Pid}}{{$x}}{{end}}", "42" },
    { "{{range .Config.Env}}[{{.}}]{{end}}", "[A=1][B=2]" },
    { "{{range $i, $e := .Config.Env}}{{$i}}={{$e}};{{end}}", "0=A=1;1=B=2;" },
    { "{{range $k, $v := .Config.Labels}}{{$k}}:{{$v}} {{end}}", "a:1 b:2 com.example.x:y " },
    { "{{range .Config.Labels}}{{.}}{{end}}", "12y" },
    { "{{range .Config.Empty}}x{{else}}empty{{end}}", "empty" },
    { "{{range .Config.Cmd}}x{{else}}null{{end}}", "null" },
    { "{{range .Ports}}{{.P}}/{{$.Id}} {{end}}", "80/abc123 443/abc123 " },
    { "{{$x := .Id}}{{if true}}{{$x = \"changed\"}}{{end}}{{$x}}", "changed" },
    { "{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21" },
    { "{{$n := 0}}{{range .Ports}}{{$n = .P}}{{end}}{{$n}}", "443" },
    { "{{eq .Id \"abc123\"}} {{ne .State.Pid 42}} {{eq 1 3 2 1}}", "true false true" },
    { "{{lt 1 2}}{{le 2 2}}{{gt 1 2}}{{ge \"b\" \"a\"}}{{lt 0.5 .Load}}",
      "truetruefalsetruefalse" },
    { "{{and true .Id}} {{and 0 .Nope}} {{or \"\" .Id}} {{or 1 .Nope}}", "abc123 0 abc123 1" },
    { "{{if and .State.Running (gt .State.Pid 1)}}yes{{end}}", "yes" },
    { "{{printf \"%s-%d %q %v %t %%\" .Id .State.Pid .Name .Config.Env true}}",
      "abc123-42 \"/web\" [A=1 B=2] true %" },
    { "{{printf \"%5d|%-5s|%05d|%x|%X|%.2f|%.3s\" 42 \"ab\" 42 255 \"az\" .Load .Id}}",
      "   42|ab   |00042|ff|617A|0.50|abc" },
    { "{{printf \"%d\" \"x\"}} {{printf \"%s %s\" \"a\"}}", "%!d(string=x) a %!s(MISSING)" },
    { "{{.Id | printf \"%s:%s\" \"id\"}}", "id:abc123" },
    { "{{\"a\\tb\\\"\\x41\"}} {{`raw\\t`}} {{0x10}} {{-3}} {{1.5}}", "a\tb\"A raw\\t 16 -3 1.5" },
    { "a {{- .Id -}} b", "aabc123b" },
    { "a \n{{- /* no */ -}}\n b{{/* c */}}!", "ab!" },
    { "{{range .Ports}}\n{{- .P}},\n{{- end}}", "80,443," },
    { "{{.Label \"x\"}} {{\"y\" | .Label}}", "<x of abc123> <y of abc123>" },
    { "{{\"}}\"}}", "}}" },
    { "{{(.State).Pid}} {{$.Id}} {{$}}", NULL },
};

START_TEST(prints)
{
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    unit_ok(apply(templates[_i].text, &b, &e), &e);
    if (templates[_i].want)
        ck_assert_str_eq(b.data ? b.data : "", templates[_i].want);
}
END_TEST

static const struct {
    const char *text;
    const char *msg;
} broken[] = {
    { "{{", "template: 1:1: unclosed action" },
    { "a\nb {{.Id", "template: 2:3: unclosed action" },
    { "{{.Id}", "template: 1:1: unclosed action" },
    { "{{if .Id}}x", "template: 1:12: unexpected end: {{end}} is missing" },
    { "{{end}}", "template: 1:3: unexpected \"end\" in template" },
    { "{{else}}", "template: 1:3: unexpected \"else\" in template" },
    { "{{if .Id}}{{else}}{{else}}{{end}}", "template: 1:21: unexpected \"else\" in block" },
    { "{{}}", "template: 1:3: unexpected \"}}\" in command" },
    { "{{.Id |}}", "template: 1:8: unexpected \"}}\" in command" },
    { "{{(.Id}}", "template: 1:7: unexpected \"}}\" in parentheses" },
    { "{{.Id)}}", "template: 1:6: unexpected \")\" in action" },
    { "{{\"abc}}", "template: 1:1: unclosed action" },
    { "{{\"a\\q\"}}", "template: 1:3: unterminated or badly escaped string" },
    { "{{12ab}}", "template: 1:3: bad number \"12ab\"" },
    { "{{.Id ; }}", "template: 1:7: unexpected \";\"" },
    { "{{nope .Id}}", "template: 1:3: function \"nope\" not defined" },
    { "{{len}}", "template: 1:3: wrong number of args for len: want 1, got 0" },
    { "{{len 1 2}}", "template: 1:3: wrong number of args for len: want 1, got 2" },
    { "{{$x}}", "template: 1:3: undefined variable \"$x\"" },
    { "{{if true}}{{$x := 1}}{{end}}{{$x}}", "template: 1:32: undefined variable \"$x\"" },
    { "{{$x = 1}}", "template: 1:3: undefined variable \"$x\"" },
    { "{{.Nope}}", "template: 1:3: map has no entry for key \"Nope\"" },
    { "{{.State.Nope.X}}", "template: 1:3: map has no entry for key \"Nope\"" },
    { "{{.Id.X}}", "template: 1:3: can't evaluate field X: not an object" },
    { "{{.Config.Cmd.X}}", "template: 1:3: nothing here that could have a field .X" },
    { "{{range .Id}}{{end}}", "template: 1:9: range can't iterate over this" },
    { "{{index .Ports 5}}", "template: 1:3: index out of range: 5" },
    { "{{index .Id 0}}", "template: 1:3: index: only lists and maps can be indexed" },
    { "{{join .Id \",\"}}", "template: 1:3: join: expected a list and a separator" },
    { "{{lt .Id 1}}", "template: 1:3: only two numbers or two strings have an order" },
    { "{{eq .Id 1}}", "template: 1:3: incompatible types for comparison" },
    { "{{.Id \"x\"}}", "template: 1:3: .Id is not a method but has arguments" },
    { "{{upper .State}}", "template: 1:3: expected a string" },
    { "{{slice .Id 3 99}}", "template: 1:3: slice: index out of range" },
};

START_TEST(breaks)
{
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    unit_fails(apply(broken[_i].text, &b, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, broken[_i].msg);
}
END_TEST

/* Nesting is bounded, so that no template can exhaust the stack. */
START_TEST(nests_so_deep)
{
    AUTO_BUF struct buf text = { 0 };
    AUTO_BUF struct buf out = { 0 };
    struct err e = ERR_INIT;

    buf_str(&text, "{{");
    for (int i = 0; i < 100000; i++)
        buf_char(&text, '(');
    buf_str(&text, "}}");
    unit_fails(apply(text.data, &out, &e), ERR_INVALID, &e);
    buf_reset(&text);
    for (int i = 0; i < 1000; i++)
        buf_str(&text, "{{if 1}}");
    unit_fails(apply(text.data, &out, &e), ERR_INVALID, &e);
    buf_reset(&text);
    buf_str(&text, "{{if 0}}");
    for (int i = 0; i < 1000; i++)
        buf_str(&text, "{{else if 0}}");
    unit_fails(apply(text.data, &out, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(aligns)
{
    AUTO_BUF struct buf b = { 0 };

    fmt_align("A\tB\tC\nlonger than ten\tx\ty\nü\tb\tc\n", FMT_COLUMN_MIN, &b);
    ck_assert_str_eq(b.data, "A                 B         C\n"
                             "longer than ten   x         y\n"
                             "ü                 b         c\n");
    buf_reset(&b);
    fmt_align("A\t\tC\n", FMT_COLUMN_MIN, &b);
    ck_assert_str_eq(b.data, "A                   C\n");
    buf_reset(&b);
    fmt_align("no tab\n", FMT_COLUMN_MIN, &b);
    ck_assert_str_eq(b.data, "no tab\n");
}
END_TEST

static const struct fmt_field fields[] = {
    { "ID", "CONTAINER ID" }, { "Names", "NAMES" }, { "Labels", "LABELS" }, { 0 }
};

static const struct {
    const char *format;
    const char *want;
} lists[] = {
    { NULL, "CONTAINER ID   NAMES\n1              one\n2              two\n" },
    { "table", "CONTAINER ID   NAMES\n1              one\n2              two\n" },
    { "table {{.Names}}\\t{{.ID}}", "NAMES     CONTAINER ID\none       1\ntwo       2\n" },
    { "table {{upper .Names}}", "NAMES\nONE\nTWO\n" },
    { "table {{.Label \"com.example.my-team\"}}", "my team\n<com.example.my-team of (null)>\n"
                                                  "<com.example.my-team of (null)>\n" },
    { "{{.ID}}\\t{{.Names}}", "1\tone\n2\ttwo\n" },
    { "{{.ID}}:{{.Names}}", "1:one\n2:two\n" },
    { "tables", "tables\ntables\n" },
    { "json", "{\"ID\":\"1\",\"Names\":\"one\",\"Labels\":\"\"}\n"
              "{\"ID\":\"2\",\"Names\":\"two\",\"Labels\":\"\"}\n" },
    { "{{json .Names}}", "\"one\"\n\"two\"\n" },
};

static int label_of(const struct json_value *dot, const char *arg, struct buf *out, struct err *e)
{
    buf_fmt(out, "<%s of (null)>", arg);
    return 0;
}

START_TEST(lists_rows)
{
    static const struct fmt_method list_methods[] = { { "Label", label_of }, { 0 } };
    const struct fmt_list list = { .format = lists[_i].format,
                                   .table = "{{.ID}}\t{{.Names}}",
                                   .fields = fields,
                                   .methods = list_methods };
    static const char one[] = "{\"ID\":\"1\",\"Names\":\"one\",\"Labels\":\"\"}";
    static const char two[] = "{\"ID\":\"2\",\"Names\":\"two\",\"Labels\":\"\"}";
    struct json_value *rows[2];
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    unit_ok(json_value_parse(one, strlen(one), &rows[0], &e), &e);
    unit_ok(json_value_parse(two, strlen(two), &rows[1], &e), &e);
    unit_ok(fmt_rows(&list, rows, 2, &b, &e), &e);
    ck_assert_str_eq(b.data, lists[_i].want);
    json_value_free(rows[0]);
    json_value_free(rows[1]);
}
END_TEST

/* A table without rows has its header all the same. */
START_TEST(lists_nothing)
{
    struct fmt_list list = { .table = "{{.ID}}\t{{.Names}}", .fields = fields };
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    unit_ok(fmt_rows(&list, NULL, 0, &b, &e), &e);
    ck_assert_str_eq(b.data, "CONTAINER ID   NAMES\n");
    list.format = "{{.Bogus";
    unit_fails(fmt_rows(&list, NULL, 0, &b, &e), ERR_INVALID, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("fmt");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, prints, 0, (int)ARRAY_LEN(templates));
    tcase_add_loop_test(t, breaks, 0, (int)ARRAY_LEN(broken));
    tcase_add_test(t, nests_so_deep);
    tcase_add_test(t, aligns);
    tcase_add_loop_test(t, lists_rows, 0, (int)ARRAY_LEN(lists));
    tcase_add_test(t, lists_nothing);
    return unit_run(t);
}
