/* SPDX-License-Identifier: MIT */
/* Takes apart what a table has read. */
#include "base/json.h"

#include "base/json_row.h"
#include "base/json_value.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static void free_list(const struct json_field *f, void *obj)
{
    char *v = *(void **)json_row_member(f, obj);
    size_t n = *json_row_count(f, obj);

    for (size_t i = 0; i < n; i++) {
        if (f->kind == JSON_KIND_MAP_OBJ)
            free(*json_row_key(f, v + i * f->table->size));
        json_free(f->table, v + i * f->table->size);
    }
    free(v);
}

static void free_member(const struct json_field *f, void *obj)
{
    void *member = json_row_member(f, obj);
    void *ptr;

    switch (f->kind) {
    case JSON_KIND_STR:
    case JSON_KIND_RAW:
    case JSON_KIND_U32S: free(*(void **)member); break;
    case JSON_KIND_STRV:
    case JSON_KIND_KEYS: strv_free(*(char ***)member); break;
    case JSON_KIND_SET: strv_free(((struct json_set *)member)->unknown); break;
    case JSON_KIND_MAP: json_map_free(member); break;
    case JSON_KIND_VALUE: json_value_free(*(struct json_value **)member); break;
    case JSON_KIND_OBJ: json_free(f->table, member); break;
    case JSON_KIND_PTR:
        ptr = *(void **)member;
        json_free(f->table, ptr);
        free(ptr);
        break;
    case JSON_KIND_ARRAY:
    case JSON_KIND_MAP_OBJ: free_list(f, obj); break;
    default: break;
    }
}

void json_free(const struct json_table *t, void *obj)
{
    struct json_map *extra;

    if (!obj)
        return;
    for (size_t i = 0; i < t->n_fields; i++)
        free_member(&t->fields[i], obj);
    extra = json_row_extra(t, obj);
    if (extra)
        json_map_free(extra);
    memset(obj, 0, t->size);
}

void json_free_array(const struct json_table *t, void *arr, size_t n)
{
    for (size_t i = 0; i < n; i++)
        json_free(t, (char *)arr + i * t->size);
    free(arr);
}
