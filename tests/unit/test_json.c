/* SPDX-License-Identifier: MIT */
/* JSON by field tables: every kind both ways, error texts, limits, hostile input. */
#include "base/commit.h"
#include "base/json.h"
#include "base/json_value.h"
#include "base/str.h"
#include "tests/unit/unit.h"

enum color { RED = 1, GREEN, BLUE };
static const struct json_enum color_names[] = {
    { "red", RED }, { "green", GREEN }, { "blue", BLUE }, { "azure", BLUE }, { 0 },
};

struct part {
    char *key;
    char *name;
    int64_t limit;
    struct json_map extra;
};
static const struct json_field part_fields[] = {
    JSON_STR(struct part, name, "name", .flags = JSON_REQUIRED),
    JSON_I64(struct part, limit, "limit"),
};
static const struct json_table part_table = JSON_TABLE_EXTRA(struct part, part_fields, extra);

struct inner {
    char *text;
    bool flag;
};
static const struct json_field inner_fields[] = {
    JSON_STR(struct inner, text, "text"),
    JSON_BOOL(struct inner, flag, "flag"),
};
static const struct json_table inner_table = JSON_TABLE(struct inner, inner_fields);

struct doc {
    char *str;
    bool yes;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    double num;
    struct opt_bool ob;
    struct opt_i32 oi32;
    struct opt_u32 ou32;
    struct opt_i64 oi64;
    struct opt_u64 ou64;
    enum color color;
    struct json_set set;
    struct json_set open;
    char **list;
    struct json_u32s small;
    struct inner obj;
    struct inner *ptr;
    struct part *parts;
    size_t n_parts;
    struct json_map map;
    struct part *named;
    size_t n_named;
    char **keys;
    char *raw;
    struct json_value *any;
    char *path;
    int32_t digit;
    struct json_map extra;
};
static const struct json_field doc_fields[] = {
    JSON_STR(struct doc, str, "str"),
    JSON_BOOL(struct doc, yes, "yes"),
    JSON_I32(struct doc, i32, "i32"),
    JSON_U32(struct doc, u32, "u32"),
    JSON_I64(struct doc, i64, "i64"),
    JSON_U64(struct doc, u64, "u64"),
    JSON_DOUBLE(struct doc, num, "num"),
    JSON_OPT_BOOL(struct doc, ob, "ob"),
    JSON_OPT_I32(struct doc, oi32, "oi32"),
    JSON_OPT_U32(struct doc, ou32, "ou32"),
    JSON_OPT_I64(struct doc, oi64, "oi64"),
    JSON_OPT_U64(struct doc, ou64, "ou64"),
    JSON_ENUM(struct doc, color, "color", color_names),
    JSON_SET(struct doc, set, "set", color_names),
    JSON_SET(struct doc, open, "open", color_names, .flags = JSON_KEEP_UNKNOWN),
    JSON_STRV(struct doc, list, "list"),
    JSON_U32S(struct doc, small, "small"),
    JSON_OBJ(struct doc, obj, "obj", &inner_table),
    JSON_PTR(struct doc, ptr, "ptr", &inner_table),
    JSON_ARRAY(struct doc, parts, n_parts, "parts", &part_table),
    JSON_MAP(struct doc, map, "map"),
    JSON_MAP_OBJ(struct doc, named, n_named, "named", &part_table, key),
    JSON_KEYS(struct doc, keys, "keys"),
    JSON_RAW(struct doc, raw, "raw"),
    JSON_VALUE(struct doc, any, "any"),
    JSON_STR(struct doc, path, "path", .check = json_check_abs_path),
    JSON_I32(struct doc, digit, "digit", .min = -9, .max = 9),
};
static const struct json_table doc_table = JSON_TABLE_EXTRA(struct doc, doc_fields, extra);

static const char full[] =
    "{\"str\":\"a\\\"b\\\\\\n\\u00e9\",\"yes\":true,\"i32\":-2147483648,\"u32\":4294967295,"
    "\"i64\":-9223372036854775808,\"u64\":18446744073709551615,\"num\":0.1,\"ob\":false,"
    "\"oi32\":0,\"ou32\":7,\"oi64\":-1,\"ou64\":0,\"color\":\"blue\",\"set\":[\"red\",\"blue\"],"
    "\"open\":[\"green\",\"mauve\"],\"list\":[\"x\",\"\"],\"small\":[0,5],\"obj\":{\"text\":\"t\"},"
    "\"ptr\":{\"flag\":true},\"parts\":[{\"name\":\"p\",\"limit\":3,\"more\":[1,{\"a\":null}]},"
    "{\"name\":\"q\"}],\"map\":{\"k\":\"v\",\"\":\"w\"},\"named\":{\"one\":{\"name\":\"1\"}},"
    "\"keys\":{\"80/tcp\":{}},\"raw\":[1.50,\"\\u0041\"],\"any\":{\"z\":[true,null]},"
    "\"path\":\"/p\",\"digit\":-9,\"later\":{\"key\":\"kept\"},\"last\":1e400}";

static struct doc d;
static struct err e;

static void read_ok(const char *text)
{
    unit_ok(json_read(&doc_table, &d, text, strlen(text), &e), &e);
}

static void read_fails(const char *text, size_t len, enum err_kind kind, const char *msg)
{
    static const struct doc zero;

    memset(&d, 0xaa, sizeof(d));
    unit_fails(json_read(&doc_table, &d, text, len, &e), kind, &e);
    ck_assert_msg(strcmp(e.msg, msg) == 0, "%.100s:\n  %s\nexpected\n  %s", text, e.msg, msg);
    ck_assert_int_eq(memcmp(&d, &zero, sizeof(d)), 0);
}

static void written(unsigned flags, const char *want)
{
    AUTO_BUF struct buf b = { 0 };

    json_write(&doc_table, &d, flags, &b);
    ck_assert_str_eq(b.data, want);
}

START_TEST(every_kind_is_read)
{
    read_ok(full);
    ck_assert_str_eq(d.str, "a\"b\\\n\xc3\xa9");
    ck_assert(d.yes);
    ck_assert_int_eq(d.i32, INT32_MIN);
    ck_assert_uint_eq(d.u32, UINT32_MAX);
    ck_assert_int_eq(d.i64, INT64_MIN);
    ck_assert_uint_eq(d.u64, UINT64_MAX);
    ck_assert(d.num == 0.1);
    ck_assert(d.ob.set && !d.ob.val);
    ck_assert(d.oi32.set && d.oi32.val == 0);
    ck_assert(d.ou32.set && d.ou32.val == 7);
    ck_assert(d.oi64.set && d.oi64.val == -1);
    ck_assert(d.ou64.set && d.ou64.val == 0);
    ck_assert_int_eq(d.color, BLUE);
    ck_assert_uint_eq(d.set.bits, 1 << RED | 1 << BLUE);
    ck_assert_uint_eq(d.open.bits, 1 << GREEN);
    ck_assert_str_eq(d.open.unknown[0], "mauve");
    ck_assert_uint_eq(strv_len(d.list), 2);
    ck_assert_uint_eq(d.small.n, 2);
    ck_assert_uint_eq(d.small.v[1], 5);
    ck_assert_str_eq(d.obj.text, "t");
    ck_assert(d.ptr->flag);
    ck_assert_uint_eq(d.n_parts, 2);
    ck_assert_str_eq(d.parts[1].name, "q");
    ck_assert_str_eq(json_map_get(&d.parts[0].extra, "more"), "[1,{\"a\":null}]");
    ck_assert_str_eq(json_map_get(&d.map, "k"), "v");
    ck_assert_str_eq(json_map_get(&d.map, ""), "w");
    ck_assert_str_eq(d.named[0].key, "one");
    ck_assert_str_eq(d.named[0].name, "1");
    ck_assert_str_eq(d.keys[0], "80/tcp");
    ck_assert_str_eq(d.raw, "[1.50,\"\\u0041\"]");
    ck_assert_int_eq(json_value_at(d.any, "/z/0")->type, JSON_TRUE);
    ck_assert_int_eq(d.digit, -9);
    ck_assert_str_eq(json_map_get(&d.extra, "last"), "1e400");
    json_free(&doc_table, &d);
}
END_TEST

START_TEST(every_kind_is_written)
{
    AUTO_BUF struct buf b = { 0 };

    read_ok(full);
    json_write(&doc_table, &d, JSON_COMPACT, &b);
    /* Only the spelling of characters may change. */
    AUTO_FREE char *want =
        str_fmt("%.*sa\\\"b\\\\\\n\xc3\xa9%s", 8, full, strstr(full, "\\u00e9") + 6);
    ck_assert_str_eq(b.data, want);
    json_free(&doc_table, &d);
}
END_TEST

START_TEST(blanks_change_nothing)
{
    AUTO_BUF struct buf once = { 0 };
    AUTO_BUF struct buf twice = { 0 };

    read_ok(full);
    json_write(&doc_table, &d, JSON_PRETTY, &once);
    json_free(&doc_table, &d);
    read_ok(once.data);
    json_write(&doc_table, &d, JSON_PRETTY, &twice);
    ck_assert_str_eq(once.data, twice.data);
    json_free(&doc_table, &d);
}
END_TEST

START_TEST(pretty)
{
    read_ok("{\"list\":[\"a\"],\"keys\":{},\"x\":[],\"y\":{ \"b\" :1 , \"c\":[{}] }}");
    written(JSON_PRETTY, "{\n    \"list\": [\n        \"a\"\n    ],\n    \"keys\": {},\n"
                         "    \"x\": [],\n    \"y\": {\n        \"b\": 1,\n        \"c\": [\n"
                         "            {}\n        ]\n    }\n}");
    json_free(&doc_table, &d);
}
END_TEST

START_TEST(absence)
{
    read_ok("{\"str\":null,\"list\":null,\"ptr\":null,\"oi32\":null,\"parts\":null,\"obj\":null,"
            "\"map\":null,\"keys\":null,\"raw\":null,\"any\":null,\"set\":null,\"yes\":null}");
    ck_assert_ptr_null(d.str);
    ck_assert_ptr_null(d.list);
    ck_assert_ptr_null(d.ptr);
    ck_assert(!d.oi32.set);
    written(JSON_COMPACT, "{}");
    read_ok(
        "{\"list\":[],\"parts\":[],\"named\":{},\"keys\":{},\"small\":[],\"ptr\":{},\"str\":\"\"}");
    ck_assert_ptr_nonnull(d.list);
    ck_assert_ptr_nonnull(d.parts);
    written(JSON_COMPACT, "{\"str\":\"\",\"list\":[],\"small\":[],\"ptr\":{},\"parts\":[],"
                          "\"named\":{},\"keys\":{}}");
    json_free(&doc_table, &d);
}
END_TEST

START_TEST(always_written)
{
    struct flags {
        char *s;
        bool b;
        int32_t n;
        struct opt_i32 o;
        char **v;
        struct inner *p;
        struct inner obj;
        struct json_map m;
    } f = { 0 };
    const struct json_field fields[] = {
        JSON_STR(struct flags, s, "s", .flags = JSON_ALWAYS),
        JSON_BOOL(struct flags, b, "b", .flags = JSON_ALWAYS),
        JSON_I32(struct flags, n, "n", .flags = JSON_ALWAYS),
        JSON_OPT_I32(struct flags, o, "o", .flags = JSON_ALWAYS),
        JSON_STRV(struct flags, v, "v", .flags = JSON_ALWAYS),
        JSON_PTR(struct flags, p, "p", &inner_table, .flags = JSON_ALWAYS),
        JSON_OBJ(struct flags, obj, "obj", &inner_table, .flags = JSON_ALWAYS),
        JSON_MAP(struct flags, m, "m", .flags = JSON_ALWAYS),
    };
    const struct json_table table = JSON_TABLE(struct flags, fields);
    AUTO_BUF struct buf b = { 0 };

    json_write(&table, &f, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, "{\"s\":\"\",\"b\":false,\"n\":0,\"o\":null,\"v\":[],\"p\":null,"
                             "\"obj\":{},\"m\":{}}");
}
END_TEST

/* Text, and the message that it must give. */
static const struct {
    const char *text;
    const char *msg;
} bad[] = {
    { "", "/: the document is empty" },
    { "[]", "/: expected object, found an array" },
    { "null", "/: expected object, found null" },
    { "17", "/: expected object, found 17" },
    { "{\"str\":1}", "/str: expected string, found 1" },
    { "{\"str\":{}}", "/str: expected string, found an object" },
    { "{\"yes\":\"true\"}", "/yes: expected true or false, found \"true\"" },
    { "{\"i32\":\"1g\"}", "/i32: expected integer, found \"1g\"" },
    { "{\"i32\":2147483648}",
      "/i32: expected integer from -2147483648 to 2147483647, found 2147483648" },
    { "{\"u32\":-1}", "/u32: expected integer from 0 to 4294967295, found -1" },
    { "{\"i32\":1.0}", "/i32: expected integer from -2147483648 to 2147483647, found 1.0" },
    { "{\"u64\":18446744073709551616}",
      "/u64: expected integer from 0 to 18446744073709551615, found 18446744073709551616" },
    { "{\"oi64\":9223372036854775808}",
      "/oi64: expected integer from -9223372036854775808 to 9223372036854775807, found "
      "9223372036854775808" },
    { "{\"digit\":10}", "/digit: expected integer from -9 to 9, found 10" },
    { "{\"num\":1e999}", "/num: expected number, found 1e999" },
    { "{\"color\":\"pink\"}", "/color: expected one of red, green, blue, azure, found \"pink\"" },
    { "{\"set\":[\"red\",\"pink\"]}",
      "/set/1: expected one of red, green, blue, azure, found \"pink\"" },
    { "{\"open\":[3]}", "/open/0: expected string, found 3" },
    { "{\"list\":\"a\"}", "/list: expected array, found \"a\"" },
    { "{\"list\":[\"a\",null]}", "/list/1: expected string, found null" },
    { "{\"small\":[1,-1]}", "/small/1: expected integer from 0 to 4294967295, found -1" },
    { "{\"parts\":[{\"name\":\"a\"},{\"name\":[]}]}",
      "/parts/1/name: expected string, found an array" },
    { "{\"parts\":[{\"limit\":1}]}", "/parts/0: required key \"name\" is missing" },
    { "{\"parts\":[{\"name\":null}]}", "/parts/0: required key \"name\" is missing" },
    { "{\"parts\":[3]}", "/parts/0: expected object, found 3" },
    { "{\"map\":{\"a/b~c\":1}}", "/map/a~1b~0c: expected string, found 1" },
    { "{\"named\":{\"x\":{\"name\":true}}}", "/named/x/name: expected string, found true" },
    { "{\"path\":\"rel\"}", "/path: expected an absolute path, found \"rel\"" },
    { "{\"str\":\"a\",\"yes\":true,\"str\":\"b\"}", "/str: duplicate key" },
    { "{\"str\":null,\"str\":null}", "/str: duplicate key" },
    { "{\"map\":{\"a\":\"1\",\"b\":\"2\",\"a\":\"3\"}}", "/map: duplicate key \"a\"" },
    { "{\"named\":{\"a\":{\"name\":\"\"},\"a\":{\"name\":\"\"}}}", "/named: duplicate key \"a\"" },
    { "{\"keys\":{\"a\":{},\"a\":{}}}", "/keys: duplicate key \"a\"" },
    { "{\"new\":1,\"new\":2}", "/: duplicate key \"new\"" },
    { "{\"str\":\"a\"} x", "/: malformed JSON at line 1, column 14: trailing garbage" },
    { "{\"str\":\"a\"}{}", "/: malformed JSON at line 1, column 13: trailing garbage" },
    { "{\"list\":[\"a\",\n  \"b\",]}",
      "/list/1: malformed JSON at line 2, column 8: unallowed token at this point in JSON text" },
    { "{\"str\":\"a", "/str: malformed JSON at line 1, column 10: premature EOF" },
    { "{\"str\":\"\\x\"}", "/str: malformed JSON at line 1, column 10: inside a string, '\\' "
                           "occurs before a character which it may not." },
    { "{\"str\":\v\"a\"}", "/str: malformed JSON: a control character between two tokens" },
    { "{\"str\":\"a\"}\n\f", "/: malformed JSON: a control character between two tokens" },
    { "{\"list\":[\"\xc3\x28\"]}", "/list/0: not valid UTF-8" },
    { "{\"list\":[\"\xc0\x80\"]}", "/list/0: not valid UTF-8" },
    { "{\"list\":[\"\xed\xa0\x80\"]}", "/list/0: not valid UTF-8" },
    { "{\"list\":[\"\xf4\x90\x80\x80\"]}", "/list/0: not valid UTF-8" },
    { "{\"new\":{\"deep\":[\"\xff\"]}}", "/new/deep/0: not valid UTF-8" },
    { "{\"\xff\":1}", "/?: not valid UTF-8" },
    { "{\"str\":\"\\u0000\"}", "/str: a string must not contain \\u0000" },
    { "{\"str\":\"\\ud83d\"}", "/str: unpaired surrogate in a \\u escape" },
    { "{\"str\":\"\\ude00\\ud83d\"}", "/str: unpaired surrogate in a \\u escape" },
    { "{\"str\":\"\\ud83d\\u0041\"}", "/str: unpaired surrogate in a \\u escape" },
    { "{\"any\":{\"a\":1,\"a\":2}}", "/any: /: duplicate key \"a\"" },
};

START_TEST(message)
{
    read_fails(bad[_i].text, strlen(bad[_i].text), ERR_INVALID, bad[_i].msg);
}
END_TEST

START_TEST(excerpts_are_short_and_printable)
{
    AUTO_BUF struct buf b = { 0 };

    buf_str(&b, "{\"i32\":\"\\u001b[31m");
    for (int i = 0; i < 1000; i++)
        buf_str(&b, "\xc3\xa9");
    buf_str(&b, "\"}");
    unit_fails(json_read(&doc_table, &d, b.data, b.len, &e), ERR_INVALID, &e);
    ck_assert(str_starts(e.msg, "/i32: expected integer, found \"?[31m\xc3\xa9"));
    ck_assert(str_ends(e.msg, "\xc3\xa9...\""));
    ck_assert_uint_lt(strlen(e.msg), 130);
}
END_TEST

START_TEST(escapes)
{
    read_ok("{\"str\":\"\\ud83d\\ude00\\/\\b\\f\\t\\r\\u001f\\\\u0000\",\"\\u0073et\":[\"red\"]}");
    ck_assert_str_eq(d.str, "\xf0\x9f\x98\x80/\b\f\t\r\x1f\\u0000");
    ck_assert_uint_eq(d.set.bits, 1 << RED);
    written(JSON_COMPACT, "{\"str\":\"\xf0\x9f\x98\x80/\\b\\f\\t\\r\\u001f\\\\u0000\","
                          "\"set\":[\"red\"]}");
    json_free(&doc_table, &d);
    d.str = str_dup("a\xff\xc3z");
    written(JSON_COMPACT, "{\"str\":\"a\xef\xbf\xbd\xef\xbf\xbdz\"}");
    json_free(&doc_table, &d);
}
END_TEST

/* `n` times the text. */
static void repeat(struct buf *b, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_str(b, s);
}

START_TEST(depth)
{
    static const char *const opens[] = { "[", "{\"a\":" };
    AUTO_BUF struct buf b = { 0 };

    for (size_t i = 0; i < 2; i++) {
        buf_reset(&b);
        buf_str(&b, "{\"new\":");
        repeat(&b, opens[i], 100000);
        unit_fails(json_read(&doc_table, &d, b.data, b.len, &e), ERR_LIMIT, &e);
        ck_assert_msg(strstr(e.msg, ": nested deeper than 128 levels"), "%s", e.msg);
    }
    buf_reset(&b);
    buf_str(&b, "{\"new\":");
    repeat(&b, "[", 127);
    repeat(&b, "]", 127);
    buf_str(&b, "}");
    read_ok(b.data);
    json_free(&doc_table, &d);
}
END_TEST

START_TEST(size)
{
    /* Nothing is read beyond the size: the memory need not even exist. */
    unit_fails(json_read(&doc_table, &d, "{", (size_t)1 << 30, &e), ERR_LIMIT, &e);
    ck_assert_str_eq(e.msg, "/: the document has 1073741824 bytes, at most 16777216 are accepted");
}
END_TEST

START_TEST(many_values)
{
    static const char *const texts[] = { "{\"list\":[", "{\"parts\":[", "{\"new\":[" };
    static const char *const items[] = { "\"\",", "{\"name\":\"\"},", "0," };
    AUTO_BUF struct buf b = { 0 };

    for (size_t i = 0; i < 3; i++) {
        buf_reset(&b);
        buf_str(&b, texts[i]);
        repeat(&b, items[i], JSON_ITEMS_MAX);
        unit_fails(json_read(&doc_table, &d, b.data, b.len, &e), ERR_LIMIT, &e);
        ck_assert_msg(strstr(e.msg, ": more than 1048576 values in one document"), "%s", e.msg);
    }
}
END_TEST

START_TEST(many_keys_take_no_quadratic_time)
{
    AUTO_BUF struct buf b = { 0 };

    buf_str(&b, "{\"map\":{");
    for (int i = 0; i < 200000; i++)
        buf_fmt(&b, "%s\"%d\":\"\"", i ? "," : "", i);
    buf_str(&b, "}}");
    read_ok(b.data);
    ck_assert_uint_eq(d.map.n, 200000);
    json_free(&doc_table, &d);
}
END_TEST

/* Every prefix of a document is refused, and leaves nothing behind (run under ASan). */
START_TEST(cut_anywhere)
{
    for (size_t len = 0; len < strlen(full); len++) {
        AUTO_FREE char *cut = malloc(len + 1);

        memcpy(cut, full, len);
        unit_fails(json_read(&doc_table, &d, cut, len, &e), ERR_INVALID, &e);
    }
}
END_TEST

/* Every byte of a document replaced by each of a few others: never a crash, never a leak. */
START_TEST(bytes_replaced)
{
    static const char others[] = "\"{}[],:0\\ue\xff\n";

    for (size_t at = 0; at < strlen(full); at++) {
        for (size_t i = 0; i < sizeof(others); i++) {
            AUTO_FREE char *text = strdup(full);

            text[at] = others[i];
            if (json_read(&doc_table, &d, text, strlen(full), &e) >= 0)
                json_free(&doc_table, &d);
        }
    }
}
END_TEST

START_TEST(top_level_array)
{
    struct part *v = NULL;
    size_t n = 9;
    AUTO_BUF struct buf b = { 0 };
    static const char text[] = "[{\"name\":\"a\"},{\"name\":\"b\",\"limit\":2}]";

    unit_ok(json_read_array(&part_table, (void **)&v, &n, text, strlen(text), &e), &e);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(v[1].limit, 2);
    json_write_array(&part_table, v, n, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, text);
    json_free_array(&part_table, v, n);
    v = NULL;
    unit_fails(json_read_array(&part_table, (void **)&v, &n, "[{\"name\":\"a\"},{}]", 17, &e),
               ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/1: required key \"name\" is missing");
    ck_assert_ptr_null(v);
    unit_fails(json_read_array(&part_table, (void **)&v, &n, "{}", 2, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(files)
{
    struct doc copy;

    read_ok(full);
    unit_ok(json_save(&doc_table, &d, unit_dirfd, "doc.json", COMMIT_VOLATILE, &e), &e);
    unit_ok(json_load(&doc_table, &copy, unit_dirfd, "doc.json", 0, &e), &e);
    ck_assert_str_eq(copy.str, d.str);
    json_free(&doc_table, &copy);
    unit_fails(json_load(&doc_table, &copy, unit_dirfd, "doc.json", 10, &e), ERR_LIMIT, &e);
    unit_fails(json_load(&doc_table, &copy, unit_dirfd, "none.json", 0, &e), ERR_NOT_FOUND, &e);
    ck_assert_msg(strstr(e.msg, "none.json"), "%s", e.msg);
    unit_ok(commit_file(unit_dirfd, "bad.json", "{\"yes\":3}", 9, 0600, 0, &e), &e);
    unit_fails(json_load(&doc_table, &copy, unit_dirfd, "bad.json", 0, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "bad.json: /yes: expected true or false, found 3");
    unit_ok(json_copy(&doc_table, &copy, &d, &e), &e);
    ck_assert_str_eq(copy.parts[0].name, "p");
    ck_assert_ptr_ne(copy.parts, d.parts);
    json_free(&doc_table, &copy);
    json_free(&doc_table, &d);
    json_free(&doc_table, NULL);
}
END_TEST

START_TEST(enum_names)
{
    int v = 0;

    ck_assert_str_eq(json_enum_name(color_names, BLUE), "blue");
    ck_assert_ptr_null(json_enum_name(color_names, 0));
    ck_assert(json_enum_value(color_names, "azure", &v));
    ck_assert_int_eq(v, BLUE);
    ck_assert(!json_enum_value(color_names, "blu", &v));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("json");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, every_kind_is_read);
    tcase_add_test(t, every_kind_is_written);
    tcase_add_test(t, blanks_change_nothing);
    tcase_add_test(t, pretty);
    tcase_add_test(t, absence);
    tcase_add_test(t, always_written);
    tcase_add_loop_test(t, message, 0, (int)ARRAY_LEN(bad));
    tcase_add_test(t, excerpts_are_short_and_printable);
    tcase_add_test(t, escapes);
    tcase_add_test(t, depth);
    tcase_add_test(t, size);
    tcase_add_test(t, many_values);
    tcase_add_test(t, many_keys_take_no_quadratic_time);
    tcase_add_test(t, cut_anywhere);
    tcase_add_test(t, bytes_replaced);
    tcase_add_test(t, top_level_array);
    tcase_add_test(t, files);
    tcase_add_test(t, enum_names);
    return unit_run(t);
}
