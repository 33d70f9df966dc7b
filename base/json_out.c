/* SPDX-License-Identifier: MIT */
/* JSON written piece by piece. */
#include "base/json_out.h"

#include "base/json.h"
#include "base/json_text.h"
#include "base/str.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void new_line(struct json_out *o)
{
    if (!(o->flags & JSON_PRETTY))
        return;
    buf_char(o->buf, '\n');
    for (unsigned i = 0; i < o->depth; i++)
        buf_add(o->buf, "    ", 4);
}

/* What comes before a key or an element: nothing after a key, else the comma and the line. */
static void next(struct json_out *o)
{
    if (o->after_key) {
        o->after_key = false;
        return;
    }
    if (o->pending)
        buf_char(o->buf, ',');
    if (o->depth > 0)
        new_line(o);
    o->pending = true;
}

static void begin(struct json_out *o, char c)
{
    next(o);
    buf_char(o->buf, c);
    o->depth++;
    o->pending = false;
}

static void end(struct json_out *o, char c)
{
    o->depth--;
    if (o->pending)
        new_line(o);
    buf_char(o->buf, c);
    o->pending = true;
}

void json_out_object(struct json_out *o)
{
    begin(o, '{');
}

void json_out_object_end(struct json_out *o)
{
    end(o, '}');
}

void json_out_array(struct json_out *o)
{
    begin(o, '[');
}

void json_out_array_end(struct json_out *o)
{
    end(o, ']');
}

static void escape(struct buf *b, unsigned char c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

    for (const char *p = letters; *p; p += 2) {
        if ((unsigned char)p[0] == c) {
            char two[2] = { '\\', p[1] };

            buf_add(b, two, 2);
            return;
        }
    }
    buf_fmt(b, "\\u%04x", c);
}

/* One string in quotes; runs of plain bytes are copied at once. */
static void quote(struct buf *b, const char *s, size_t len)
{
    size_t valid = json_text_utf8(s, len);
    size_t from = 0;

    buf_char(b, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (i < valid && c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, s + from, i - from);
        if (i < valid) {
            escape(b, c);
        } else {
            buf_str(b, "\xef\xbf\xbd"); /* U+FFFD */
            valid = i + 1 + json_text_utf8(s + i + 1, len - i - 1);
        }
        from = i + 1;
    }
    buf_add(b, s + from, len - from);
    buf_char(b, '"');
}

void json_out_key(struct json_out *o, const char *key)
{
    next(o);
    quote(o->buf, key, strlen(key));
    if (o->flags & JSON_PRETTY)
        buf_add(o->buf, ": ", 2);
    else
        buf_char(o->buf, ':');
    o->after_key = true;
}

void json_out_str_len(struct json_out *o, const char *s, size_t len)
{
    next(o);
    quote(o->buf, s, len);
}

void json_out_str(struct json_out *o, const char *s)
{
    if (s)
        json_out_str_len(o, s, strlen(s));
    else
        json_out_null(o);
}

void json_out_bool(struct json_out *o, bool v)
{
    next(o);
    buf_str(o->buf, v ? "true" : "false");
}

void json_out_null(struct json_out *o)
{
    next(o);
    buf_add(o->buf, "null", 4);
}

void json_out_i64(struct json_out *o, int64_t v)
{
    next(o);
    buf_fmt(o->buf, "%" PRId64, v);
}

void json_out_u64(struct json_out *o, uint64_t v)
{
    next(o);
    buf_fmt(o->buf, "%" PRIu64, v);
}

void json_out_double(struct json_out *o, double v)
{
    char text[32];

    if (!isfinite(v)) {
        json_out_null(o);
        return;
    }
    next(o);
    /* The shorter form if it reads back the same. */
    snprintf(text, sizeof(text), "%.15g", v);
    if (strtod(text, NULL) != v)
        snprintf(text, sizeof(text), "%.17g", v);
    buf_str(o->buf, text);
}

/* A string token from its opening quote on. */
static size_t string_token(const char *s)
{
    size_t n = 1;

    while (s[n] && s[n] != '"')
        n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    return s[n] ? n + 1 : n;
}

void json_out_raw(struct json_out *o, const char *text)
{
    for (const char *p = text; *p;) {
        size_t n = 1;

        if (strchr(" \t\r\n,", *p)) {
            p++;
            continue;
        }
        if (*p == '{' || *p == '[') {
            begin(o, *p);
        } else if (*p == '}' || *p == ']') {
            end(o, *p);
        } else if (*p == ':') {
            buf_str(o->buf, o->flags & JSON_PRETTY ? ": " : ":");
            o->after_key = true;
        } else {
            n = *p == '"' ? string_token(p) : strcspn(p, " \t\r\n,:{}[]\"");
            next(o);
            buf_add(o->buf, p, n);
        }
        p += n;
    }
}

void json_out_member_str(struct json_out *o, const char *key, const char *s)
{
    json_out_key(o, key);
    json_out_str(o, s);
}

void json_out_member_i64(struct json_out *o, const char *key, int64_t v)
{
    json_out_key(o, key);
    json_out_i64(o, v);
}

void json_out_member_bool(struct json_out *o, const char *key, bool v)
{
    json_out_key(o, key);
    json_out_bool(o, v);
}

void json_out_member_null(struct json_out *o, const char *key)
{
    json_out_key(o, key);
    json_out_null(o);
}

void json_out_member_strv(struct json_out *o, const char *key, char *const *v)
{
    if (!v) {
        json_out_member_null(o, key);
        return;
    }
    json_out_key(o, key);
    json_out_array(o);
    strv_foreach (it, v)
        json_out_str(o, *it);
    json_out_array_end(o);
}

void json_out_member_map(struct json_out *o, const char *key, const struct json_map *m)
{
    json_out_key(o, key);
    json_out_object(o);
    json_map_foreach(it, m) json_out_member_str(o, it->key, it->val);
    json_out_object_end(o);
}
