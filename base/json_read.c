/* SPDX-License-Identifier: MIT */
/* Events of a document into structs by their tables, in one pass. */
#include "base/json.h"

#include "base/json_frame.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static int open_pointer(struct json_reader *rd, const struct json_field *f, void **member,
                        struct err *e)
{
    *member = calloc(1, f->table->size);
    if (!*member)
        return err_nomem(e);
    json_frame_object(rd, f->table, *member);
    return 0;
}

/* An empty list is not NULL, so that "[]" differs from no list at all. */
static int open_list(struct json_reader *rd, const struct json_field *f, void *obj, struct err *e)
{
    static const struct {
        enum json_frame_kind kind;
        size_t elem;
    } lists[JSON_KIND_MAX] = {
        [JSON_KIND_STRV] = { FRAME_STRV, sizeof(char *) },
        [JSON_KIND_KEYS] = { FRAME_KEYS, sizeof(char *) },
        [JSON_KIND_U32S] = { FRAME_U32S, sizeof(uint32_t) },
        [JSON_KIND_ARRAY] = { FRAME_ARRAY, 0 },
        [JSON_KIND_MAP_OBJ] = { FRAME_MAP_OBJ, 0 },
        [JSON_KIND_MAP] = { FRAME_MAP, 0 },
        [JSON_KIND_SET] = { FRAME_SET, 0 },
    };
    void **member = json_row_member(f, obj);
    size_t elem = lists[f->kind].elem;

    if (f->kind == JSON_KIND_ARRAY || f->kind == JSON_KIND_MAP_OBJ)
        elem = f->table->size;
    json_frame_push(rd,
                    (struct json_frame){
                        .kind = lists[f->kind].kind, .field = f, .obj = obj, .cap = elem ? 1 : 0 });
    if (!elem)
        return 0;
    *member = calloc(1, elem);
    return *member ? 0 : err_nomem(e);
}

/* What a row wants to see in the document: an object, an array, or a scalar (NULL). */
static const char *wanted_container(const struct json_field *f, enum json_event_type *ret)
{
    switch (f->kind) {
    case JSON_KIND_OBJ:
    case JSON_KIND_PTR:
    case JSON_KIND_MAP:
    case JSON_KIND_MAP_OBJ:
    case JSON_KIND_KEYS: *ret = JSON_EV_OBJECT; return "object";
    case JSON_KIND_STRV:
    case JSON_KIND_SET:
    case JSON_KIND_U32S:
    case JSON_KIND_ARRAY: *ret = JSON_EV_ARRAY; return "array";
    default: return NULL;
    }
}

/* A value that is not null, for the member that row f describes in obj. */
static int member_value(struct json_reader *rd, const struct json_field *f, void *obj,
                        const struct json_event *ev, struct err *e)
{
    void *member = json_row_member(f, obj);
    enum json_event_type type;
    const char *wanted;

    if (f->kind == JSON_KIND_RAW)
        return json_frame_skip(rd, ev, member, NULL, e);
    if (f->kind == JSON_KIND_VALUE)
        return json_frame_skip(rd, ev, NULL, member, e);
    wanted = wanted_container(f, &type);
    if (!wanted)
        return json_scalar_read(f, obj, ev, e);
    if (ev->type != type)
        return json_scalar_mismatch(wanted, ev, e);
    if (f->kind == JSON_KIND_OBJ) {
        json_frame_object(rd, f->table, member);
        return 0;
    }
    if (f->kind == JSON_KIND_PTR)
        return open_pointer(rd, f, member, e);
    return open_list(rd, f, obj, e);
}

/* ---- inside a struct ---- */

static const struct json_field *find_row(struct json_frame *f, const struct json_event *key)
{
    const struct json_table *t = f->table;

    for (size_t i = 0; i < t->n_fields; i++) {
        size_t at = f->cursor + i < t->n_fields ? f->cursor + i : f->cursor + i - t->n_fields;
        const char *name = t->fields[at].name;

        if (str_is(name, key->s, key->len)) {
            f->cursor = at + 1 < t->n_fields ? at + 1 : 0;
            return &t->fields[at];
        }
    }
    return NULL;
}

static int object_key(struct json_frame *f, const struct json_event *ev, struct err *e)
{
    struct json_map *extra;
    uint64_t bit;

    f->field = find_row(f, ev);
    if (f->field) {
        bit = UINT64_C(1) << (f->field - f->table->fields);
        if (f->seen & bit)
            return err_set(e, ERR_INVALID, "duplicate key");
        f->seen |= bit;
        return 0;
    }
    extra = json_row_extra(f->table, f->obj);
    return extra ? json_frame_pair(f, extra, NULL, ev, e) : 0;
}

static int object_value(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                        struct err *e)
{
    struct json_map *extra;

    if (!f->field) {
        extra = json_row_extra(f->table, f->obj);
        return json_frame_skip(rd, ev, extra ? &extra->v[extra->n - 1].val : NULL, NULL, e);
    }
    if (ev->type == JSON_EV_NULL)
        return 0;
    f->have |= UINT64_C(1) << (f->field - f->table->fields);
    return member_value(rd, f->field, f->obj, ev, e);
}

static int object_end(struct json_frame *f, struct err *e)
{
    const struct json_table *t = f->table;
    struct json_map *extra = json_row_extra(t, f->obj);

    for (size_t i = 0; i < t->n_fields; i++) {
        if ((t->fields[i].flags & JSON_REQUIRED) && !(f->have & (UINT64_C(1) << i)))
            return err_set(e, ERR_INVALID, "required key \"%s\" is missing", t->fields[i].name);
    }
    if (extra && extra->n > 1)
        return json_frame_unique(&extra->v[0].key, extra->n, sizeof(*extra->v), e);
    return 0;
}

static int object_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                        struct err *e)
{
    if (ev->type == JSON_EV_KEY)
        return object_key(f, ev, e);
    if (ev->type != JSON_EV_OBJECT_END)
        return object_value(rd, f, ev, e);
    rd->depth--;
    return object_end(f, e);
}

static int read_event(void *arg, const struct json_event *ev, struct err *e)
{
    struct json_reader *rd = arg;
    struct json_frame *f = rd->depth > 0 ? &rd->frames[rd->depth - 1] : NULL;

    if (rd->skip_depth > 0)
        return json_frame_skip_event(rd, ev, e);
    if (!f)
        return member_value(rd, rd->root, rd->ret, ev, e);
    return f->kind == FRAME_OBJECT ? object_event(rd, f, ev, e) : json_list_event(rd, f, ev, e);
}

static int read_root(const struct json_field *root, void *ret, const char *text, size_t len,
                     struct err *e)
{
    struct json_reader rd;

    /* The frames are initialised as they are pushed; zeroing them all would cost more than
     * reading a small document. */
    rd.text = text;
    rd.root = root;
    rd.ret = ret;
    rd.skip_depth = 0;
    rd.depth = 0;
    return json_sax(text, len, read_event, &rd, e);
}

int json_read(const struct json_table *t, void *ret, const char *text, size_t len, struct err *e)
{
    struct json_field root = { .name = "", .kind = JSON_KIND_OBJ, .table = t };
    int r;

    memset(ret, 0, t->size);
    r = read_root(&root, ret, text, len, e);
    if (r < 0)
        json_free(t, ret);
    return r;
}

int json_read_array(const struct json_table *t, void **ret, size_t *ret_n, const char *text,
                    size_t len, struct err *e)
{
    struct list {
        void *v;
        size_t n;
    } list = { 0 };
    struct json_field root = { .name = "",
                               .kind = JSON_KIND_ARRAY,
                               .table = t,
                               .off = offsetof(struct list, v),
                               .off_n = offsetof(struct list, n) };
    int r = read_root(&root, &list, text, len, e);

    if (r < 0) {
        json_free_array(t, list.v, list.n);
        return r;
    }
    *ret = list.v;
    *ret_n = list.n;
    return 0;
}
