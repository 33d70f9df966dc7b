/* SPDX-License-Identifier: MIT */
/* The JSON parser: yajl behind limits, strict strings, and errors that carry a JSON pointer. */
#include "base/json.h"

#include "base/json_sax.h"
#include "base/json_text.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define POINTER_MAX 512

/* One container that we are inside of, and where in it we are. */
struct step {
    bool array;
    size_t index;    /* arrays: of the current element; SIZE_MAX before the first */
    const char *key; /* objects: the current key as it stands in the text; NULL before */
    size_t key_len;
};

struct sax {
    const char *text;
    size_t len;
    json_event_fn fn;
    void *arg;
    struct err *e;
    int r; /* how it ended; 0 so far */
    yajl_handle handle;
    bool tail;  /* yajl parses the blank that ends a top-level number */
    size_t pos; /* end of the last event */
    size_t items;
    unsigned depth;
    struct step path[JSON_DEPTH_MAX];
};

/* RFC 6901, with what a terminal should not see replaced. */
static void pointer_add(char *out, size_t *n, const char *s, size_t len)
{
    bool valid = json_text_utf8(s, len) == len;

    for (size_t i = 0; i < len && *n + 3 < POINTER_MAX; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '~' || c == '/') {
            out[(*n)++] = '~';
            out[(*n)++] = c == '~' ? '0' : '1';
        } else {
            out[(*n)++] = c < 0x20 || c == 0x7f || (c >= 0x80 && !valid) ? '?' : (char)c;
        }
    }
}

static void pointer(const struct sax *s, char out[static POINTER_MAX])
{
    size_t n = 0;

    for (unsigned i = 0; i < s->depth && n + 32 < POINTER_MAX; i++) {
        const struct step *st = &s->path[i];

        if (st->array && st->index != SIZE_MAX) {
            n += (size_t)snprintf(out + n, POINTER_MAX - n, "/%zu", st->index);
        } else if (!st->array && st->key) {
            out[n++] = '/';
            pointer_add(out, &n, st->key, st->key_len);
        }
    }
    if (n == 0)
        out[n++] = '/';
    out[n] = '\0';
}

/* Ends the parse: yajl stops when a callback returns 0. */
static int failed(struct sax *s, int r)
{
    char where[POINTER_MAX];

    pointer(s, where);
    s->r = r;
    err_wrap(s->e, "%s", where);
    return 0;
}

/* White space and separators before a token are nobody's. */
static bool separates(char c)
{
    return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r';
}

static size_t token_start(const struct sax *s)
{
    size_t i = s->pos;

    while (i < s->len && separates(s->text[i]))
        i++;
    return i;
}

/* yajl takes \v and \f for blanks, JSON does not. */
static bool odd_blank(const struct sax *s, size_t at)
{
    return at < s->len && (s->text[at] == '\v' || s->text[at] == '\f');
}

static int refuse_blank(struct sax *s)
{
    return failed(
        s, err_set(s->e, ERR_INVALID, "malformed JSON: a control character between two tokens"));
}

static void count_element(struct sax *s)
{
    if (s->depth > 0 && s->path[s->depth - 1].array)
        s->path[s->depth - 1].index++;
}

static int emit(struct sax *s, struct json_event *ev)
{
    int r;

    ev->start = token_start(s);
    ev->end = s->tail ? s->len : yajl_get_bytes_consumed(s->handle);
    s->pos = ev->end;
    if (ev->type == JSON_EV_KEY) {
        s->path[s->depth - 1].key = s->text + ev->start + 1;
        s->path[s->depth - 1].key_len = ev->end - ev->start - 2;
    } else if (ev->type != JSON_EV_OBJECT_END && ev->type != JSON_EV_ARRAY_END) {
        count_element(s);
    }
    if (odd_blank(s, ev->start))
        return refuse_blank(s);
    if (++s->items > JSON_ITEMS_MAX)
        return failed(
            s, err_set(s->e, ERR_LIMIT, "more than %u values in one document", JSON_ITEMS_MAX));
    if (ev->type == JSON_EV_KEY || ev->type == JSON_EV_STRING) {
        const char *why = json_text_check(s->text + ev->start + 1, ev->end - ev->start - 2);

        if (why)
            return failed(s, err_set(s->e, ERR_INVALID, "%s", why));
    }
    r = s->fn(s->arg, ev, s->e);
    if (r < 0)
        return failed(s, r);
    return 1;
}

static int enter(struct sax *s, enum json_event_type type)
{
    struct json_event ev = { .type = type };

    if (!emit(s, &ev))
        return 0;
    if (s->depth == JSON_DEPTH_MAX)
        return failed(s, err_set(s->e, ERR_LIMIT, "nested deeper than %d levels", JSON_DEPTH_MAX));
    s->path[s->depth++] = (struct step){ .array = type == JSON_EV_ARRAY, .index = SIZE_MAX };
    return 1;
}

static int leave(struct sax *s, enum json_event_type type)
{
    struct json_event ev = { .type = type };

    s->depth--;
    return emit(s, &ev);
}

static int on_null(void *ctx)
{
    struct json_event ev = { .type = JSON_EV_NULL };

    return emit(ctx, &ev);
}

static int on_bool(void *ctx, int val)
{
    struct json_event ev = { .type = JSON_EV_BOOL, .truth = val };

    return emit(ctx, &ev);
}

static int on_number(void *ctx, const char *text, size_t len)
{
    struct json_event ev = { .type = JSON_EV_NUMBER, .s = text, .len = len };

    return emit(ctx, &ev);
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
    struct json_event ev = { .type = JSON_EV_STRING, .s = (const char *)text, .len = len };

    return emit(ctx, &ev);
}

static int on_key(void *ctx, const unsigned char *text, size_t len)
{
    struct json_event ev = { .type = JSON_EV_KEY, .s = (const char *)text, .len = len };

    return emit(ctx, &ev);
}

static int on_object(void *ctx)
{
    return enter(ctx, JSON_EV_OBJECT);
}

static int on_object_end(void *ctx)
{
    return leave(ctx, JSON_EV_OBJECT_END);
}

static int on_array(void *ctx)
{
    return enter(ctx, JSON_EV_ARRAY);
}

static int on_array_end(void *ctx)
{
    return leave(ctx, JSON_EV_ARRAY_END);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_map_key = on_key,
    .yajl_start_map = on_object,
    .yajl_end_map = on_object_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

/* yajl's own verdict, e.g. "parse error: premature EOF\n", with the place that it means. */
static void syntax_error(struct sax *s)
{
    size_t at = s->tail ? s->len : yajl_get_bytes_consumed(s->handle);
    unsigned char *text = yajl_get_error(s->handle, 0, (const unsigned char *)s->text, s->len);
    const char *why = text ? (const char *)text : "parse error";
    size_t line = 1, column = 1;
    int r;

    if (strncmp(why, "parse error: ", 13) == 0)
        why += 13;
    else if (strncmp(why, "lexical error: ", 15) == 0)
        why += 15;
    for (size_t i = 0; i < at && i < s->len; i++) {
        column = s->text[i] == '\n' ? 1 : column + 1;
        line += s->text[i] == '\n';
    }
    if (s->len == 0)
        r = err_set(s->e, ERR_INVALID, "the document is empty");
    else
        r = err_set(s->e, ERR_INVALID, "malformed JSON at line %zu, column %zu: %.*s", line, column,
                    (int)strcspn(why, "\n"), why);
    failed(s, r);
    yajl_free_error(s->handle, text);
}

int json_sax(const char *text, size_t len, json_event_fn fn, void *arg, struct err *e)
{
    struct sax s = { .text = text, .len = len, .fn = fn, .arg = arg, .e = e };
    yajl_status st;

    if (len > JSON_SIZE_MAX)
        return err_set(e, ERR_LIMIT, "/: the document has %zu bytes, at most %u are accepted", len,
                       JSON_SIZE_MAX);
    s.handle = yajl_alloc(&callbacks, NULL, &s);
    if (!s.handle)
        return err_nomem(e);
    /* json_text_check() is stricter than yajl about UTF-8 and surrogates. */
    yajl_config(s.handle, yajl_dont_validate_strings, 1);
    st = yajl_parse(s.handle, (const unsigned char *)text, len);
    if (st == yajl_status_ok) {
        s.tail = true;
        st = yajl_complete_parse(s.handle);
    }
    if (st == yajl_status_error)
        syntax_error(&s);
    else if (st == yajl_status_ok && odd_blank(&s, token_start(&s)))
        refuse_blank(&s);
    yajl_free(s.handle);
    return s.r;
}
