/* SPDX-License-Identifier: MIT */
/* Inside base/json*.c only: what the engine's parts know of a row's member. */
#pragma once

#include "base/json.h"
#include "base/json_sax.h"

/* The member that a row describes. */
static inline void *json_row_member(const struct json_field *f, const void *obj)
{
    return (char *)(uintptr_t)obj + f->off;
}

/* The count beside an array. */
static inline size_t *json_row_count(const struct json_field *f, const void *obj)
{
    return (void *)((char *)(uintptr_t)obj + f->off_n);
}

/* Where an object map's element keeps its key. */
static inline char **json_row_key(const struct json_field *f, void *elem)
{
    return (void *)((char *)elem + f->off_key);
}

/* Where a struct keeps unknown keys, or NULL. */
static inline struct json_map *json_row_extra(const struct json_table *t, const void *obj)
{
    if (t->off_extra == JSON_NO_EXTRA)
        return NULL;
    return (void *)((char *)(uintptr_t)obj + t->off_extra);
}

/* Reads one scalar into its member. */
int json_scalar_read(const struct json_field *f, void *obj, const struct json_event *ev,
                     struct err *e);
/* A name of an enum or set. */
int json_scalar_name(const struct json_field *f, const struct json_event *ev, int *ret,
                     struct err *e);
int json_scalar_u32(const struct json_field *f, const struct json_event *ev, uint32_t *ret,
                    struct err *e);
/* A copy of a string event's text that passes the row's check. */
int json_scalar_str(const struct json_field *f, const struct json_event *ev, char **ret,
                    struct err *e);
/* "expected WHAT, found …". */
int json_scalar_mismatch(const char *what, const struct json_event *ev, struct err *e);
