/* SPDX-License-Identifier: MIT */
/* A reader's stack: frames, vectors that grow, values that are passed over. */
#include "base/json_frame.h"

#include "base/json_text.h"
#include "base/json_value.h"

#include <stdlib.h>
#include <string.h>

void json_frame_push(struct json_reader *rd, struct json_frame f)
{
    rd->frames[rd->depth++] = f; /* json_sax() refuses documents that are deeper */
}

void json_frame_object(struct json_reader *rd, const struct json_table *t, void *obj)
{
    json_frame_push(rd, (struct json_frame){ .kind = FRAME_OBJECT, .table = t, .obj = obj });
}

int json_frame_grow(struct json_frame *f, void **v, size_t size, size_t spare, struct err *e)
{
    if (f->n + spare >= f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 4;
        void *more = reallocarray(*v, cap, size);

        if (!more)
            return err_nomem(e);
        *v = more;
        f->cap = cap;
    }
    return 0;
}

int json_frame_pair(struct json_frame *f, struct json_map *m, const struct json_field *row,
                    const struct json_event *key, struct err *e)
{
    static const struct json_field unchecked = { .name = "" };
    int r = json_frame_grow(f, (void **)&m->v, sizeof(*m->v), 0, e);

    if (r < 0)
        return r;
    m->v[m->n] = (struct json_pair){ 0 };
    r = json_scalar_str(row ? row : &unchecked, key, &m->v[m->n].key, e);
    if (r < 0)
        return r;
    f->n = ++m->n;
    return 0;
}

int json_frame_unique(char *const *first, size_t n, size_t stride, struct err *e)
{
    char text[JSON_EXCERPT_MAX];
    bool oom;
    const char *twice = json_text_duplicate(first, n, stride, &oom);

    if (oom)
        return err_nomem(e);
    if (twice)
        return err_set(e, ERR_INVALID, "duplicate key \"%s\"",
                       json_text_excerpt(twice, strlen(twice), text));
    return 0;
}

static int skip_done(struct json_reader *rd, const struct json_event *ev, struct err *e)
{
    size_t len = ev->end - rd->skip_start;

    if (rd->skip_text) {
        *rd->skip_text = strndup(rd->text + rd->skip_start, len);
        if (!*rd->skip_text)
            return err_nomem(e);
    } else if (rd->skip_value) {
        return json_value_parse(rd->text + rd->skip_start, len, rd->skip_value, e);
    }
    return 0;
}

int json_frame_skip(struct json_reader *rd, const struct json_event *ev, char **text,
                    struct json_value **value, struct err *e)
{
    rd->skip_start = ev->start;
    rd->skip_text = text;
    rd->skip_value = value;
    if (ev->type == JSON_EV_OBJECT || ev->type == JSON_EV_ARRAY) {
        rd->skip_depth = 1;
        return 0;
    }
    return skip_done(rd, ev, e);
}

int json_frame_skip_event(struct json_reader *rd, const struct json_event *ev, struct err *e)
{
    if (ev->type == JSON_EV_OBJECT || ev->type == JSON_EV_ARRAY)
        rd->skip_depth++;
    else if (ev->type == JSON_EV_OBJECT_END || ev->type == JSON_EV_ARRAY_END)
        rd->skip_depth--;
    return rd->skip_depth == 0 ? skip_done(rd, ev, e) : 0;
}
