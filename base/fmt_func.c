/* SPDX-License-Identifier: MIT */
/* The functions of templates: docker's and the ones that text/template has. */
#include "base/fmt_func.h"

#include "base/json.h"
#include "base/str.h"

#include <ctype.h>

typedef const struct json_value value;

/* Makes the buffer's text the result. */
static int give(struct fmt_made *m, enum json_type type, struct buf *b, value **ret, struct err *e)
{
    *ret = fmt_value_text(m, type, b);
    return *ret ? 0 : err_nomem(e);
}

/* The text of a string argument. */
static int want_string(value *v, const char **ret, struct err *e)
{
    if (!v || v->type != JSON_STRING)
        return err_set(e, ERR_INVALID, "expected a string");
    *ret = v->text;
    return 0;
}

static int want_int(value *v, int64_t *ret, struct err *e)
{
    if (!v || v->type != JSON_NUMBER || !json_value_i64(v, ret))
        return err_set(e, ERR_INVALID, "expected an integer");
    return 0;
}

static int call_json(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    if (args[0])
        json_value_write(args[0], JSON_COMPACT, &b);
    else
        buf_str(&b, "null");
    return give(m, JSON_STRING, &b, ret, e);
}

static int call_len(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    value *v = args[0];

    if (v && v->type == JSON_STRING)
        buf_fmt(&b, "%zu", strlen(v->text));
    else if (!v || v->type >= JSON_LIST || v->type == JSON_NULL)
        buf_fmt(&b, "%zu", v ? v->n : 0);
    else
        return err_set(e, ERR_INVALID, "a number or bool has no length");
    return give(m, JSON_NUMBER, &b, ret, e);
}

/* Go gives a map's zero value for a key that it lacks; for the string maps that people index
 * (labels, options) that is "". */
static int index_one(value *v, value *key, value **ret, struct err *e)
{
    static const struct json_value empty = { .type = JSON_STRING, .text = (char *)"" };
    int64_t i;

    if (!v || v->type == JSON_NULL)
        v = &empty;
    if (v == &empty || v->type == JSON_OBJECT) {
        const char *name = key && key->type != JSON_NULL ? json_value_str(key) : NULL;
        if (!name)
            return err_set(e, ERR_INVALID, "index: expected a string as key");
        *ret = json_value_get(v, name);
        if (!*ret)
            *ret = &empty;
        return 0;
    }
    if (v->type != JSON_LIST)
        return err_set(e, ERR_INVALID, "index: only lists and maps can be indexed");
    int r = want_int(key, &i, e);
    if (r < 0)
        return err_wrap(e, "index");
    if (i < 0 || (uint64_t)i >= v->n)
        return err_set(e, ERR_INVALID, "index out of range: %lld", (long long)i);
    *ret = &v->items[i];
    return 0;
}

static int call_index(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    value *v = args[0];

    for (size_t i = 1; i < n; i++) {
        int r = index_one(v, args[i], &v, e);
        if (r < 0)
            return r;
    }
    *ret = v;
    return 0;
}

static int call_slice(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    const char *s = "";
    int r = want_string(args[0], &s, e);
    int64_t from = 0;
    int64_t to = r < 0 ? 0 : (int64_t)strlen(s);
    int64_t len = to;

    if (r >= 0 && n > 1)
        r = want_int(args[1], &from, e);
    if (r >= 0 && n > 2)
        r = want_int(args[2], &to, e);
    if (r < 0)
        return err_wrap(e, "slice");
    if (from < 0 || to > len || from > to)
        return err_set(e, ERR_INVALID, "slice: index out of range");
    buf_add(&b, s + from, (size_t)(to - from));
    return give(m, JSON_STRING, &b, ret, e);
}

static int call_join(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    const char *sep = "";

    if (want_string(args[1], &sep, e) < 0 ||
        (args[0] && args[0]->type != JSON_LIST && args[0]->type != JSON_NULL))
        return err_set(e, ERR_INVALID, "join: expected a list and a separator");
    bool first = true;
    json_value_foreach(it, args[0])
    {
        buf_str(&b, first ? "" : sep);
        fmt_value_print(it, &b);
        first = false;
    }
    return give(m, JSON_STRING, &b, ret, e);
}

static int call_split(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    const char *s = "";
    const char *sep = "";

    if (want_string(args[0], &s, e) < 0 || want_string(args[1], &sep, e) < 0)
        return err_wrap(e, "split");
    AUTO_BUF struct buf b = { 0 };
    buf_char(&b, '[');
    size_t len = strlen(sep);
    for (const char *p = s; p;) {
        const char *end = len ? strstr(p, sep) : (*p && p[1] ? p + 1 : NULL);
        AUTO_FREE char *piece = end ? strndup(p, (size_t)(end - p)) : strdup(p);
        if (!piece)
            return err_nomem(e);
        const struct json_value v = { .type = JSON_STRING, .text = piece };
        buf_str(&b, p == s ? "" : ",");
        json_value_write(&v, JSON_COMPACT, &b);
        p = end ? end + len : NULL;
    }
    buf_char(&b, ']');
    return give(m, JSON_LIST, &b, ret, e);
}

static int map_chars(struct fmt_made *m, value *v, int (*map)(int), bool words, value **ret,
                     struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    const char *s = "";
    int r = want_string(v, &s, e);

    if (r < 0)
        return r;
    for (const char *p = s; *p; p++) {
        bool inside = words && p > s && !isspace((unsigned char)p[-1]);
        buf_char(&b, inside ? *p : (char)map((unsigned char)*p));
    }
    return give(m, JSON_STRING, &b, ret, e);
}

static int call_upper(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    return map_chars(m, args[0], toupper, false, ret, e);
}

static int call_lower(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    return map_chars(m, args[0], tolower, false, ret, e);
}

static int call_title(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    return map_chars(m, args[0], toupper, true, ret, e);
}

static int call_pad(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    const char *s = "";
    int64_t before = 0;
    int64_t after = 0;

    if (want_string(args[0], &s, e) < 0 || want_int(args[1], &before, e) < 0 ||
        want_int(args[2], &after, e) < 0)
        return err_wrap(e, "pad");
    if (before < 0 || after < 0 || before > 4096 || after > 4096)
        return err_set(e, ERR_INVALID, "pad: 0 to 4096 spaces");
    if (*s)
        buf_fmt(&b, "%*s%s%*s", (int)before, "", s, (int)after, "");
    return give(m, JSON_STRING, &b, ret, e);
}

static int call_truncate(struct fmt_made *m, value *const *args, size_t n, value **ret,
                         struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    const char *s = "";
    int64_t max = 0;

    if (want_string(args[0], &s, e) < 0 || want_int(args[1], &max, e) < 0)
        return err_wrap(e, "truncate");
    buf_add(&b, s, strnlen(s, max < 0 ? 0 : (size_t)max));
    return give(m, JSON_STRING, &b, ret, e);
}

/* Like Go's fmt.Sprint: a space between two arguments of which neither is a string. */
static int call_print(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    for (size_t i = 0; i < n; i++) {
        bool string = args[i] && args[i]->type == JSON_STRING;
        bool string_before = i > 0 && args[i - 1] && args[i - 1]->type == JSON_STRING;
        if (i > 0 && !string && !string_before)
            buf_char(&b, ' ');
        fmt_value_print(args[i], &b);
    }
    return give(m, JSON_STRING, &b, ret, e);
}

static int call_println(struct fmt_made *m, value *const *args, size_t n, value **ret,
                        struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    for (size_t i = 0; i < n; i++) {
        buf_str(&b, i ? " " : "");
        fmt_value_print(args[i], &b);
    }
    buf_char(&b, '\n');
    return give(m, JSON_STRING, &b, ret, e);
}

static int call_not(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    *ret = fmt_value_bool(!fmt_value_truth(args[0]));
    return 0;
}

/* What is left of a short-circuit evaluation: the last argument decides. */
static int call_last(struct fmt_made *m, value *const *args, size_t n, value **ret, struct err *e)
{
    *ret = args[n - 1];
    return 0;
}

static const struct fmt_func functions[] = {
    { "and", 1, FMT_ARGS_MAX, call_last },
    { "eq", 2, FMT_ARGS_MAX, fmt_compare_eq },
    { "ge", 2, 2, fmt_compare_ge },
    { "gt", 2, 2, fmt_compare_gt },
    { "index", 1, FMT_ARGS_MAX, call_index },
    { "join", 2, 2, call_join },
    { "json", 1, 1, call_json },
    { "le", 2, 2, fmt_compare_le },
    { "len", 1, 1, call_len },
    { "lower", 1, 1, call_lower },
    { "lt", 2, 2, fmt_compare_lt },
    { "ne", 2, 2, fmt_compare_ne },
    { "not", 1, 1, call_not },
    { "or", 1, FMT_ARGS_MAX, call_last },
    { "pad", 3, 3, call_pad },
    { "print", 0, FMT_ARGS_MAX, call_print },
    { "printf", 1, FMT_ARGS_MAX, fmt_printf },
    { "println", 0, FMT_ARGS_MAX, call_println },
    { "slice", 1, 3, call_slice },
    { "split", 2, 2, call_split },
    { "title", 1, 1, call_title },
    { "truncate", 2, 2, call_truncate },
    { "upper", 1, 1, call_upper },
};

const struct fmt_func *fmt_func_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(functions); i++)
        if (STREQ(functions[i].name, name))
            return &functions[i];
    return NULL;
}
