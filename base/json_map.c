/* SPDX-License-Identifier: MIT */
/* An ordered string -> string map. */
#include "base/json_map.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static struct json_pair *find(const struct json_map *m, const char *key)
{
    for (size_t i = 0; i < m->n; i++) {
        if (STREQ(m->v[i].key, key))
            return &m->v[i];
    }
    return NULL;
}

const char *json_map_get(const struct json_map *m, const char *key)
{
    const struct json_pair *p = find(m, key);

    return p ? p->val : NULL;
}

bool json_map_has(const struct json_map *m, const char *key)
{
    return find(m, key) != NULL;
}

static int add(struct json_map *m, const char *key, const char *val)
{
    AUTO_FREE char *k = strdup(key);
    AUTO_FREE char *v = strdup(val);
    struct json_pair *more;

    if (!k || !v)
        return -1;
    more = reallocarray(m->v, m->n + 1, sizeof(*m->v));
    if (!more)
        return -1;
    m->v = more;
    m->v[m->n++] = (struct json_pair){ TAKE_PTR(k), TAKE_PTR(v) };
    return 0;
}

int json_map_set(struct json_map *m, const char *key, const char *val)
{
    struct json_pair *p = find(m, key);

    return p ? str_set(&p->val, val) : add(m, key, val);
}

int json_map_assign(struct json_map *m, const char *assignment)
{
    const char *eq = strchrnul(assignment, '=');
    AUTO_FREE char *key = strndup(assignment, (size_t)(eq - assignment));

    return key ? json_map_set(m, key, *eq ? eq + 1 : "") : -1;
}

bool json_map_del(struct json_map *m, const char *key)
{
    struct json_pair *p = find(m, key);

    if (!p)
        return false;
    free(p->key);
    free(p->val);
    memmove(p, p + 1, (size_t)(m->v + m->n - (p + 1)) * sizeof(*p));
    m->n--;
    return true;
}

int json_map_merge(struct json_map *m, const struct json_map *from)
{
    json_map_foreach(it, from)
    {
        if (json_map_set(m, it->key, it->val) < 0)
            return -1;
    }
    return 0;
}

void json_map_free(struct json_map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->v[i].key);
        free(m->v[i].val);
    }
    free(m->v);
    *m = (struct json_map){ 0 };
}
