/* SPDX-License-Identifier: MIT */
/* JSON that is refused: error texts, limits, hostile input. */
#include "tests/unit/json_doc.h"

#include <time.h>

static void read_fails(const char *text, size_t len, enum err_kind kind, const char *msg)
{
    static const struct doc zero;

    memset(&d, 0xaa, sizeof(d));
    unit_fails(json_read(&doc_table, &d, text, len, &e), kind, &e);
    ck_assert_msg(strcmp(e.msg, msg) == 0, "%.100s:\n  %s\nexpected\n  %s", text, e.msg, msg);
    ck_assert_int_eq(memcmp(&d, &zero, sizeof(d)), 0);
}

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
    struct timespec used;

    buf_str(&b, "{\"map\":{");
    for (int i = 0; i < 200000; i++)
        buf_fmt(&b, "%s\"%d\":\"\"", i ? "," : "", i);
    buf_str(&b, "}}");
    read_ok(b.data);
    ck_assert_uint_eq(d.map.n, 200000);
    json_free(&doc_table, &d);
    /* Of its own, whatever else runs: a tenth of a second, or else half a minute. */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    ck_assert_int_lt(used.tv_sec, 10);
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

int main(void)
{
    TCase *t = tcase_create("json_refuse");

    tcase_add_loop_test(t, message, 0, (int)ARRAY_LEN(bad));
    tcase_add_test(t, excerpts_are_short_and_printable);
    tcase_add_test(t, depth);
    tcase_add_test(t, size);
    tcase_add_test(t, many_values);
    tcase_add_test(t, many_keys_take_no_quadratic_time);
    tcase_add_test(t, cut_anywhere);
    tcase_add_test(t, bytes_replaced);
    return unit_run(t);
}
