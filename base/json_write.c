/* SPDX-License-Identifier: MIT */
/* Structs into documents by their tables. */
#include "base/json.h"

#include "base/json_out.h"
#include "base/json_row.h"
#include "base/json_value.h"

#include <string.h>

static void write_object(struct json_out *o, const struct json_table *t, const void *obj);

static bool always(const struct json_field *f)
{
    return f->flags & (JSON_REQUIRED | JSON_ALWAYS);
}

static void write_integer(struct json_out *o, const struct json_field *f, const void *m)
{
    switch (f->kind) {
    case JSON_KIND_I32: json_out_i64(o, *(const int32_t *)m); break;
    case JSON_KIND_U32: json_out_u64(o, *(const uint32_t *)m); break;
    case JSON_KIND_I64: json_out_i64(o, *(const int64_t *)m); break;
    case JSON_KIND_U64: json_out_u64(o, *(const uint64_t *)m); break;
    case JSON_KIND_OPT_I32: json_out_i64(o, ((const struct opt_i32 *)m)->val); break;
    case JSON_KIND_OPT_U32: json_out_u64(o, ((const struct opt_u32 *)m)->val); break;
    case JSON_KIND_OPT_I64: json_out_i64(o, ((const struct opt_i64 *)m)->val); break;
    default: json_out_u64(o, ((const struct opt_u64 *)m)->val); break;
    }
}

static void write_strv(struct json_out *o, char *const *v)
{
    json_out_array(o);
    for (; v && *v; v++)
        json_out_str(o, *v);
    json_out_array_end(o);
}

static void write_set(struct json_out *o, const struct json_field *f, const struct json_set *set)
{
    uint64_t done = 0;

    json_out_array(o);
    for (const struct json_enum *it = f->names; it->name; it++) {
        uint64_t bit = UINT64_C(1) << it->value;

        if (set->bits & bit & ~done)
            json_out_str(o, it->name);
        done |= bit;
    }
    for (char *const *v = set->unknown; v && *v; v++)
        json_out_str(o, *v);
    json_out_array_end(o);
}

static void write_u32s(struct json_out *o, const struct json_u32s *list)
{
    json_out_array(o);
    for (size_t i = 0; i < list->n; i++)
        json_out_u64(o, list->v[i]);
    json_out_array_end(o);
}

static void write_map(struct json_out *o, const struct json_map *m)
{
    json_out_object(o);
    json_map_foreach(it, m)
    {
        json_out_key(o, it->key);
        json_out_str(o, it->val);
    }
    json_out_object_end(o);
}

static void write_keys(struct json_out *o, char *const *v)
{
    json_out_object(o);
    for (; v && *v; v++) {
        json_out_key(o, *v);
        json_out_object(o);
        json_out_object_end(o);
    }
    json_out_object_end(o);
}

static void write_list(struct json_out *o, const struct json_field *f, const void *obj)
{
    const char *v = *(void *const *)json_row_member(f, obj);
    size_t n = *json_row_count(f, obj);

    if (f->kind == JSON_KIND_ARRAY)
        json_out_array(o);
    else
        json_out_object(o);
    for (size_t i = 0; i < n; i++) {
        const char *elem = v + i * f->table->size;

        if (f->kind == JSON_KIND_MAP_OBJ)
            json_out_key(o, *(char *const *)(const void *)(elem + f->off_key));
        write_object(o, f->table, elem);
    }
    if (f->kind == JSON_KIND_ARRAY)
        json_out_array_end(o);
    else
        json_out_object_end(o);
}

/* Nothing worth a key: NULL, zero, false, unset, no elements. */
static bool is_empty(const struct json_field *f, const void *obj)
{
    const void *m = json_row_member(f, obj);

    switch (f->kind) {
    case JSON_KIND_BOOL: return !*(const bool *)m;
    case JSON_KIND_I32:
    case JSON_KIND_U32: return *(const uint32_t *)m == 0;
    case JSON_KIND_I64:
    case JSON_KIND_U64: return *(const uint64_t *)m == 0;
    case JSON_KIND_DOUBLE: return *(const double *)m == 0;
    case JSON_KIND_OPT_BOOL:
    case JSON_KIND_OPT_I32:
    case JSON_KIND_OPT_U32:
    case JSON_KIND_OPT_I64:
    case JSON_KIND_OPT_U64: return !((const struct opt_bool *)m)->set;
    case JSON_KIND_ENUM: return !json_enum_name(f->names, *(const int *)m);
    case JSON_KIND_SET: {
        const struct json_set *set = m;

        return set->bits == 0 && !(set->unknown && set->unknown[0]);
    }
    case JSON_KIND_MAP: return ((const struct json_map *)m)->n == 0;
    case JSON_KIND_OBJ: return false; /* write_embedded() finds out */
    default: return !*(void *const *)m;
    }
}

static bool is_scalar_opt(const struct json_field *f)
{
    return f->kind >= JSON_KIND_OPT_BOOL && f->kind <= JSON_KIND_OPT_U64;
}

static void write_value(struct json_out *o, const struct json_field *f, const void *obj)
{
    const void *m = json_row_member(f, obj);
    const void *ptr = f->kind == JSON_KIND_STR || f->kind == JSON_KIND_PTR ||
                              f->kind == JSON_KIND_RAW || f->kind == JSON_KIND_VALUE
                          ? *(void *const *)m
                          : NULL;

    if (is_scalar_opt(f) && is_empty(f, obj)) {
        json_out_null(o);
        return;
    }
    switch (f->kind) {
    case JSON_KIND_STR: json_out_str(o, ptr ? ptr : ""); break;
    case JSON_KIND_BOOL: json_out_bool(o, *(const bool *)m); break;
    case JSON_KIND_OPT_BOOL: json_out_bool(o, ((const struct opt_bool *)m)->val); break;
    case JSON_KIND_DOUBLE: json_out_double(o, *(const double *)m); break;
    case JSON_KIND_ENUM: json_out_str(o, json_enum_name(f->names, *(const int *)m)); break;
    case JSON_KIND_SET: write_set(o, f, m); break;
    case JSON_KIND_STRV: write_strv(o, *(char **const *)m); break;
    case JSON_KIND_KEYS: write_keys(o, *(char **const *)m); break;
    case JSON_KIND_U32S: write_u32s(o, m); break;
    case JSON_KIND_MAP: write_map(o, m); break;
    case JSON_KIND_ARRAY:
    case JSON_KIND_MAP_OBJ: write_list(o, f, obj); break;
    case JSON_KIND_OBJ: write_object(o, f->table, m); break;
    case JSON_KIND_PTR:
        if (ptr)
            write_object(o, f->table, ptr);
        else
            json_out_null(o);
        break;
    case JSON_KIND_RAW:
        if (ptr)
            json_out_raw(o, ptr);
        else
            json_out_null(o);
        break;
    case JSON_KIND_VALUE: json_value_out(ptr, o); break;
    default: write_integer(o, f, m); break;
    }
}

/* An embedded struct: the key is taken back when nothing follows it. */
static void write_embedded(struct json_out *o, const struct json_field *f, const void *obj)
{
    struct json_out before = *o;
    size_t len = o->buf->len;
    size_t body;

    json_out_key(o, f->name);
    body = o->buf->len;
    write_value(o, f, obj);
    if (always(f) || o->buf->failed || o->buf->len != body + 2)
        return;
    o->buf->len = len;
    o->buf->data[len] = '\0';
    *o = before;
}

static void write_object(struct json_out *o, const struct json_table *t, const void *obj)
{
    const struct json_map *extra = json_row_extra(t, obj);

    json_out_object(o);
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct json_field *f = &t->fields[i];

        if (f->kind == JSON_KIND_OBJ) {
            write_embedded(o, f, obj);
        } else if (always(f) || !is_empty(f, obj)) {
            json_out_key(o, f->name);
            write_value(o, f, obj);
        }
    }
    if (extra) {
        json_map_foreach(it, extra)
        {
            json_out_key(o, it->key);
            json_out_raw(o, it->val);
        }
    }
    json_out_object_end(o);
}

void json_write(const struct json_table *t, const void *obj, unsigned flags, struct buf *out)
{
    struct json_out o = { .buf = out, .flags = flags };

    write_object(&o, t, obj);
}

void json_write_array(const struct json_table *t, const void *arr, size_t n, unsigned flags,
                      struct buf *out)
{
    struct json_out o = { .buf = out, .flags = flags };

    json_out_array(&o);
    for (size_t i = 0; i < n; i++)
        write_object(&o, t, (const char *)arr + i * t->size);
    json_out_array_end(&o);
}

void json_out_table(struct json_out *o, const struct json_table *t, const void *obj)
{
    write_object(o, t, obj);
}
