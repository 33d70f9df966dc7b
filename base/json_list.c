/* SPDX-License-Identifier: MIT */
/* Events inside a list or a map into the vector that a row describes. */
#include "base/json_frame.h"

#include <string.h>

static int push_str(struct json_frame *f, char ***v, const struct json_event *ev, struct err *e)
{
    int r = json_frame_grow(f, (void **)v, sizeof(char *), 1, e);

    if (r < 0)
        return r;
    (*v)[f->n] = NULL;
    r = json_scalar_str(f->field, ev, &(*v)[f->n], e);
    if (r < 0)
        return r;
    (*v)[++f->n] = NULL;
    return 0;
}

/* A zeroed element at the end of an array or object map. */
static int push_elem(struct json_frame *f, void **ret, struct err *e)
{
    void **v = json_row_member(f->field, f->obj);
    size_t size = f->field->table->size;
    int r = json_frame_grow(f, v, size, 0, e);

    if (r < 0)
        return r;
    *ret = memset((char *)*v + f->n * size, 0, size);
    f->n = ++*json_row_count(f->field, f->obj);
    return 0;
}

static int array_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                       struct err *e)
{
    void *elem;
    int r;

    if (ev->type == JSON_EV_ARRAY_END) {
        rd->depth--;
        return 0;
    }
    if (ev->type != JSON_EV_OBJECT)
        return json_scalar_mismatch("object", ev, e);
    r = push_elem(f, &elem, e);
    if (r >= 0)
        json_frame_object(rd, f->field->table, elem);
    return r;
}

static int map_obj_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                         struct err *e)
{
    void *first = *(void **)json_row_member(f->field, f->obj);
    size_t size = f->field->table->size;
    void *elem;
    int r;

    if (ev->type == JSON_EV_KEY) {
        r = push_elem(f, &elem, e);
        return r < 0 ? r : json_scalar_str(f->field, ev, json_row_key(f->field, elem), e);
    }
    if (ev->type == JSON_EV_OBJECT_END) {
        rd->depth--;
        return f->n ? json_frame_unique(json_row_key(f->field, first), f->n, size, e) : 0;
    }
    if (ev->type != JSON_EV_OBJECT)
        return json_scalar_mismatch("object", ev, e);
    elem = (char *)first + (f->n - 1) * size;
    json_frame_object(rd, f->field->table, elem);
    return 0;
}

static int map_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                     struct err *e)
{
    static const struct json_field unchecked = { .name = "" };
    struct json_map *m = json_row_member(f->field, f->obj);

    if (ev->type == JSON_EV_KEY)
        return json_frame_pair(f, m, f->field, ev, e);
    if (ev->type != JSON_EV_OBJECT_END)
        return json_scalar_str(&unchecked, ev, &m->v[m->n - 1].val, e);
    rd->depth--;
    return m->n ? json_frame_unique(&m->v[0].key, m->n, sizeof(*m->v), e) : 0;
}

static int keys_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                      struct err *e)
{
    char ***v = json_row_member(f->field, f->obj);

    if (ev->type == JSON_EV_KEY)
        return push_str(f, v, ev, e);
    if (ev->type != JSON_EV_OBJECT_END)
        return json_frame_skip(rd, ev, NULL, NULL, e);
    rd->depth--;
    return json_frame_unique(*v, f->n, sizeof(char *), e);
}

static int u32s_elem(struct json_frame *f, const struct json_event *ev, struct err *e)
{
    struct json_u32s *list = json_row_member(f->field, f->obj);
    int r = json_frame_grow(f, (void **)&list->v, sizeof(*list->v), 0, e);

    if (r < 0)
        return r;
    r = json_scalar_u32(f->field, ev, &list->v[f->n], e);
    if (r >= 0)
        list->n = ++f->n;
    return r;
}

static int set_elem(struct json_frame *f, const struct json_event *ev, struct err *e)
{
    struct json_set *set = json_row_member(f->field, f->obj);
    int value;
    int r = json_scalar_name(f->field, ev, &value, e);

    if (r >= 0) {
        set->bits |= UINT64_C(1) << value;
        return 0;
    }
    if (!(f->field->flags & JSON_KEEP_UNKNOWN) || ev->type != JSON_EV_STRING)
        return r;
    err_clear(e);
    return push_str(f, &set->unknown, ev, e);
}

static int strings_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                         struct err *e)
{
    if (ev->type == JSON_EV_ARRAY_END) {
        rd->depth--;
        return 0;
    }
    if (f->kind == FRAME_U32S)
        return u32s_elem(f, ev, e);
    if (f->kind == FRAME_SET)
        return set_elem(f, ev, e);
    return push_str(f, json_row_member(f->field, f->obj), ev, e);
}

int json_list_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                    struct err *e)
{
    switch (f->kind) {
    case FRAME_ARRAY: return array_event(rd, f, ev, e);
    case FRAME_MAP_OBJ: return map_obj_event(rd, f, ev, e);
    case FRAME_MAP: return map_event(rd, f, ev, e);
    case FRAME_KEYS: return keys_event(rd, f, ev, e);
    case FRAME_STRV:
    case FRAME_U32S:
    case FRAME_SET:
    case FRAME_OBJECT: break;
    }
    return strings_event(rd, f, ev, e);
}
