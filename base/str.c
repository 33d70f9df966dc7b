/* SPDX-License-Identifier: MIT */
/* Strings and NULL-terminated string vectors. */
#include "base/str.h"

#include "base/buf.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>

char *str_fmt(const char *fmt, ...)
{
    char *s = NULL;
    va_list ap;

    va_start(ap, fmt);
    int n = vasprintf(&s, fmt, ap);
    va_end(ap);
    return n < 0 ? NULL : s;
}

char *str_dup(const char *s)
{
    return s ? strdup(s) : NULL;
}

char *str_copy(const char *s, size_t len)
{
    char *copy = malloc(len + 1);

    if (!copy)
        return NULL;
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

bool str_starts(const char *s, const char *prefix)
{
    return str_after(s, prefix) != NULL;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t len = strlen(s);
    size_t tail = strlen(suffix);

    return len >= tail && STREQ(s + len - tail, suffix);
}

const char *str_after(const char *s, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(s, prefix, len) == 0 ? s + len : NULL;
}

bool str_empty(const char *s)
{
    return !s || *s == '\0';
}

const char *str_text(const char *s)
{
    return s ? s : "";
}

bool str_has(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

int str_set(char **dst, const char *s)
{
    char *copy = str_dup(s);

    if (s && !copy)
        return -1;
    free(*dst);
    *dst = copy;
    return 0;
}

char *str_trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t len = strlen(s);
    while (len > 0 && isspace((unsigned char)s[len - 1]))
        len--;
    s[len] = '\0';
    return s;
}

void str_hex(const void *data, size_t len, char *out)
{
    static const char digit[] = "0123456789abcdef";
    const uint8_t *p = data;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digit[p[i] >> 4];
        out[2 * i + 1] = digit[p[i] & 15];
    }
    out[2 * len] = '\0';
}

size_t strv_len(char *const *v)
{
    size_t n = 0;

    while (v && v[n])
        n++;
    return n;
}

bool strv_has(char *const *v, const char *s)
{
    strv_foreach (it, v)
        if (STREQ(*it, s))
            return true;
    return false;
}

/* The vector's memory grows by powers of two, so its capacity follows from its length. */
int strv_push(char ***v, char *s)
{
    size_t n = strv_len(*v);

    if (!s)
        return -1;
    if (!*v || (n + 1 >= 4 && ((n + 1) & n) == 0)) {
        size_t cap = n + 1 < 4 ? 4 : 2 * (n + 1);
        char **grown = realloc(*v, cap * sizeof(*grown));
        if (!grown) {
            free(s);
            return -1;
        }
        *v = grown;
    }
    (*v)[n] = s;
    (*v)[n + 1] = NULL;
    return 0;
}

int strv_add(char ***v, const char *s)
{
    return strv_push(v, str_dup(s));
}

int strv_addf(char ***v, const char *fmt, ...)
{
    char *s = NULL;
    va_list ap;

    va_start(ap, fmt);
    int n = vasprintf(&s, fmt, ap);
    va_end(ap);
    return n < 0 ? -1 : strv_push(v, s);
}

int strv_extend(char ***v, char *const *more)
{
    strv_foreach (it, more)
        if (strv_add(v, *it) < 0)
            return -1;
    return 0;
}

char **strv_dup(char *const *v)
{
    AUTO_STRV char **copy = calloc(4, sizeof(*copy));

    if (!copy || strv_extend(&copy, v) < 0)
        return NULL;
    return TAKE_PTR(copy);
}

char **strv_split(const char *s, char sep, bool skip_empty)
{
    AUTO_STRV char **v = calloc(4, sizeof(*v));
    char set[] = { sep, '\0' };

    for (; v; s++) {
        size_t len = strcspn(s, set);
        if ((len > 0 || !skip_empty) && strv_push(&v, strndup(s, len)) < 0)
            return NULL;
        s += len;
        if (*s == '\0')
            break;
    }
    return TAKE_PTR(v);
}

char *strv_join(char *const *v, const char *sep)
{
    AUTO_BUF struct buf b = { 0 };

    strv_foreach (it, v) {
        if (it != v)
            buf_str(&b, sep);
        buf_str(&b, *it);
    }
    return buf_take(&b);
}

void strv_free(char **v)
{
    for (char **it = v; it && *it; it++)
        free(*it);
    free(v);
}

static char **env_find(char *const *env, const char *key, size_t len)
{
    strv_foreach (it, env)
        if (strncmp(*it, key, len) == 0 && (*it)[len] == '=')
            return (char **)it;
    return NULL;
}

const char *strv_env_get(char *const *env, const char *key)
{
    size_t len = strlen(key);
    char **at = env_find(env, key, len);

    return at ? *at + len + 1 : NULL;
}

int strv_env_set(char ***env, const char *assignment)
{
    char **at = env_find(*env, assignment, strcspn(assignment, "="));

    return at ? str_set(at, assignment) : strv_add(env, assignment);
}

void strv_env_unset(char **env, const char *key)
{
    char **at = env_find(env, key, strlen(key));

    if (!at)
        return;
    free(*at);
    memmove(at, at + 1, (strv_len(at + 1) + 1) * sizeof(*at));
}
