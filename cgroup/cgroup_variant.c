/* SPDX-License-Identifier: MIT */
/* Annotations "org.systemd.property.*": GVariant's text form as properties. */
#include "base/num.h"
#include "base/str.h"
#include "cgroup/cgroup_property.h"
#include "oci/annotation.h"

#include <ctype.h>
#include <stddef.h>

/* GVariant's words for number types, their signature, size and range. */
static const struct number_type {
    const char *word;
    const char *sig;
    size_t size;
    bool negative;
} number_types[] = {
    { "byte", "y", 1, false },   { "int16", "n", 2, true },   { "uint16", "q", 2, false },
    { "int32", "i", 4, true },   { "uint32", "u", 4, false }, { "int64", "x", 8, true },
    { "uint64", "t", 8, false },
};

/* A number without a type word is an int32. */
static const struct number_type *type_of(char **text)
{
    for (size_t i = 0; i < ARRAY_LEN(number_types); i++) {
        const char *rest = str_after(*text, number_types[i].word);
        if (rest && isspace((unsigned char)*rest)) {
            *text = str_trim(*text + (rest - *text));
            return &number_types[i];
        }
    }
    return &number_types[3];
}

static int read_number(struct cgroup_property *one, char *text, struct err *e)
{
    const struct number_type *type = type_of(&text);
    unsigned bits = (unsigned)type->size * 8;
    uint64_t u = 0;
    int64_t x = 0;
    int r;

    one->type = type->sig;
    if (type->negative) {
        int64_t max = (int64_t)(UINT64_MAX >> (65 - bits));
        r = num_i64(text, -max - 1, max, &x, e);
        u = (uint64_t)x;
    } else {
        r = num_u64(text, 0, UINT64_MAX >> (64 - bits), &u, e);
    }
    switch (type->size) {
    case 1: one->v.y = (uint8_t)u; break;
    case 2: one->v.q = (uint16_t)u; break;
    case 4: one->v.u = (uint32_t)u; break;
    default: one->v.t = u; break;
    }
    return r;
}

/* 'text' or "text", a backslash before what would end it. *text moves behind it. */
static char *read_string(char **text)
{
    AUTO_BUF struct buf b = { 0 };
    char *s = *text, quote = *s++;

    buf_str(&b, "");
    for (; *s && *s != quote; s++) {
        if (*s == '\\' && s[1])
            s++;
        buf_char(&b, *s);
    }
    if (*s != quote)
        return NULL;
    *text = s + 1;
    return buf_take(&b);
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"';
}

/* ['a', 'b'] */
static int read_strings(struct cgroup_property *one, char *text, struct err *e)
{
    one->type = "as";
    one->texts = strv_dup((char *[]){ NULL });
    text = str_trim(text + 1);
    while (is_quote(*text)) {
        char *s = read_string(&text);
        if (!s || strv_push(&one->texts, s) < 0)
            return err_set(e, ERR_INVALID, "a string has no end");
        text = str_trim(text);
        if (*text == ',')
            text = str_trim(text + 1);
    }
    return STREQ(text, "]") ? 0 : err_set(e, ERR_INVALID, "expected a string or \"]\"");
}

/* "2.5" seconds of a property whose name ends in Sec. */
static int read_seconds(struct cgroup_property *one, char *text, struct err *e)
{
    char *end = NULL;

    type_of(&text);
    double seconds = strtod(text, &end);
    if (end == text || *end || !(seconds >= 0 && seconds < 1e12))
        return err_set(e, ERR_INVALID, "expected a number of seconds");
    one->type = "t";
    one->v.t = (uint64_t)(seconds * 1e6 + 0.5);
    one->name[strlen(one->name) - strlen("Sec")] = '\0';
    char *name = str_fmt("%sUSec", one->name);
    if (!name)
        return err_nomem(e);
    free(one->name);
    one->name = name;
    return 0;
}

static int read_value(struct cgroup_property *one, char *text, struct err *e)
{
    if (STREQ(text, "true") || STREQ(text, "false")) {
        one->type = "b";
        one->v.b = *text == 't';
        return 0;
    }
    if (*text == '[')
        return read_strings(one, text, e);
    if (is_quote(*text)) {
        one->type = "s";
        one->text = read_string(&text);
        return one->text && !*text ? 0 : err_set(e, ERR_INVALID, "a string has no end");
    }
    if (str_ends(one->name, "Sec") && !str_ends(one->name, "USec"))
        return read_seconds(one, text, e);
    return read_number(one, text, e);
}

int cgroup_property_annotations(const struct json_map *annotations, struct cgroup_properties *p,
                                struct err *e)
{
    for (size_t i = 0; annotations && i < annotations->n; i++) {
        const char *name = str_after(annotations->v[i].key, ANNOTATION_UNIT_PROPERTY);
        if (!name)
            continue;
        AUTO_FREE char *text = str_dup(annotations->v[i].val);
        struct cgroup_property *one = cgroup_property_add(p, name, "b");
        if (!text || !one)
            return err_nomem(e);
        int r = isalpha((unsigned char)*name) ? read_value(one, str_trim(text), e)
                                              : err_set(e, ERR_INVALID, "this names no property");
        if (r < 0)
            return err_wrap(e, "annotation %s=%s", annotations->v[i].key, annotations->v[i].val);
    }
    return 0;
}
