/* SPDX-License-Identifier: MIT */
/* JSON documents as trees. */
#include "base/json_value.h"

#include "base/json.h"
#include "base/json_out.h"
#include "base/json_sax.h"
#include "base/json_text.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct builder {
    struct json_value *root;
    unsigned depth;
    struct json_value *open[JSON_DEPTH_MAX]; /* the containers that we are inside of */
};

/* Vectors double when their length is a power of two, from 4 on. */
static int grow(void **v, size_t n, size_t size, struct err *e)
{
    size_t cap = n ? n * 2 : 4;
    void *more;

    if (n != 0 && (n < 4 || (n & (n - 1))))
        return 0;
    more = reallocarray(*v, cap, size);
    if (!more)
        return err_nomem(e);
    *v = more;
    return 0;
}

/* Where the next value goes: the root, a new element, or the value of the newest member. */
static int place(struct builder *b, struct json_value **ret, struct err *e)
{
    struct json_value *in = b->depth > 0 ? b->open[b->depth - 1] : NULL;
    int r;

    if (!in) {
        *ret = b->root;
        return 0;
    }
    if (in->type == JSON_OBJECT) {
        *ret = &in->members[in->n - 1].value;
        return 0;
    }
    r = grow((void **)&in->items, in->n, sizeof(*in->items), e);
    if (r < 0)
        return r;
    *ret = &in->items[in->n++];
    **ret = (struct json_value){ 0 };
    return 0;
}

static int add_member(struct json_value *in, const struct json_event *ev, struct err *e)
{
    int r = grow((void **)&in->members, in->n, sizeof(*in->members), e);

    if (r < 0)
        return r;
    in->members[in->n] = (struct json_member){ .name = strndup(ev->s, ev->len) };
    return in->members[in->n++].name ? 0 : err_nomem(e);
}

static int close_object(const struct json_value *v, struct err *e)
{
    char text[JSON_EXCERPT_MAX];
    const char *twice;
    bool oom;

    if (v->n < 2)
        return 0;
    twice = json_text_duplicate(&v->members[0].name, v->n, sizeof(*v->members), &oom);
    if (oom)
        return err_nomem(e);
    if (twice)
        return err_set(e, ERR_INVALID, "duplicate key \"%s\"",
                       json_text_excerpt(twice, strlen(twice), text));
    return 0;
}

static int set_scalar(struct json_value *v, const struct json_event *ev, struct err *e)
{
    switch (ev->type) {
    case JSON_EV_BOOL: v->type = ev->truth ? JSON_TRUE : JSON_FALSE; return 0;
    case JSON_EV_NUMBER: v->type = JSON_NUMBER; break;
    case JSON_EV_STRING: v->type = JSON_STRING; break;
    case JSON_EV_NULL:
    case JSON_EV_KEY:
    case JSON_EV_OBJECT:
    case JSON_EV_ARRAY:
    case JSON_EV_OBJECT_END:
    case JSON_EV_ARRAY_END: v->type = JSON_NULL; return 0;
    }
    v->text = strndup(ev->s, ev->len);
    return v->text ? 0 : err_nomem(e);
}

static int build(void *arg, const struct json_event *ev, struct err *e)
{
    struct builder *b = arg;
    struct json_value *v;
    int r;

    if (ev->type == JSON_EV_KEY)
        return add_member(b->open[b->depth - 1], ev, e);
    if (ev->type == JSON_EV_ARRAY_END || ev->type == JSON_EV_OBJECT_END) {
        v = b->open[--b->depth];
        return v->type == JSON_OBJECT ? close_object(v, e) : 0;
    }
    r = place(b, &v, e);
    if (r < 0)
        return r;
    if (ev->type != JSON_EV_OBJECT && ev->type != JSON_EV_ARRAY)
        return set_scalar(v, ev, e);
    v->type = ev->type == JSON_EV_OBJECT ? JSON_OBJECT : JSON_LIST;
    if (b->depth < JSON_DEPTH_MAX) /* json_sax() refuses the next level right after this event */
        b->open[b->depth++] = v;
    return 0;
}

int json_value_parse(const char *text, size_t len, struct json_value **ret, struct err *e)
{
    AUTO_JSON struct json_value *root = calloc(1, sizeof(*root));
    struct builder b = { .root = root };
    int r;

    if (!root)
        return err_nomem(e);
    r = json_sax(text, len, build, &b, e);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(root);
    return 0;
}

static void clear(struct json_value *v)
{
    if (v->type == JSON_STRING || v->type == JSON_NUMBER) {
        free(v->text);
    } else if (v->type == JSON_LIST) {
        for (size_t i = 0; i < v->n; i++)
            clear(&v->items[i]);
        free(v->items);
    } else if (v->type == JSON_OBJECT) {
        for (size_t i = 0; i < v->n; i++) {
            free(v->members[i].name);
            clear(&v->members[i].value);
        }
        free(v->members);
    }
}

void json_value_free(struct json_value *v)
{
    if (v)
        clear(v);
    free(v);
}

struct json_value *json_value_of(const struct json_table *t, const void *obj)
{
    AUTO_BUF struct buf b = { 0 };
    struct json_value *v = NULL;
    struct err e = ERR_INIT;

    json_write(t, obj, JSON_COMPACT, &b);
    if (b.failed || json_value_parse(b.data, b.len, &v, &e) < 0)
        return NULL;
    return v;
}

static const struct json_value *get_len(const struct json_value *v, const char *name, size_t len)
{
    json_member_foreach(it, v)
    {
        if (str_is(it->name, name, len))
            return &it->value;
    }
    return NULL;
}

const struct json_value *json_value_get(const struct json_value *v, const char *name)
{
    return get_len(v, name, strlen(name));
}

/* One step of a pointer. Keys with "~1" or "~0" in them are unescaped on the way. */
static const struct json_value *step(const struct json_value *v, const char *token, size_t len)
{
    char key[256];
    uint64_t index;
    size_t n = 0;

    if (!v)
        return NULL;
    if (v->type == JSON_LIST)
        return json_text_u64(token, len, &index) && index < v->n ? &v->items[index] : NULL;
    for (size_t i = 0; i < len; i++) {
        if (n == sizeof(key))
            return NULL;
        key[n++] = token[i] != '~' || i + 1 == len ? token[i] : token[++i] == '1' ? '/' : '~';
    }
    return get_len(v, key, n);
}

const struct json_value *json_value_at(const struct json_value *v, const char *pointer)
{
    while (v && *pointer == '/') {
        size_t len = strcspn(++pointer, "/");

        v = step(v, pointer, len);
        pointer += len;
    }
    return v && *pointer == '\0' ? v : NULL;
}

const char *json_value_str(const struct json_value *v)
{
    return v && (v->type == JSON_STRING || v->type == JSON_NUMBER) ? v->text : NULL;
}

bool json_value_i64(const struct json_value *v, int64_t *ret)
{
    return v && v->type == JSON_NUMBER && json_text_i64(v->text, strlen(v->text), ret);
}

bool json_value_u64(const struct json_value *v, uint64_t *ret)
{
    return v && v->type == JSON_NUMBER && json_text_u64(v->text, strlen(v->text), ret);
}

void json_value_out(const struct json_value *v, struct json_out *o)
{
    switch (v ? v->type : JSON_NULL) {
    case JSON_NULL: json_out_null(o); break;
    case JSON_FALSE:
    case JSON_TRUE: json_out_bool(o, v->type == JSON_TRUE); break;
    case JSON_NUMBER: json_out_raw(o, v->text); break;
    case JSON_STRING: json_out_str(o, v->text); break;
    case JSON_LIST:
        json_out_array(o);
        for (size_t i = 0; i < v->n; i++)
            json_value_out(&v->items[i], o);
        json_out_array_end(o);
        break;
    case JSON_OBJECT:
        json_out_object(o);
        for (size_t i = 0; i < v->n; i++) {
            json_out_key(o, v->members[i].name);
            json_value_out(&v->members[i].value, o);
        }
        json_out_object_end(o);
        break;
    }
}

void json_value_write(const struct json_value *v, unsigned flags, struct buf *out)
{
    struct json_out o = { .buf = out, .flags = flags };

    json_value_out(v, &o);
}
