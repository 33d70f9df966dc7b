/* SPDX-License-Identifier: MIT */
/* printf for templates: Go's verbs for the values that JSON has. */
#include "base/fmt_func.h"

#include "base/json.h"
#include "base/str.h"

#include <inttypes.h>

#define FIELD_MAX 1024

/* One %…: flags, width, precision, verb. */
struct verb {
    bool minus, plus, zero, sharp;
    int width;
    int precision; /* -1: none */
    char letter;
};

static const char *read_number(const char *p, int *ret)
{
    int n = 0;

    for (; *p >= '0' && *p <= '9'; p++)
        n = n < FIELD_MAX ? n * 10 + (*p - '0') : n;
    *ret = n < FIELD_MAX ? n : FIELD_MAX;
    return p;
}

static const char *read_verb(const char *p, struct verb *v)
{
    *v = (struct verb){ .precision = -1 };
    for (; *p && str_has("-+0# ", *p); p++) {
        v->minus |= *p == '-';
        v->plus |= *p == '+';
        v->zero |= *p == '0';
        v->sharp |= *p == '#';
    }
    p = read_number(p, &v->width);
    if (*p == '.')
        p = read_number(p + 1, &v->precision);
    v->letter = *p;
    return *p ? p + 1 : p;
}

static void pad(const struct verb *v, const char *text, size_t len, struct buf *out)
{
    int fill = v->width > (int)len ? v->width - (int)len : 0;

    if (!v->minus)
        buf_fmt(out, "%*s", fill, "");
    buf_add(out, text, len);
    if (v->minus)
        buf_fmt(out, "%*s", fill, "");
}

/* "%!d(string=abc)", which is what Go writes for a verb that does not fit. */
static void mismatch(const struct verb *v, const struct json_value *arg, struct buf *out)
{
    static const char *const types[] = {
        [JSON_NULL] = "<nil>",    [JSON_FALSE] = "bool",    [JSON_TRUE] = "bool",
        [JSON_NUMBER] = "number", [JSON_STRING] = "string", [JSON_LIST] = "list",
        [JSON_OBJECT] = "map",
    };

    buf_fmt(out, "%%!%c(%s=", v->letter, arg ? types[arg->type] : "<nil>");
    fmt_value_print(arg, out);
    buf_char(out, ')');
}

static void print_integer(const struct verb *v, int64_t n, struct buf *out)
{
    char spec[32];
    char text[64];
    const char *conversion = v->letter == 'x'   ? PRIx64
                             : v->letter == 'X' ? PRIX64
                             : v->letter == 'o' ? PRIo64
                                                : PRId64;

    bool signed_hex = n < 0 && v->letter != 'd';
    uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    snprintf(spec, sizeof(spec), "%s%%%s%s", signed_hex ? "-" : "",
             v->plus && v->letter == 'd' ? "+" : "", v->sharp ? "#" : "");
    if (v->zero && !v->minus && v->width > 0)
        snprintf(spec + strlen(spec), sizeof(spec) - strlen(spec), "0%d", v->width % 60);
    snprintf(spec + strlen(spec), sizeof(spec) - strlen(spec), "%s", conversion);
    if (v->letter == 'd')
        snprintf(text, sizeof(text), spec, n);
    else
        snprintf(text, sizeof(text), spec, magnitude);
    pad(v, text, strlen(text), out);
}

static void print_real(const struct verb *v, double d, struct buf *out)
{
    char spec[16] = "%.*f";
    AUTO_FREE char *text = NULL;

    spec[3] = v->letter;
    text = str_fmt(spec, v->precision < 0 ? 6 : v->precision % 100, d);
    if (text)
        pad(v, text, strlen(text), out);
}

static void print_text(const struct verb *v, const struct json_value *arg, struct buf *out)
{
    AUTO_BUF struct buf b = { 0 };

    if (v->letter == 'q' && arg && arg->type == JSON_STRING)
        json_value_write(arg, JSON_COMPACT, &b);
    else
        fmt_value_print(arg, &b);
    size_t len =
        v->precision >= 0 && v->letter == 's' ? strnlen(b.data, (size_t)v->precision) : b.len;
    pad(v, b.data ? b.data : "", len, out);
}

static void print_hex(const struct verb *v, const char *s, struct buf *out)
{
    AUTO_BUF struct buf b = { 0 };

    for (; *s; s++)
        buf_fmt(&b, v->letter == 'X' ? "%02X" : "%02x", (unsigned char)*s);
    pad(v, b.data ? b.data : "", b.len, out);
}

static void print_one(const struct verb *v, const struct json_value *arg, struct buf *out)
{
    int64_t n;
    enum json_type type = arg ? arg->type : JSON_NULL;

    if (str_has("vsq", v->letter) && !(v->letter != 'v' && type == JSON_NUMBER))
        print_text(v, arg, out);
    else if (v->letter == 'v')
        print_text(v, arg, out);
    else if (v->letter == 't' && (type == JSON_TRUE || type == JSON_FALSE))
        print_text(v, arg, out);
    else if (str_has("xX", v->letter) && type == JSON_STRING)
        print_hex(v, arg->text, out);
    else if (str_has("dxXo", v->letter) && type == JSON_NUMBER && json_value_i64(arg, &n))
        print_integer(v, n, out);
    else if (str_has("feEgG", v->letter) && type == JSON_NUMBER)
        print_real(v, strtod(arg->text, NULL), out);
    else
        mismatch(v, arg, out);
}

int fmt_printf(struct fmt_made *m, const struct json_value *const *args, size_t n,
               const struct json_value **ret, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };
    size_t used = 1;

    if (!args[0] || args[0]->type != JSON_STRING)
        return err_set(e, ERR_INVALID, "printf: expected a format string");
    for (const char *p = args[0]->text; *p;) {
        struct verb v;
        size_t plain = strcspn(p, "%");
        buf_add(&b, p, plain);
        p += plain;
        if (!*p)
            break;
        p = read_verb(p + 1, &v);
        if (v.letter == '%')
            buf_char(&b, '%');
        else if (v.letter == '\0')
            buf_str(&b, "%!(NOVERB)");
        else if (used >= n)
            buf_fmt(&b, "%%!%c(MISSING)", v.letter);
        else
            print_one(&v, args[used++], &b);
    }
    if (used < n)
        buf_str(&b, "%!(EXTRA)");
    *ret = fmt_value_text(m, JSON_STRING, &b);
    return *ret ? 0 : err_nomem(e);
}
