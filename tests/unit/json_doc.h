/* SPDX-License-Identifier: MIT */
/* A document with a field of every kind, for tests of reading and writing JSON by tables. */
#pragma once

#include "base/json.h"
#include "base/json_value.h"
#include "base/str.h"
#include "tests/unit/unit.h"

enum color { RED = 1, GREEN, BLUE };
static const struct json_enum color_names[] = {
    { "red", RED }, { "green", GREEN }, { "blue", BLUE }, { "azure", BLUE }, { 0 },
};

struct part {
    char *key;
    char *name;
    int64_t limit;
    struct json_map extra;
};
static const struct json_field part_fields[] = {
    JSON_STR(struct part, name, "name", .flags = JSON_REQUIRED),
    JSON_I64(struct part, limit, "limit"),
};
static const struct json_table part_table = JSON_TABLE_EXTRA(struct part, part_fields, extra);

struct inner {
    char *text;
    bool flag;
};
static const struct json_field inner_fields[] = {
    JSON_STR(struct inner, text, "text"),
    JSON_BOOL(struct inner, flag, "flag"),
};
static const struct json_table inner_table = JSON_TABLE(struct inner, inner_fields);

struct doc {
    char *str;
    bool yes;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    double num;
    struct opt_bool ob;
    struct opt_i32 oi32;
    struct opt_u32 ou32;
    struct opt_i64 oi64;
    struct opt_u64 ou64;
    enum color color;
    struct json_set set;
    struct json_set open;
    char **list;
    struct json_u32s small;
    struct inner obj;
    struct inner *ptr;
    struct part *parts;
    size_t n_parts;
    struct json_map map;
    struct part *named;
    size_t n_named;
    char **keys;
    char *raw;
    struct json_value *any;
    char *path;
    int32_t digit;
    struct json_map extra;
};
static const struct json_field doc_fields[] = {
    JSON_STR(struct doc, str, "str"),
    JSON_BOOL(struct doc, yes, "yes"),
    JSON_I32(struct doc, i32, "i32"),
    JSON_U32(struct doc, u32, "u32"),
    JSON_I64(struct doc, i64, "i64"),
    JSON_U64(struct doc, u64, "u64"),
    JSON_DOUBLE(struct doc, num, "num"),
    JSON_OPT_BOOL(struct doc, ob, "ob"),
    JSON_OPT_I32(struct doc, oi32, "oi32"),
    JSON_OPT_U32(struct doc, ou32, "ou32"),
    JSON_OPT_I64(struct doc, oi64, "oi64"),
    JSON_OPT_U64(struct doc, ou64, "ou64"),
    JSON_ENUM(struct doc, color, "color", color_names),
    JSON_SET(struct doc, set, "set", color_names),
    JSON_SET(struct doc, open, "open", color_names, .flags = JSON_KEEP_UNKNOWN),
    JSON_STRV(struct doc, list, "list"),
    JSON_U32S(struct doc, small, "small"),
    JSON_OBJ(struct doc, obj, "obj", &inner_table),
    JSON_PTR(struct doc, ptr, "ptr", &inner_table),
    JSON_ARRAY(struct doc, parts, n_parts, "parts", &part_table),
    JSON_MAP(struct doc, map, "map"),
    JSON_MAP_OBJ(struct doc, named, n_named, "named", &part_table, key),
    JSON_KEYS(struct doc, keys, "keys"),
    JSON_RAW(struct doc, raw, "raw"),
    JSON_VALUE(struct doc, any, "any"),
    JSON_STR(struct doc, path, "path", .check = json_check_abs_path),
    JSON_I32(struct doc, digit, "digit", .min = -9, .max = 9),
};
static const struct json_table doc_table = JSON_TABLE_EXTRA(struct doc, doc_fields, extra);

static const char full[] =
    "{\"str\":\"a\\\"b\\\\\\n\\u00e9\",\"yes\":true,\"i32\":-2147483648,\"u32\":4294967295,"
    "\"i64\":-9223372036854775808,\"u64\":18446744073709551615,\"num\":0.1,\"ob\":false,"
    "\"oi32\":0,\"ou32\":7,\"oi64\":-1,\"ou64\":0,\"color\":\"blue\",\"set\":[\"red\",\"blue\"],"
    "\"open\":[\"green\",\"mauve\"],\"list\":[\"x\",\"\"],\"small\":[0,5],\"obj\":{\"text\":\"t\"},"
    "\"ptr\":{\"flag\":true},\"parts\":[{\"name\":\"p\",\"limit\":3,\"more\":[1,{\"a\":null}]},"
    "{\"name\":\"q\"}],\"map\":{\"k\":\"v\",\"\":\"w\"},\"named\":{\"one\":{\"name\":\"1\"}},"
    "\"keys\":{\"80/tcp\":{}},\"raw\":[1.50,\"\\u0041\"],\"any\":{\"z\":[true,null]},"
    "\"path\":\"/p\",\"digit\":-9,\"later\":{\"key\":\"kept\"},\"last\":1e400}";

static struct doc d __attribute__((unused));
static struct err e __attribute__((unused));

static inline void read_ok(const char *text)
{
    unit_ok(json_read(&doc_table, &d, text, strlen(text), &e), &e);
}
