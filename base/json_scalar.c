/* SPDX-License-Identifier: MIT */
/* Scalars of a document into members of a struct: types, ranges, names, checks. */
#include "base/json_row.h"
#include "base/json_text.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What stands in the document, for "found …". */
static const char *describe(const struct json_event *ev, char *buf, size_t len)
{
    char text[JSON_EXCERPT_MAX];

    switch (ev->type) {
    case JSON_EV_NULL: return "null";
    case JSON_EV_BOOL: return ev->truth ? "true" : "false";
    case JSON_EV_OBJECT:
    case JSON_EV_OBJECT_END: return "an object";
    case JSON_EV_ARRAY:
    case JSON_EV_ARRAY_END: return "an array";
    case JSON_EV_NUMBER: return json_text_excerpt(ev->s, ev->len, buf);
    case JSON_EV_KEY:
    case JSON_EV_STRING: break;
    }
    snprintf(buf, len, "\"%s\"", json_text_excerpt(ev->s, ev->len, text));
    return buf;
}

int json_scalar_mismatch(const char *what, const struct json_event *ev, struct err *e)
{
    char buf[JSON_EXCERPT_MAX + 2];

    return err_set(e, ERR_INVALID, "expected %s, found %s", what, describe(ev, buf, sizeof(buf)));
}

static int read_signed(const struct json_field *f, const struct json_event *ev, int64_t min,
                       int64_t max, int64_t *ret, struct err *e)
{
    char what[80];

    if (f->min || f->max) {
        min = f->min;
        max = f->max;
    }
    if (ev->type != JSON_EV_NUMBER)
        return json_scalar_mismatch("integer", ev, e);
    if (json_text_i64(ev->s, ev->len, ret) && *ret >= min && *ret <= max)
        return 0;
    snprintf(what, sizeof(what), "integer from %" PRId64 " to %" PRId64, min, max);
    return json_scalar_mismatch(what, ev, e);
}

static int read_unsigned(const struct json_field *f, const struct json_event *ev, uint64_t max,
                         uint64_t *ret, struct err *e)
{
    char what[80];
    uint64_t min = 0;

    if (f->min || f->max) {
        min = (uint64_t)f->min;
        max = (uint64_t)f->max;
    }
    if (ev->type != JSON_EV_NUMBER)
        return json_scalar_mismatch("integer", ev, e);
    if (json_text_u64(ev->s, ev->len, ret) && *ret >= min && *ret <= max)
        return 0;
    snprintf(what, sizeof(what), "integer from %" PRIu64 " to %" PRIu64, min, max);
    return json_scalar_mismatch(what, ev, e);
}

int json_scalar_u32(const struct json_field *f, const struct json_event *ev, uint32_t *ret,
                    struct err *e)
{
    uint64_t v;
    int r = read_unsigned(f, ev, UINT32_MAX, &v, e);

    if (r < 0)
        return r;
    *ret = (uint32_t)v;
    return 0;
}

static int read_i32(const struct json_field *f, const struct json_event *ev, int32_t *ret,
                    struct err *e)
{
    int64_t v;
    int r = read_signed(f, ev, INT32_MIN, INT32_MAX, &v, e);

    if (r < 0)
        return r;
    *ret = (int32_t)v;
    return 0;
}

static int read_bool(const struct json_event *ev, bool *ret, struct err *e)
{
    if (ev->type != JSON_EV_BOOL)
        return json_scalar_mismatch("true or false", ev, e);
    *ret = ev->truth;
    return 0;
}

static int read_double(const struct json_event *ev, double *ret, struct err *e)
{
    char text[64];

    if (ev->type != JSON_EV_NUMBER || ev->len >= sizeof(text))
        return json_scalar_mismatch("number", ev, e);
    memcpy(text, ev->s, ev->len);
    text[ev->len] = '\0';
    *ret = strtod(text, NULL);
    if (!__builtin_isfinite(*ret))
        return json_scalar_mismatch("number", ev, e);
    return 0;
}

int json_scalar_str(const struct json_field *f, const struct json_event *ev, char **ret,
                    struct err *e)
{
    const char *why;
    char *s;

    if (ev->type != JSON_EV_STRING && ev->type != JSON_EV_KEY)
        return json_scalar_mismatch("string", ev, e);
    s = str_copy(ev->s, ev->len);
    if (!s)
        return err_nomem(e);
    why = f->check ? f->check(s) : NULL;
    if (why) {
        char buf[JSON_EXCERPT_MAX + 2];

        free(s);
        return err_set(e, ERR_INVALID, "%s, found %s", why, describe(ev, buf, sizeof(buf)));
    }
    *ret = s;
    return 0;
}

static int unknown_name(const struct json_field *f, const struct json_event *ev, struct err *e)
{
    char what[1024];
    size_t n = (size_t)snprintf(what, sizeof(what), "one of");

    for (const struct json_enum *it = f->names; it->name && n < sizeof(what) - 80; it++)
        n += (size_t)snprintf(what + n, sizeof(what) - n, "%s %s", it == f->names ? "" : ",",
                              it->name);
    return json_scalar_mismatch(what, ev, e);
}

int json_scalar_name(const struct json_field *f, const struct json_event *ev, int *ret,
                     struct err *e)
{
    if (ev->type != JSON_EV_STRING)
        return json_scalar_mismatch("string", ev, e);
    for (const struct json_enum *it = f->names; it->name; it++) {
        if (str_is(it->name, ev->s, ev->len)) {
            *ret = it->value;
            return 0;
        }
    }
    return unknown_name(f, ev, e);
}

static int read_optional(const struct json_field *f, void *member, const struct json_event *ev,
                         struct err *e)
{
    struct opt_bool *b = member;
    struct opt_i32 *i32 = member;
    struct opt_u32 *u32 = member;
    struct opt_i64 *i64 = member;
    struct opt_u64 *u64 = member;
    int r;

    if (f->kind == JSON_KIND_OPT_BOOL)
        r = read_bool(ev, &b->val, e);
    else if (f->kind == JSON_KIND_OPT_I32)
        r = read_i32(f, ev, &i32->val, e);
    else if (f->kind == JSON_KIND_OPT_U32)
        r = json_scalar_u32(f, ev, &u32->val, e);
    else if (f->kind == JSON_KIND_OPT_I64)
        r = read_signed(f, ev, INT64_MIN, INT64_MAX, &i64->val, e);
    else
        r = read_unsigned(f, ev, UINT64_MAX, &u64->val, e);
    if (r >= 0)
        b->set = true; /* `set` comes first in each of them */
    return r;
}

int json_scalar_read(const struct json_field *f, void *obj, const struct json_event *ev,
                     struct err *e)
{
    void *member = json_row_member(f, obj);

    switch (f->kind) {
    case JSON_KIND_STR: return json_scalar_str(f, ev, member, e);
    case JSON_KIND_BOOL: return read_bool(ev, member, e);
    case JSON_KIND_I32: return read_i32(f, ev, member, e);
    case JSON_KIND_U32: return json_scalar_u32(f, ev, member, e);
    case JSON_KIND_I64: return read_signed(f, ev, INT64_MIN, INT64_MAX, member, e);
    case JSON_KIND_U64: return read_unsigned(f, ev, UINT64_MAX, member, e);
    case JSON_KIND_DOUBLE: return read_double(ev, member, e);
    case JSON_KIND_ENUM: return json_scalar_name(f, ev, member, e);
    default: return read_optional(f, member, ev, e);
    }
}
