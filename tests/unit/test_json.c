/* SPDX-License-Identifier: MIT */
/* JSON by field tables: every kind both ways, files. What is refused: test_json_refuse.c. */
#include "base/commit.h"
#include "tests/unit/json_doc.h"

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

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, every_kind_is_read);
    tcase_add_test(t, every_kind_is_written);
    tcase_add_test(t, blanks_change_nothing);
    tcase_add_test(t, pretty);
    tcase_add_test(t, absence);
    tcase_add_test(t, always_written);
    tcase_add_test(t, escapes);
    tcase_add_test(t, top_level_array);
    tcase_add_test(t, files);
    tcase_add_test(t, enum_names);
    return unit_run(t);
}
