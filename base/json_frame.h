/* SPDX-License-Identifier: MIT */
/* Inside base/json*.c only: where a reader stands in a document and in the structs it fills. */
#pragma once

#include "base/json_row.h"

struct json_value;

/* One container of the document that is being read into a member (or, FRAME_OBJECT, a struct). */
enum json_frame_kind {
    FRAME_OBJECT,
    FRAME_ARRAY,
    FRAME_MAP_OBJ,
    FRAME_MAP,
    FRAME_STRV,
    FRAME_U32S,
    FRAME_SET,
    FRAME_KEYS
};

struct json_frame {
    enum json_frame_kind kind;
    const struct json_field
        *field; /* the row of the member; objects: of the current key, or NULL */
    const struct json_table *table; /* objects */
    void *obj;                      /* the struct, or the one that the member is in */
    uint64_t seen;                  /* objects: keys met */
    uint64_t have;                  /* objects: keys met whose value was not null */
    size_t cursor;                  /* objects: the row after the last one met */
    size_t n, cap;                  /* elements; objects: unknown keys */
};

struct json_reader {
    const char *text;
    const struct json_field *root;
    void *ret;
    /* A value that is not looked into: how deep we are in it, and what becomes of its text. */
    unsigned skip_depth;
    size_t skip_start;
    char **skip_text; /* NULL: nothing */
    struct json_value **skip_value;
    unsigned depth;
    struct json_frame frames[JSON_DEPTH_MAX + 1];
};

void json_frame_push(struct json_reader *rd, struct json_frame f);
/* An object is read into a zeroed struct. */
void json_frame_object(struct json_reader *rd, const struct json_table *t, void *obj);
/* Room for one more element (and `spare` after it) in the vector at *v. */
int json_frame_grow(struct json_frame *f, void **v, size_t size, size_t spare, struct err *e);
/* A new pair at the end of a map that f counts, its key checked by the row (NULL: not checked). */
int json_frame_pair(struct json_frame *f, struct json_map *m, const struct json_field *row,
                    const struct json_event *key, struct err *e);
/* Fails if a string occurs twice among n that stand `stride` bytes apart. */
int json_frame_unique(char *const *first, size_t n, size_t stride, struct err *e);
/* Passes over the value that starts with this event; its text or its tree goes where a pointer
 * that is not NULL says. While skip_depth > 0, events belong to json_frame_skip_event(). */
int json_frame_skip(struct json_reader *rd, const struct json_event *ev, char **text,
                    struct json_value **value, struct err *e);
int json_frame_skip_event(struct json_reader *rd, const struct json_event *ev, struct err *e);

/* The next event of the array or object that the frame f stands for (base/json_list.c). */
int json_list_event(struct json_reader *rd, struct json_frame *f, const struct json_event *ev,
                    struct err *e);
