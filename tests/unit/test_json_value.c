/* SPDX-License-Identifier: MIT */
/* JSON as trees, piece by piece, and string maps. */
#include "base/json.h"
#include "base/json_out.h"
#include "base/json_value.h"
#include "tests/unit/unit.h"

static const char text[] = "{\"a\":{\"b/c\":[1,-2,\"three\",{\"~\":true}]},\"n\":null,\"f\":false,"
                           "\"big\":12345678901234567890,\"e\":1.50e3,\"o\":{},\"l\":[]}";

static struct json_value *parse(const char *s)
{
    struct json_value *v = NULL;
    struct err e;

    unit_ok(json_value_parse(s, strlen(s), &v, &e), &e);
    return v;
}

START_TEST(look_up)
{
    AUTO_JSON struct json_value *v = parse(text);
    const struct json_value *list = json_value_at(v, "/a/b~1c");
    int64_t i = 7;
    uint64_t u = 7;
    int sum = 0;

    ck_assert_str_eq(json_value_str(json_value_at(v, "/a/b~1c/2")), "three");
    ck_assert_int_eq(json_value_at(v, "/a/b~1c/3/~0")->type, JSON_TRUE);
    ck_assert_ptr_eq(json_value_at(v, ""), v);
    ck_assert_ptr_null(json_value_at(v, "/a/b~1c/4"));
    ck_assert_ptr_null(json_value_at(v, "/a/b~1c/-1"));
    ck_assert_ptr_null(json_value_at(v, "/a/x/y"));
    ck_assert_ptr_null(json_value_at(v, "a"));
    ck_assert_ptr_null(json_value_at(v, "/f/x"));
    ck_assert_int_eq(json_value_get(v, "n")->type, JSON_NULL);
    ck_assert_ptr_null(json_value_get(v, "none"));
    ck_assert_ptr_null(json_value_get(list, "none"));
    ck_assert_ptr_null(json_value_get(NULL, "none"));
    ck_assert(json_value_i64(&list->items[1], &i) && i == -2);
    ck_assert(!json_value_u64(&list->items[1], &u) && u == 7);
    ck_assert(!json_value_i64(json_value_get(v, "big"), &i) && i == -2);
    ck_assert(json_value_u64(json_value_get(v, "big"), &u) && u == UINT64_C(12345678901234567890));
    ck_assert(!json_value_i64(json_value_get(v, "e"), &i));
    ck_assert_str_eq(json_value_str(json_value_get(v, "e")), "1.50e3");
    ck_assert_ptr_null(json_value_str(json_value_get(v, "f")));
    json_value_foreach(it, list) sum++;
    json_member_foreach(it, v) sum += 10;
    json_value_foreach(it, v) sum += 100;
    json_member_foreach(it, list) sum += 100;
    ck_assert_int_eq(sum, 74);
}
END_TEST

START_TEST(print)
{
    AUTO_JSON struct json_value *v = parse(text);
    AUTO_JSON struct json_value *small = parse(" [ { \"a\" : [ ] , \"b\" : {} } , 1 ] ");
    AUTO_BUF struct buf b = { 0 };

    json_value_write(v, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, text);
    buf_reset(&b);
    json_value_write(small, JSON_PRETTY, &b);
    ck_assert_str_eq(b.data, "[\n    {\n        \"a\": [],\n        \"b\": {}\n    },\n    1\n]");
    buf_reset(&b);
    json_value_write(NULL, JSON_PRETTY, &b);
    ck_assert_str_eq(b.data, "null");
}
END_TEST

START_TEST(scalars_at_the_top)
{
    static const char *const good[] = { "1", " -0.5 ", "\"s\"", "true", "null", "12" };
    static const char *const bad[] = { "",         " ",  "tru", "1 2",     "01",    "-",  "\"",
                                       "\"a\nb\"", "[1", "]",   "{\"a\"}", "{1:2}", "nul" };
    struct json_value *v = NULL;
    struct err e;

    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        json_value_free(parse(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        unit_fails(json_value_parse(bad[i], strlen(bad[i]), &v, &e), ERR_INVALID, &e);
        ck_assert_ptr_null(v);
    }
}
END_TEST

START_TEST(duplicate_and_depth)
{
    AUTO_BUF struct buf b = { 0 };
    struct json_value *v = NULL;
    struct err e;

    unit_fails(json_value_parse("{\"x\":[{\"a\":1,\"a\":2}]}", 23, &v, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/x/0: duplicate key \"a\"");
    for (int i = 0; i < 100000; i++)
        buf_char(&b, '[');
    unit_fails(json_value_parse(b.data, b.len, &v, &e), ERR_LIMIT, &e);
    unit_fails(json_value_parse(b.data, 128, &v, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(written_piece_by_piece)
{
    AUTO_BUF struct buf b = { 0 };
    struct json_out o = { .buf = &b };

    json_out_object(&o);
    json_out_member_str(&o, "s", "\"\x01");
    json_out_member_str(&o, "none", NULL);
    json_out_member_i64(&o, "i", -3);
    json_out_member_bool(&o, "b", true);
    json_out_key(&o, "l");
    json_out_array(&o);
    json_out_u64(&o, UINT64_MAX);
    json_out_double(&o, 0.1);
    json_out_double(&o, 1.0 / 0.0);
    json_out_raw(&o, " { \"x, y\" : [ 1 , \"\\\"]\" ] } ");
    json_out_null(&o);
    json_out_array_end(&o);
    json_out_key(&o, "after");
    json_out_bool(&o, false);
    json_out_object_end(&o);
    ck_assert_str_eq(b.data, "{\"s\":\"\\\"\\u0001\",\"none\":null,\"i\":-3,\"b\":true,\"l\":["
                             "18446744073709551615,0.1,null,{\"x, y\":[1,\"\\\"]\"]},null],"
                             "\"after\":false}");
}
END_TEST

START_TEST(maps)
{
    struct json_map m = { 0 };
    struct json_map more = { 0 };

    ck_assert_ptr_null(json_map_get(&m, "a"));
    ck_assert_int_eq(json_map_set(&m, "a", "1"), 0);
    ck_assert_int_eq(json_map_assign(&m, "b=2=3"), 0);
    ck_assert_int_eq(json_map_assign(&m, "c"), 0);
    ck_assert_int_eq(json_map_set(&m, "a", "4"), 0);
    ck_assert_uint_eq(m.n, 3);
    ck_assert_str_eq(json_map_get(&m, "a"), "4");
    ck_assert_str_eq(json_map_get(&m, "b"), "2=3");
    ck_assert_str_eq(json_map_get(&m, "c"), "");
    ck_assert(json_map_has(&m, "c"));
    ck_assert(json_map_del(&m, "a"));
    ck_assert(!json_map_del(&m, "a"));
    ck_assert_str_eq(m.v[0].key, "b");
    ck_assert_int_eq(json_map_set(&more, "c", "5"), 0);
    ck_assert_int_eq(json_map_set(&more, "d", "6"), 0);
    ck_assert_int_eq(json_map_merge(&m, &more), 0);
    ck_assert_uint_eq(m.n, 3);
    ck_assert_str_eq(json_map_get(&m, "c"), "5");
    json_map_free(&m);
    json_map_free(&more);
    ck_assert_uint_eq(m.n, 0);
    json_map_free(&m);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("json_value");

    tcase_add_test(t, look_up);
    tcase_add_test(t, print);
    tcase_add_test(t, scalars_at_the_top);
    tcase_add_test(t, duplicate_and_depth);
    tcase_add_test(t, written_piece_by_piece);
    tcase_add_test(t, maps);
    return unit_run(t);
}
