/* SPDX-License-Identifier: MIT */
/* JSON documents by field tables: one row a field drives read, write, free and validation. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/json_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A document is a C struct and a const table with one row for each of its members. Reading is a
 * single pass from the parser into the struct. What the table does not know is kept if the struct
 * has a `struct json_map extra` (name -> verbatim text) and written out again.
 *
 *     struct point { int32_t x; struct opt_u32 color; char *label; struct json_map extra; };
 *     static const struct json_field point_fields[] = {
 *         JSON_I32(struct point, x, "x", .flags = JSON_REQUIRED),
 *         JSON_OPT_U32(struct point, color, "color"),
 *         JSON_STR(struct point, label, "label", .check = no_spaces),
 *     };
 *     const struct json_table point_table = JSON_TABLE_EXTRA(struct point, point_fields, extra);
 *
 * Each macro checks at compile time that the member has the type its kind wants.
 * null for a known key counts as the key's absence, as in Go. Everything in a struct is malloc'd
 * and the struct's own: fill it by hand with str_dup() and the like, and json_free() takes it
 * apart.
 */

/* Limits on every document: beyond them ERR_LIMIT. */
#define JSON_DEPTH_MAX 128
#define JSON_SIZE_MAX  (16u << 20) /* bytes of text */
#define JSON_ITEMS_MAX (1u << 20)  /* values and keys in one document */

/* Scalars that may be absent. */
struct opt_bool {
    bool set;
    bool val;
};
struct opt_i32 {
    bool set;
    int32_t val;
};
struct opt_u32 {
    bool set;
    uint32_t val;
};
struct opt_i64 {
    bool set;
    int64_t val;
};
struct opt_u64 {
    bool set;
    uint64_t val;
};

/* A list of small numbers (additionalGids). */
struct json_u32s {
    uint32_t *v;
    size_t n;
};

/* A list of names from an enum as bits (1 << value), with those that the enum lacks: allowed, and
 * kept in `unknown`, only in rows flagged JSON_KEEP_UNKNOWN. */
struct json_set {
    uint64_t bits;
    char **unknown;
};

/* The names of an enum; ends with a NULL name. The first name of a value is the one written. */
struct json_enum {
    const char *name;
    int value;
};

enum json_kind {
    JSON_KIND_STR,
    JSON_KIND_BOOL,
    JSON_KIND_I32,
    JSON_KIND_U32,
    JSON_KIND_I64,
    JSON_KIND_U64,
    JSON_KIND_DOUBLE,
    JSON_KIND_OPT_BOOL,
    JSON_KIND_OPT_I32,
    JSON_KIND_OPT_U32,
    JSON_KIND_OPT_I64,
    JSON_KIND_OPT_U64,
    JSON_KIND_ENUM,
    JSON_KIND_SET,
    JSON_KIND_STRV,
    JSON_KIND_U32S,
    JSON_KIND_OBJ,
    JSON_KIND_PTR,
    JSON_KIND_ARRAY,
    JSON_KIND_MAP,
    JSON_KIND_MAP_OBJ,
    JSON_KIND_KEYS,
    JSON_KIND_RAW,
    JSON_KIND_VALUE,
    JSON_KIND_MAX
};

enum json_field_flags {
    JSON_REQUIRED = 1,     /* reading fails without it; always written */
    JSON_ALWAYS = 2,       /* written even when empty, zero, false or unset (as "", [], {}, null) */
    JSON_KEEP_UNKNOWN = 4, /* JSON_SET: names that the enum lacks are kept, not refused */
};

struct json_table;
struct json_value;

struct json_field {
    const char *name;
    uint8_t kind;     /* enum json_kind */
    uint8_t flags;    /* enum json_field_flags */
    uint32_t off;     /* of the member */
    uint32_t off_n;   /* arrays, object maps: of the member that counts */
    uint32_t off_key; /* object maps: of the element's char * that holds the key */
    union {
        const struct json_table *table; /* objects, arrays and maps of objects */
        const struct json_enum *names;  /* enums, sets */
    };
    union {
        /* Strings, elements of string lists, keys of maps: NULL, or why the text is not acceptable
         * ("must be an absolute path"). */
        const char *(*check)(const char *text);
        /* Integers: the range, unless both are 0. Narrower than the C type's own. */
        struct {
            int64_t min, max;
        };
    };
};

struct json_table {
    const struct json_field *fields;
    size_t n_fields;
    size_t size; /* of the struct */
    size_t
        off_extra; /* of its struct json_map for unknown keys, or JSON_NO_EXTRA: they are skipped */
};

#define JSON_NO_EXTRA ((size_t)-1)

/* The number of rows; a table may have 64 (json_read() keeps a bit for each). */
#define JSON_ROWS(rows)                                                                            \
    (sizeof(rows) / sizeof((rows)[0]) +                                                            \
     0 * sizeof(char[sizeof(rows) / sizeof((rows)[0]) <= 64 ? 1 : -1]))

#define JSON_TABLE(type, rows)                                                                     \
    {                                                                                              \
        .fields = (rows), .n_fields = JSON_ROWS(rows), .size = sizeof(type),                       \
        .off_extra = JSON_NO_EXTRA                                                                 \
    }
#define JSON_TABLE_EXTRA(type, rows, member)                                                       \
    {                                                                                              \
        .fields = (rows), .n_fields = JSON_ROWS(rows), .size = sizeof(type),                       \
        .off_extra = JSON_OFF(type, member, struct json_map)                                       \
    }

/* offsetof() that fails to compile unless the member has that type. */
#define JSON_OFF(st, member, type)                                                                 \
    (offsetof(st, member) +                                                                        \
     0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((st *)0)->member), type) ? 1 : -1]))
#define JSON_ROW(k, st, member, type, key, ...)                                                    \
    {                                                                                              \
        .name = (key), .kind = JSON_KIND_##k, .off = JSON_OFF(st, member, type), __VA_ARGS__       \
    }

/* One row each: struct, member, JSON key, then optionally .flags, .check, .min, .max. */
#define JSON_STR(st, m, key, ...)      JSON_ROW(STR, st, m, char *, key, __VA_ARGS__)
#define JSON_BOOL(st, m, key, ...)     JSON_ROW(BOOL, st, m, bool, key, __VA_ARGS__)
#define JSON_I32(st, m, key, ...)      JSON_ROW(I32, st, m, int32_t, key, __VA_ARGS__)
#define JSON_U32(st, m, key, ...)      JSON_ROW(U32, st, m, uint32_t, key, __VA_ARGS__)
#define JSON_I64(st, m, key, ...)      JSON_ROW(I64, st, m, int64_t, key, __VA_ARGS__)
#define JSON_U64(st, m, key, ...)      JSON_ROW(U64, st, m, uint64_t, key, __VA_ARGS__)
#define JSON_DOUBLE(st, m, key, ...)   JSON_ROW(DOUBLE, st, m, double, key, __VA_ARGS__)
#define JSON_OPT_BOOL(st, m, key, ...) JSON_ROW(OPT_BOOL, st, m, struct opt_bool, key, __VA_ARGS__)
#define JSON_OPT_I32(st, m, key, ...)  JSON_ROW(OPT_I32, st, m, struct opt_i32, key, __VA_ARGS__)
#define JSON_OPT_U32(st, m, key, ...)  JSON_ROW(OPT_U32, st, m, struct opt_u32, key, __VA_ARGS__)
#define JSON_OPT_I64(st, m, key, ...)  JSON_ROW(OPT_I64, st, m, struct opt_i64, key, __VA_ARGS__)
#define JSON_OPT_U64(st, m, key, ...)  JSON_ROW(OPT_U64, st, m, struct opt_u64, key, __VA_ARGS__)
/* char **, a strv: NULL is absent, an empty vector is []. */
#define JSON_STRV(st, m, key, ...) JSON_ROW(STRV, st, m, char **, key, __VA_ARGS__)
#define JSON_U32S(st, m, key, ...) JSON_ROW(U32S, st, m, struct json_u32s, key, __VA_ARGS__)
/* Any enum of int size. A value without a name in the list counts as absent. */
#define JSON_ENUM(st, m, key, list, ...)                                                           \
    {                                                                                              \
        .name = (key), .kind = JSON_KIND_ENUM, .names = (list),                                    \
        .off = offsetof(st, m) + 0 * sizeof(char[sizeof(((st *)0)->m) == sizeof(int) ? 1 : -1]),   \
        __VA_ARGS__                                                                                \
    }
#define JSON_SET(st, m, key, list, ...)                                                            \
    JSON_ROW(SET, st, m, struct json_set, key, .names = (list), __VA_ARGS__)
/* An embedded struct; one whose members are all absent is not written (so none of them should be
 * JSON_REQUIRED, unless the struct is). */
#define JSON_OBJ(st, m, key, tab, ...)                                                             \
    {                                                                                              \
        .name = (key), .kind = JSON_KIND_OBJ, .off = offsetof(st, m), .table = (tab), __VA_ARGS__  \
    }
/* A pointer to a calloc'd struct, NULL when absent. */
#define JSON_PTR(st, m, key, tab, ...)                                                             \
    {                                                                                              \
        .name = (key), .kind = JSON_KIND_PTR, .off = offsetof(st, m), .table = (tab), __VA_ARGS__  \
    }
/* `T *m; size_t n;`: an array of structs. [] is read as a non-NULL m with n = 0. */
#define JSON_ARRAY(st, m, n, key, tab, ...)                                                        \
    {                                                                                              \
        .name = (key), .kind = JSON_KIND_ARRAY, .off = offsetof(st, m),                            \
        .off_n = JSON_OFF(st, n, size_t), .table = (tab), __VA_ARGS__                              \
    }
/* The same for an object whose values are structs; `elem_key` names the element's char * for the
 * key. */
#define JSON_MAP_OBJ(st, m, n, key, tab, elem_key, ...)                                            \
    {                                                                                              \
        .name = (key), .kind = JSON_KIND_MAP_OBJ, .off = offsetof(st, m),                          \
        .off_n = JSON_OFF(st, n, size_t),                                                          \
        .off_key = JSON_OFF(__typeof__(*((st *)0)->m), elem_key, char *), .table = (tab),          \
        __VA_ARGS__                                                                                \
    }
/* An object whose values are strings. */
#define JSON_MAP(st, m, key, ...) JSON_ROW(MAP, st, m, struct json_map, key, __VA_ARGS__)
/* An object whose values do not matter (Docker's {"80/tcp": {}}): its keys as a strv. */
#define JSON_KEYS(st, m, key, ...) JSON_ROW(KEYS, st, m, char **, key, __VA_ARGS__)
/* The value's text as it stands in the document (malloc'd, NULL when absent). */
#define JSON_RAW(st, m, key, ...) JSON_ROW(RAW, st, m, char *, key, __VA_ARGS__)
/* Anything, as a tree (base/json_value.h), NULL when absent. */
#define JSON_VALUE(st, m, key, ...) JSON_ROW(VALUE, st, m, struct json_value *, key, __VA_ARGS__)

/*
 * Reads a whole document into *ret, which need not be initialised and afterwards is the caller's to
 * json_free(). On failure nothing is left allocated and *ret is all zero. Errors are ERR_INVALID
 * (grammar, type, range, required, duplicate key, UTF-8) or ERR_LIMIT, and start with the JSON
 * pointer (RFC 6901; "/" for the document itself):
 *     /linux/resources/memory/limit: expected integer, found "1g"
 */
int json_read(const struct json_table *t, void *ret, const char *text, size_t len, struct err *e);

/* The same for an array of objects at the top (docker-archive's manifest.json): *ret is a malloc'd
 * array of *ret_n structs, for json_free_array(). */
int json_read_array(const struct json_table *t, void **ret, size_t *ret_n, const char *text,
                    size_t len, struct err *e);

enum json_write_flags {
    JSON_COMPACT = 0,
    JSON_PRETTY = 1, /* indented by four spaces; no newline at the end */
};

/* Appends the document to `out`; running out of memory is out->failed. Absent members are left
 * out. Strings that are not UTF-8 are written with U+FFFD in place of the bad bytes. */
void json_write(const struct json_table *t, const void *obj, unsigned flags, struct buf *out);
void json_write_array(const struct json_table *t, const void *arr, size_t n, unsigned flags,
                      struct buf *out);

/* Frees everything inside the struct (not the struct) and zeroes it. NULL is fine. */
void json_free(const struct json_table *t, void *obj);
void json_free_array(const struct json_table *t, void *arr, size_t n);

/* A deep copy into *ret (uninitialised before). */
int json_copy(const struct json_table *t, void *ret, const void *obj, struct err *e);

/* Reads a file (at most `max` bytes, JSON_SIZE_MAX if 0); errors name the path. A missing file is
 * ERR_NOT_FOUND. */
int json_load(const struct json_table *t, void *ret, int dirfd, const char *path, size_t max,
              struct err *e);
/* Writes a file atomically through commit_file(), compact, with mode 0600 and a newline; `flags`
 * are enum commit_flags. */
int json_save(const struct json_table *t, const void *obj, int dirfd, const char *name,
              unsigned flags, struct err *e);

/* The name of an enum's value, or NULL; and back: false if there is no such name. */
const char *json_enum_name(const struct json_enum *names, int value);
bool json_enum_value(const struct json_enum *names, const char *name, int *ret);

/* Checks for rows. */
const char *json_check_abs_path(const char *text);
const char *json_check_not_empty(const char *text);
