/* SPDX-License-Identifier: MIT */
/* Strings and NULL-terminated string vectors (strv). */
#pragma once

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* malloc'd result, NULL when memory ran out. */
__attribute__((format(printf, 1, 2))) char *str_fmt(const char *fmt, ...);
/* strdup() that passes NULL on. */
char *str_dup(const char *s);
/* A string of the `len` bytes at s, none of which is NUL. */
char *str_copy(const char *s, size_t len);

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* True when `name` is the string of the `len` bytes at s, which no NUL need end. */
static inline bool str_is(const char *name, const char *s, size_t len)
{
    size_t i = 0;

    while (i < len && name[i] && name[i] == s[i])
        i++;
    return i == len && name[i] == '\0';
}
/* What follows the prefix, or NULL. */
const char *str_after(const char *s, const char *prefix);
/* True for NULL and "". */
bool str_empty(const char *s);
/* "" for NULL. */
const char *str_text(const char *s);
/* True when `c` is one of the characters of `set` ('\0' never is). */
bool str_has(const char *set, char c);
/* Replaces *dst by a copy of s. 0, or -1 when memory ran out (then *dst is as before). */
int str_set(char **dst, const char *s);
/* Removes white space at both ends, in place; returns the start. */
char *str_trim(char *s);
/* Lower-case hex of `len` bytes into `out` (2 * len + 1 bytes). */
void str_hex(const void *data, size_t len, char *out);

/* A vector that is NULL counts as empty everywhere. */
size_t strv_len(char *const *v);
bool strv_has(char *const *v, const char *s);
/* Appends a copy (strv_add) or the string itself, freed on failure (strv_push). 0, or -1. */
int strv_add(char ***v, const char *s);
int strv_push(char ***v, char *s);
int strv_addf(char ***v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Appends copies of all of `more`. 0, or -1. */
int strv_extend(char ***v, char *const *more);
char **strv_dup(char *const *v);
/* Splits at every `sep`; empty pieces are kept unless skip_empty. NULL when memory ran out. */
char **strv_split(const char *s, char sep, bool skip_empty);
/* malloc'd "a<sep>b<sep>c". */
char *strv_join(char *const *v, const char *sep);
void strv_free(char **v);
/* "KEY=VALUE" lists: the value of KEY, or NULL; set-or-replace (0, or -1); and removal. */
const char *strv_env_get(char *const *env, const char *key);
int strv_env_set(char ***env, const char *assignment);
void strv_env_unset(char **env, const char *key);

#define strv_foreach(it, v) for (char *const *it = (v); it && *it; it++)

DEFINE_CLEANUP(char **, strv, strv_free(*p))
#define AUTO_STRV CLEANUP(strv)
