/* SPDX-License-Identifier: MIT */
/* What the rows of lists share: labels, cut texts. */
#include "base/str.h"
#include "cli/rows.h"
#include "tests/unit/unit.h"

static const struct {
    const char *text;
    size_t max;
    const char *want;
} cuts[] = {
    { "short", 20, "short" },
    { "exactly ten", 11, "exactly ten" },
    { "one too long", 11, "one too lo…" },
    { "äöüäöü", 6, "äöüäöü" },
    { "äöüäöü", 5, "äöüä…" },
    { "", 5, "" },
};

START_TEST(cuts_texts)
{
    AUTO_FREE char *got = rows_ellipsis(cuts[_i].text, cuts[_i].max);

    ck_assert_str_eq(got, cuts[_i].want);
}
END_TEST

START_TEST(joins_labels)
{
    struct json_map m = { 0 };
    AUTO_BUF struct buf b = { 0 };

    ck_assert_int_eq(json_map_set(&m, "b", "2"), 0);
    ck_assert_int_eq(json_map_set(&m, "a.x", "1"), 0);
    rows_labels(&m, &b);
    ck_assert_str_eq(b.data, "a.x=1,b=2");
    ck_assert(rows_has_label(&m, "b"));
    ck_assert(rows_has_label(&m, "b=2"));
    ck_assert(!rows_has_label(&m, "b=3"));
    ck_assert(!rows_has_label(&m, "a"));
    json_map_free(&m);
}
END_TEST

static const char *const labels[][2] = {
    { "a.x", "1" }, { "b", "two" }, { "c", "" }, { "a", "" }, { "nope", "" },
};

START_TEST(finds_a_label)
{
    static const char row[] = "{\"Labels\":\"a.x=1,b=two,c=\"}";
    AUTO_JSON struct json_value *v = NULL;
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    unit_ok(json_value_parse(row, strlen(row), &v, &e), &e);
    unit_ok(rows_label(v, labels[_i][0], &b, &e), &e);
    ck_assert_str_eq(b.data ? b.data : "", labels[_i][1]);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rows");

    tcase_add_loop_test(t, cuts_texts, 0, (int)ARRAY_LEN(cuts));
    tcase_add_test(t, joins_labels);
    tcase_add_loop_test(t, finds_a_label, 0, (int)ARRAY_LEN(labels));
    return unit_run(t);
}
