/* SPDX-License-Identifier: MIT */
/* A JSON document as a tree: for --format templates and look-ups where no table fits. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_LIST,
    JSON_OBJECT
};

struct json_member;

/* An all-zero value is null. */
struct json_value {
    enum json_type type;
    size_t n; /* JSON_LIST, JSON_OBJECT: how many */
    union {
        char *text;                  /* JSON_STRING; JSON_NUMBER: its digits as they were written */
        struct json_value *items;    /* JSON_LIST */
        struct json_member *members; /* JSON_OBJECT, in the document's order */
    };
};

struct json_member {
    char *name;
    struct json_value value;
};

/* Reads a document under the limits and with the errors of json_read(). */
int json_value_parse(const char *text, size_t len, struct json_value **ret, struct err *e);
/* NULL is fine. Also frees the top value itself. */
void json_value_free(struct json_value *v);
DEFINE_CLEANUP(struct json_value *, json_value, json_value_free(*p))
#define AUTO_JSON CLEANUP(json_value)

/* What a table would write, as a tree. NULL when memory ran out. */
struct json_table;
struct json_value *json_value_of(const struct json_table *t, const void *obj);

/* The member of that name, or NULL; NULL too when v is NULL or no object. */
const struct json_value *json_value_get(const struct json_value *v, const char *name);
/* A pointer walked from v: "/linux/namespaces/0/type". NULL if it leads nowhere. */
const struct json_value *json_value_at(const struct json_value *v, const char *pointer);
/* The string's text or the number's digits, or NULL for anything else. */
const char *json_value_str(const struct json_value *v);
/* False when v is no integer in range; *ret is then as before. */
bool json_value_i64(const struct json_value *v, int64_t *ret);
bool json_value_u64(const struct json_value *v, uint64_t *ret);

/* Appends the text; `flags` as json_write(). NULL is written as null. */
void json_value_write(const struct json_value *v, unsigned flags, struct buf *out);
/* The same as a part of something larger. */
struct json_out;
void json_value_out(const struct json_value *v, struct json_out *o);

#define json_value_foreach(it, v)                                                                  \
    for (const struct json_value *it = (v) && (v)->type == JSON_LIST ? (v)->items : NULL;          \
         it && it < (v)->items + (v)->n; it++)
#define json_member_foreach(it, v)                                                                 \
    for (const struct json_member *it = (v) && (v)->type == JSON_OBJECT ? (v)->members : NULL;     \
         it && it < (v)->members + (v)->n; it++)
