/* SPDX-License-Identifier: MIT */
/* An ordered string -> string map: labels, annotations, sysctls, unknown keys of a document. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_pair {
    char *key;
    char *val;
};

/* Zero-initialise. Pairs keep the order in which they came. Small: look-ups are linear. */
struct json_map {
    struct json_pair *v;
    size_t n;
};

/* The value (the map's), or NULL. */
const char *json_map_get(const struct json_map *m, const char *key);
bool json_map_has(const struct json_map *m, const char *key);
/* Adds or replaces, copying both strings. 0, or -1 when memory ran out. */
int json_map_set(struct json_map *m, const char *key, const char *val);
/* Sets from "KEY=VALUE"; without '=' the value is "". 0, or -1. */
int json_map_assign(struct json_map *m, const char *assignment);
/* Removes the pair; true if there was one. */
bool json_map_del(struct json_map *m, const char *key);
/* Adds or replaces all pairs of `from`. 0, or -1. */
int json_map_merge(struct json_map *m, const struct json_map *from);
void json_map_free(struct json_map *m);

#define json_map_foreach(it, m)                                                                    \
    for (const struct json_pair *it = (m)->v; it < (m)->v + (m)->n; it++)
