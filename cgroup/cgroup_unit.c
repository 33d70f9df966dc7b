/* SPDX-License-Identifier: MIT */
/* systemd's names for groups: "slice:prefix:name" is a scope in a slice. */
#include "cgroup/cgroup_unit.h"

#include "base/buf.h"
#include "base/str.h"
#include "oci/annotation.h"

#define NAME_MAX_UNIT 255 /* systemd's UNIT_NAME_MAX without the NUL */

void cgroup_unit_free(struct cgroup_unit *u)
{
    free(u->slice);
    free(u->name);
    free(u->path);
    *u = (struct cgroup_unit){ 0 };
}

/* What a unit's name may hold (systemd.unit(5)). */
static bool is_name(const char *s)
{
    for (; *s; s++)
        if (!(*s >= '0' && *s <= '9') && !(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') &&
            !str_has(":-_.\\@", *s))
            return false;
    return true;
}

/* "a-b.slice" lies in "a.slice" (systemd.slice(5)). */
static int slice_path(const char *slice, struct buf *out, struct err *e)
{
    size_t len = strlen(slice) - strlen(".slice");

    if (STREQ(slice, "-.slice"))
        return 0;
    if (len == 0 || slice[0] == '-' || slice[len - 1] == '-' || strstr(slice, "--") ||
        strchr(slice, '/') || !is_name(slice))
        return err_set(e, ERR_INVALID, "\"%s\" names no slice", slice);
    for (size_t i = 1; i <= len; i++)
        if (i == len || slice[i] == '-')
            buf_fmt(out, "/%.*s.slice", (int)i, slice);
    return 0;
}

static int refuse(const char *cgroups_path, struct err *e)
{
    err_set(e, ERR_INVALID,
            "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got "
            "\"%s\" instead",
            cgroups_path);
    return err_hint(e, "without --systemd-cgroup, cgroupsPath is a path");
}

static int name_unit(const char *cgroups_path, const char *id, bool user, struct cgroup_unit *u,
                     struct err *e)
{
    AUTO_STRV char **parts = strv_split(str_empty(cgroups_path) ? "::" : cgroups_path, ':', false);

    if (!parts)
        return err_nomem(e);
    if (strv_len(parts) != 3 || strchr(cgroups_path ? cgroups_path : "", '/'))
        return refuse(cgroups_path, e);
    const char *prefix = str_empty(cgroups_path) ? "hako" : parts[1];
    const char *name = *parts[2] ? parts[2] : id;
    const char *slice = STREQ(parts[0], "-") ? "-.slice" : parts[0];
    u->slice = str_dup(*slice ? slice : user ? "user.slice" : "system.slice");
    u->name = str_fmt("%s-%s.scope", prefix, name);
    if (!u->slice || !u->name)
        return err_nomem(e);
    if (!str_ends(u->slice, ".slice") || !is_name(u->name) || strlen(u->name) > NAME_MAX_UNIT)
        return refuse(cgroups_path, e);
    return 0;
}

int cgroup_unit_make(const char *cgroups_path, const char *id, const struct json_map *annotations,
                     bool user, struct cgroup_unit *ret, struct err *e)
{
    AUTO_CGROUP_UNIT struct cgroup_unit u = { 0 };
    AUTO_BUF struct buf path = { 0 };
    const char *subgroup = annotations ? json_map_get(annotations, ANNOTATION_SUBGROUP) : NULL;
    int r = name_unit(cgroups_path, id, user, &u, e);

    if (r >= 0)
        r = slice_path(u.slice, &path, e);
    if (r < 0)
        return r;
    buf_fmt(&path, "/%s", u.name);
    if (!str_empty(subgroup)) {
        if (strchr(subgroup, '/') || STREQ(subgroup, ".") || STREQ(subgroup, ".."))
            return err_set(e, ERR_INVALID,
                           "annotation " ANNOTATION_SUBGROUP "=%s: this is no group's name",
                           subgroup);
        buf_fmt(&path, "/%s", subgroup);
    }
    u.path = buf_take(&path);
    if (!u.path)
        return err_nomem(e);
    *ret = u;
    u = (struct cgroup_unit){ 0 };
    return 0;
}

char *cgroup_unit_of(const char *path, size_t *ret_len)
{
    for (const char *at = path; (at = strchr(at, '/')); at++) {
        size_t len = strcspn(at + 1, "/");
        AUTO_FREE char *name = str_fmt("%.*s", (int)len, at + 1);
        if (!name || !str_ends(name, ".scope"))
            continue;
        if (ret_len)
            *ret_len = (size_t)(at + 1 - path) + len;
        return TAKE_PTR(name);
    }
    return NULL;
}
