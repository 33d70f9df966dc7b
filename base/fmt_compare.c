/* SPDX-License-Identifier: MIT */
/* eq, ne, lt, le, gt and ge as text/template compares. */
#include "base/fmt_func.h"

#include "base/str.h"

typedef const struct json_value value;

enum sort { NOTHING, BOOL, NUMBER, STRING, OTHER };

static enum sort sort_of(value *v)
{
    if (!v || v->type == JSON_NULL)
        return NOTHING;
    if (v->type <= JSON_TRUE)
        return BOOL;
    if (v->type == JSON_NUMBER)
        return NUMBER;
    return v->type == JSON_STRING ? STRING : OTHER;
}

static int compare_numbers(value *a, value *b)
{
    int64_t x;
    int64_t y;

    if (json_value_i64(a, &x) && json_value_i64(b, &y))
        return (x > y) - (x < y);
    double p = strtod(a->text, NULL);
    double q = strtod(b->text, NULL);
    return (p > q) - (p < q);
}

static int compare(value *a, value *b, bool order, int *ret, struct err *e)
{
    enum sort ca = sort_of(a);
    enum sort cb = sort_of(b);

    if (ca == OTHER || cb == OTHER)
        return err_set(e, ERR_INVALID, "lists and maps cannot be compared");
    if (order && (ca < NUMBER || ca != cb))
        return err_set(e, ERR_INVALID, "only two numbers or two strings have an order");
    if (ca != cb && ca != NOTHING && cb != NOTHING)
        return err_set(e, ERR_INVALID, "incompatible types for comparison");
    if (ca != cb || ca == NOTHING)
        *ret = ca != cb;
    else if (ca == BOOL)
        *ret = a->type != b->type;
    else if (ca == NUMBER)
        *ret = compare_numbers(a, b);
    else
        *ret = strcmp(a->text, b->text);
    return 0;
}

int fmt_compare_eq(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    bool any = false;

    for (size_t i = 1; i < n; i++) {
        int c;
        int r = compare(args[0], args[i], false, &c, e);
        if (r < 0)
            return r;
        any |= c == 0;
    }
    *ret = fmt_value_bool(any);
    return 0;
}

int fmt_compare_ne(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    int c;
    int r = compare(args[0], args[1], false, &c, e);

    if (r < 0)
        return r;
    *ret = fmt_value_bool(c != 0);
    return 0;
}

static int ordered(value *const *args, bool less, bool equal, value **ret, struct err *e)
{
    int c;
    int r = compare(args[0], args[1], true, &c, e);

    if (r < 0)
        return r;
    *ret = fmt_value_bool(c == 0 ? equal : (c < 0) == less);
    return 0;
}

int fmt_compare_lt(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    return ordered(args, true, false, ret, e);
}

int fmt_compare_le(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    return ordered(args, true, true, ret, e);
}

int fmt_compare_gt(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    return ordered(args, false, false, ret, e);
}

int fmt_compare_ge(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    return ordered(args, false, true, ret, e);
}
