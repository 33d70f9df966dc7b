/* SPDX-License-Identifier: MIT */
/* Annotations "org.systemd.property.*" as properties of the scope. */
#include "base/str.h"
#include "cgroup/cgroup_property.h"
#include "oci/annotation.h"

#include <ctype.h>

/* What follows from the config's cgroupsPath and its processes. */
static const char *const ours[] = { "PIDs", "PIDFDs", "Slice", NULL };

static int check_name(const char *name, struct err *e)
{
    size_t len = 0;

    while (isalpha((unsigned char)name[len]))
        len++;
    if (len == 0 || name[len])
        return err_set(e, ERR_INVALID, "\"%s\" names no property", name);
    if (!strv_has((char *const *)(uintptr_t)ours, name))
        return 0;
    err_set(e, ERR_INVALID, "%s is not for annotations to set", name);
    return err_hint(e, "a scope's slice is the first word of the config's cgroupsPath");
}

static double as_number(const struct cgroup_variant *v)
{
    switch (v->type[0]) {
    case 'y': return v->v.y;
    case 'n': return v->v.n;
    case 'q': return v->v.q;
    case 'i': return v->v.i;
    case 'u': return v->v.u;
    case 'x': return (double)v->v.x;
    case 't': return (double)v->v.t;
    case 'd': return v->v.d;
    default: return -1;
    }
}

/* "StopSec" with 2.5 is "StopUSec" with 2500000. */
static int convert_seconds(struct cgroup_property *one, struct err *e)
{
    double seconds = as_number(&one->value);
    size_t len = strlen(one->name) - strlen("Sec");

    if (!str_ends(one->name, "Sec") || str_ends(one->name, "USec"))
        return 0;
    if (!(seconds >= 0 && seconds < 1e12))
        return err_set(e, ERR_INVALID, "expected a number of seconds");
    char *name = str_fmt("%.*sUSec", (int)len, one->name);
    if (!name || str_set(&one->value.type, "t") < 0) {
        free(name);
        return err_nomem(e);
    }
    one->value.v.t = (uint64_t)(seconds * 1e6 + 0.5);
    free(one->name);
    one->name = name;
    return 0;
}

int cgroup_property_annotations(const struct json_map *annotations, struct cgroup_properties *p,
                                struct err *e)
{
    for (size_t i = 0; annotations && i < annotations->n; i++) {
        const struct json_pair *pair = &annotations->v[i];
        const char *name = str_after(pair->key, ANNOTATION_UNIT_PROPERTY);
        if (!name)
            continue;
        int r = check_name(name, e);
        if (r >= 0)
            r = cgroup_property_add(p, name, e, "%s", pair->val);
        if (r >= 0)
            r = convert_seconds(&p->v[p->n - 1], e);
        if (r < 0)
            return err_wrap(e, "annotation %s=%s", pair->key, pair->val);
    }
    return 0;
}
