/* SPDX-License-Identifier: MIT */
/* Reads GVariant's text form: a recursive descent with the type that is expected, where one is. */
#include "cgroup/cgroup_variant.h"

#include "base/buf.h"
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define DEPTH    16  /* of containers in containers */
#define TYPE_MAX 255 /* bytes of a signature (D-Bus specification, "Signature Strings") */

struct reader {
    const char *at;
    unsigned depth;
    struct err *e;
};

/* The words before a value, and their types. */
static const struct {
    const char *word;
    const char *type;
} words[] = {
    { "boolean", "b" }, { "byte", "y" },   { "int16", "n" },      { "uint16", "q" },
    { "int32", "i" },   { "uint32", "u" }, { "int64", "x" },      { "uint64", "t" },
    { "double", "d" },  { "string", "s" }, { "objectpath", "o" }, { "signature", "g" },
};

void cgroup_variant_free(struct cgroup_variant *v)
{
    for (size_t i = 0; i < v->n_items; i++)
        cgroup_variant_free(&v->items[i]);
    free(v->items);
    free(v->type);
    free(v->text);
    *v = (struct cgroup_variant){ 0 };
}

/* ---- types ---- */

/* The length of the complete type that `s` starts with, or 0. */
static size_t type_len(const char *s)
{
    char end = *s == '(' ? ')' : '}';
    size_t at = 1, n = 0;

    if (str_has("bynqiuxtdsogv", *s))
        return 1;
    if (*s == 'a') {
        n = type_len(s + 1);
        return n ? n + 1 : 0;
    }
    if (*s != '(' && *s != '{')
        return 0;
    for (size_t len; s[at] && s[at] != end; at += len, n++) {
        len = type_len(s + at);
        if (len == 0)
            return 0;
    }
    return s[at] == end && (end == ')' ? n > 0 : n == 2) ? at + 1 : 0;
}

static int set_type(struct reader *r, struct cgroup_variant *v, const char *want, const char *type)
{
    if (want && !STREQ(want, type))
        return err_set(r->e, ERR_INVALID, "expected a value of type %s, found one of %s", want,
                       type);
    return str_set(&v->type, type) < 0 ? err_nomem(r->e) : 0;
}

/* ---- words of the text ---- */

static void skip_space(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

/* True when that character is next; it is passed. */
static bool pass(struct reader *r, char c)
{
    skip_space(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

static int expect(struct reader *r, char c)
{
    if (pass(r, c))
        return 0;
    return *r->at ? err_set(r->e, ERR_INVALID, "expected \"%c\", found \"%s\"", c, r->at)
                  : err_set(r->e, ERR_INVALID, "expected \"%c\" at the end", c);
}

/* What stands up to the next mark or space. */
static char *token(struct reader *r)
{
    size_t len = strcspn(r->at, " \t\r\n,:[](){}<>'\"");
    char *s = str_fmt("%.*s", (int)len, r->at);

    r->at += len;
    return s;
}

/* ---- plain values ---- */

static int set_integer(struct cgroup_variant *v, bool negative, uint64_t n)
{
    static const struct {
        char type;
        bool is_signed;
        uint64_t max;
    } ranges[] = {
        { 'y', false, UINT8_MAX },  { 'n', true, INT16_MAX },   { 'q', false, UINT16_MAX },
        { 'i', true, INT32_MAX },   { 'u', false, UINT32_MAX }, { 'x', true, INT64_MAX },
        { 't', false, UINT64_MAX },
    };

    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        if (ranges[i].type != v->type[0])
            continue;
        if (negative ? !ranges[i].is_signed || n > ranges[i].max + 1 : n > ranges[i].max)
            return -1;
        n = negative ? -n : n;
    }
    switch (v->type[0]) {
    case 'y': v->v.y = (uint8_t)n; return 0;
    case 'n':
    case 'q': v->v.q = (uint16_t)n; return 0;
    case 'i':
    case 'u': v->v.u = (uint32_t)n; return 0;
    case 'x':
    case 't': v->v.t = n; return 0;
    default: return -1;
    }
}

static int read_number(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_FREE char *text = token(r);
    char *end = text;

    if (!text)
        return err_nomem(r->e);
    const char *digits = text + (*text == '-' || *text == '+');
    bool hex = str_starts(digits, "0x") || str_starts(digits, "0X");
    bool real = !hex && (strpbrk(digits, ".eE") || str_starts(digits, "inf"));
    int rc = set_type(r, ret, NULL, want ? want : real ? "d" : "i");

    if (rc < 0)
        return rc;
    errno = 0;
    if (STREQ(ret->type, "d")) {
        ret->v.d = strtod(text, &end);
    } else if (isdigit((unsigned char)*digits)) {
        uint64_t n = strtoull(digits, &end, 0);
        if (errno == 0 && set_integer(ret, *text == '-', n) < 0)
            errno = ERANGE;
    }
    if (end == text || *end)
        return err_set(r->e, ERR_INVALID, "\"%s\" is no value%s%s", text, want ? " of type " : "",
                       want ? want : "");
    return errno ? err_set(r->e, ERR_INVALID, "%s is out of the range of type %s", text, ret->type)
                 : 0;
}

static int add_escape(struct reader *r, struct buf *b)
{
    static const char letters[] = "abfnrtv", bytes[] = "\a\b\f\n\r\t\v";
    char c = *r->at;
    const char *letter = c ? strchr(letters, c) : NULL;
    unsigned width = c == 'u' ? 4 : c == 'U' ? 8 : 0, code = 0;

    if (!c)
        return err_set(r->e, ERR_INVALID, "a string has no end");
    r->at++;
    if (!width) {
        buf_char(b, letter ? bytes[letter - letters] : c);
        return 0;
    }
    for (; width > 0 && isxdigit((unsigned char)*r->at); width--, r->at++)
        code = code << 4 | (unsigned)(isdigit((unsigned char)*r->at)
                                          ? *r->at - '0'
                                          : tolower((unsigned char)*r->at) - 'a' + 10);
    if (width > 0 || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return err_set(r->e, ERR_INVALID, "a \\u is followed by no character's number");
    if (code < 0x80)
        buf_char(b, (char)code);
    else if (code < 0x800)
        buf_fmt(b, "%c%c", (int)(0xc0 | code >> 6), (int)(0x80 | (code & 0x3f)));
    else if (code < 0x10000)
        buf_fmt(b, "%c%c%c", (int)(0xe0 | code >> 12), (int)(0x80 | (code >> 6 & 0x3f)),
                (int)(0x80 | (code & 0x3f)));
    else
        buf_fmt(b, "%c%c%c%c", (int)(0xf0 | code >> 18), (int)(0x80 | (code >> 12 & 0x3f)),
                (int)(0x80 | (code >> 6 & 0x3f)), (int)(0x80 | (code & 0x3f)));
    return 0;
}

static int read_text(struct reader *r, struct buf *b)
{
    char quote = *r->at++;

    buf_str(b, "");
    while (*r->at && *r->at != quote) {
        if (*r->at != '\\') {
            buf_char(b, *r->at++);
            continue;
        }
        r->at++;
        int rc = add_escape(r, b);
        if (rc < 0)
            return rc;
    }
    if (!*r->at)
        return err_set(r->e, ERR_INVALID, "a string has no end");
    r->at++;
    return b->failed ? err_nomem(r->e) : 0;
}

static int read_string(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_BUF struct buf b = { 0 };
    bool fits = want && (STREQ(want, "o") || STREQ(want, "g"));
    int rc = set_type(r, ret, fits ? NULL : want, fits ? want : "s");

    if (rc >= 0)
        rc = read_text(r, &b);
    if (rc < 0)
        return rc;
    ret->text = buf_take(&b);
    return ret->text ? 0 : err_nomem(r->e);
}

static int read_bool(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_FREE char *text = token(r);

    if (!text)
        return err_nomem(r->e);
    ret->v.b = STREQ(text, "true");
    if (!ret->v.b && !STREQ(text, "false"))
        return err_set(r->e, ERR_INVALID, "\"%s\" is no value", text);
    return set_type(r, ret, want, "b");
}

/* ---- containers ---- */

static int read_value(struct reader *r, const char *want, struct cgroup_variant *ret);

static struct cgroup_variant *add_item(struct cgroup_variant *v)
{
    struct cgroup_variant *more = reallocarray(v->items, v->n_items + 1, sizeof(*more));

    if (!more)
        return NULL;
    v->items = more;
    more[v->n_items] = (struct cgroup_variant){ 0 };
    return &more[v->n_items++];
}

/* One more item of the type that `types` starts with (NULL: of any), for which *types moves on. */
static int read_item(struct reader *r, const char **types, struct cgroup_variant *v)
{
    struct cgroup_variant *one = add_item(v);
    size_t len = *types ? type_len(*types) : 0;
    AUTO_FREE char *want = len ? str_fmt("%.*s", (int)len, *types) : NULL;

    if (!one || (len && !want))
        return err_nomem(r->e);
    if (*types && !len)
        return err_set(r->e, ERR_INVALID, "there are more values than the type has");
    if (*types)
        *types += len;
    return read_value(r, want, one);
}

/* b'bytes': an array with the NUL. */
static int read_bytes(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_BUF struct buf b = { 0 };
    int rc = set_type(r, ret, want, "ay");

    r->at++;
    if (rc >= 0)
        rc = read_text(r, &b);
    for (size_t i = 0; rc >= 0 && i <= b.len; i++) {
        struct cgroup_variant *one = add_item(ret);
        if (!one || str_set(&one->type, "y") < 0)
            return err_nomem(r->e);
        one->v.y = (uint8_t)b.data[i];
    }
    return rc;
}

static int read_array(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_FREE char *item = NULL;
    AUTO_FREE char *type = NULL;
    int rc = expect(r, '[');

    if (rc >= 0 && want && want[0] != 'a')
        return set_type(r, ret, want, "an array");
    if (want && str_set(&item, want + 1) < 0)
        return err_nomem(r->e);
    while (rc >= 0 && !pass(r, ']')) {
        const char *types = item;
        if (ret->n_items > 0)
            rc = expect(r, ',');
        if (rc >= 0)
            rc = read_item(r, &types, ret);
        if (rc >= 0 && !item && str_set(&item, ret->items[0].type) < 0)
            rc = err_nomem(r->e);
    }
    if (rc < 0)
        return rc;
    type = str_fmt("a%s", item ? item : "s");
    return type ? set_type(r, ret, want, type) : err_nomem(r->e);
}

/* ('a', 5): the types of its items in brackets. */
static int read_tuple(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_BUF struct buf type = { 0 };
    const char *types = want && want[0] == '(' ? want + 1 : NULL;
    int rc = expect(r, '(');

    while (rc >= 0 && !pass(r, ')')) {
        if (ret->n_items > 0)
            rc = expect(r, ',');
        if (rc >= 0 && ret->n_items == 1 && pass(r, ')'))
            break;
        if (rc >= 0)
            rc = read_item(r, &types, ret);
    }
    if (rc < 0)
        return rc;
    buf_char(&type, '(');
    for (size_t i = 0; i < ret->n_items; i++)
        buf_str(&type, ret->items[i].type);
    buf_char(&type, ')');
    if (type.failed)
        return err_nomem(r->e);
    if (ret->n_items == 0)
        return err_set(r->e, ERR_INVALID, "a tuple has at least one value");
    return set_type(r, ret, want, type.data);
}

static int read_entry(struct reader *r, const char *types, struct cgroup_variant *ret)
{
    int rc = read_item(r, &types, ret);

    if (rc >= 0)
        rc = expect(r, ':');
    if (rc >= 0)
        rc = read_item(r, &types, ret);
    if (rc < 0)
        return rc;
    ret->type = str_fmt("{%s%s}", ret->items[0].type, ret->items[1].type);
    return ret->type ? 0 : err_nomem(r->e);
}

/* {'a': 5}: an array of entries. */
static int read_dict(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_FREE char *item = NULL;
    AUTO_FREE char *type = NULL;
    int rc = expect(r, '{');

    if (rc >= 0 && want && !str_starts(want, "a{"))
        return set_type(r, ret, want, "a dictionary");
    if (want && str_set(&item, want + 1) < 0)
        return err_nomem(r->e);
    while (rc >= 0 && !pass(r, '}')) {
        struct cgroup_variant *one = NULL;
        if (ret->n_items > 0)
            rc = expect(r, ',');
        if (rc >= 0 && !(one = add_item(ret)))
            rc = err_nomem(r->e);
        if (rc >= 0)
            rc = read_entry(r, item ? item + 1 : NULL, one);
        if (rc >= 0 && !item && str_set(&item, one->type) < 0)
            rc = err_nomem(r->e);
    }
    if (rc < 0)
        return rc;
    if (!item)
        return err_set(r->e, ERR_INVALID, "an empty dictionary needs its type: @a{sv} {}");
    type = str_fmt("a%s", item);
    return type ? set_type(r, ret, want, type) : err_nomem(r->e);
}

static int read_boxed(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    const char *any = NULL;
    int rc = expect(r, '<');

    if (rc >= 0)
        rc = set_type(r, ret, want, "v");
    if (rc >= 0)
        rc = read_item(r, &any, ret);
    return rc < 0 ? rc : expect(r, '>');
}

/* ---- any value ---- */

/* "@as " or "uint64 ": *ret is malloc'd, or NULL when there is none. */
static int read_type(struct reader *r, char **ret)
{
    if (*r->at == '@') {
        size_t len = strcspn(r->at, " \t\r\n");
        AUTO_FREE char *type = str_fmt("%.*s", (int)len - 1, r->at + 1);
        if (!type)
            return err_nomem(r->e);
        if (len > TYPE_MAX || type_len(type) != len - 1 || *type == '{')
            return err_set(r->e, ERR_INVALID, "\"%s\" is no type", type);
        r->at += len;
        *ret = TAKE_PTR(type);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const char *rest = str_after(r->at, words[i].word);
        if (!rest || !isspace((unsigned char)*rest))
            continue;
        r->at = rest;
        *ret = str_dup(words[i].type);
        return *ret ? 0 : err_nomem(r->e);
    }
    return 0;
}

static int read_typed(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    char c = *r->at;

    switch (c) {
    case '[': return read_array(r, want, ret);
    case '(': return read_tuple(r, want, ret);
    case '{': return read_dict(r, want, ret);
    case '<': return read_boxed(r, want, ret);
    case '\'':
    case '"': return read_string(r, want, ret);
    case '\0': return err_set(r->e, ERR_INVALID, "expected a value at the end");
    default: break;
    }
    if (c == 'b' && (r->at[1] == '\'' || r->at[1] == '"'))
        return read_bytes(r, want, ret);
    if (isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.' || str_starts(r->at, "inf"))
        return read_number(r, want, ret);
    return read_bool(r, want, ret);
}

static int read_value(struct reader *r, const char *want, struct cgroup_variant *ret)
{
    AUTO_FREE char *type = NULL;

    skip_space(r);
    int rc = read_type(r, &type);
    if (rc >= 0 && type && want && !STREQ(type, want))
        return set_type(r, ret, want, type);
    skip_space(r);
    if (rc >= 0 && r->depth++ >= DEPTH)
        rc = err_set(r->e, ERR_INVALID, "values are nested too deeply");
    if (rc >= 0)
        rc = read_typed(r, type ? type : want, ret);
    r->depth--;
    return rc;
}

int cgroup_variant_parse(const char *text, struct cgroup_variant *ret, struct err *e)
{
    AUTO_CGROUP_VARIANT struct cgroup_variant v = { 0 };
    struct reader r = { .at = text, .e = e };
    int rc = read_value(&r, NULL, &v);

    if (rc < 0)
        return rc;
    skip_space(&r);
    if (*r.at)
        return err_set(e, ERR_INVALID, "behind the value stands \"%s\"", r.at);
    *ret = v;
    v = (struct cgroup_variant){ 0 };
    return 0;
}
