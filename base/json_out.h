/* SPDX-License-Identifier: MIT */
/* JSON written piece by piece: commas, indentation and escapes are looked after. */
#pragma once

#include "base/buf.h"
#include "base/json_map.h"

#include <stdbool.h>
#include <stdint.h>

/*
 *     struct json_out o = { .buf = &b, .flags = JSON_PRETTY };
 *     json_out_object(&o);
 *     json_out_key(&o, "level"); json_out_str(&o, "error");
 *     json_out_object_end(&o);
 */
struct json_out {
    struct buf *buf;
    unsigned flags; /* enum json_write_flags */
    unsigned depth;
    bool pending; /* something stands before the next item at this depth */
    bool after_key;
};

void json_out_object(struct json_out *o);
void json_out_object_end(struct json_out *o);
void json_out_array(struct json_out *o);
void json_out_array_end(struct json_out *o);
void json_out_key(struct json_out *o, const char *key);
/* NULL is written as null. Bytes that are not UTF-8 become U+FFFD. */
void json_out_str(struct json_out *o, const char *s);
void json_out_str_len(struct json_out *o, const char *s, size_t len);
void json_out_bool(struct json_out *o, bool v);
void json_out_i64(struct json_out *o, int64_t v);
void json_out_u64(struct json_out *o, uint64_t v);
void json_out_double(struct json_out *o, double v); /* NaN and infinities: null */
void json_out_null(struct json_out *o);
/* A value's valid JSON text, re-indented. */
void json_out_raw(struct json_out *o, const char *text);

/* A struct by its table. */
struct json_table;
void json_out_table(struct json_out *o, const struct json_table *t, const void *obj);

/* One member in one call. A vector that is NULL is written as null. */
void json_out_member_str(struct json_out *o, const char *key, const char *s);
void json_out_member_i64(struct json_out *o, const char *key, int64_t v);
void json_out_member_bool(struct json_out *o, const char *key, bool v);
void json_out_member_null(struct json_out *o, const char *key);
void json_out_member_strv(struct json_out *o, const char *key, char *const *v);
void json_out_member_map(struct json_out *o, const char *key, const struct json_map *m);
