/* SPDX-License-Identifier: MIT */
/* Tells which limits cannot be had, for lack of which controllers, and why those are missing. */
#include "base/log.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit.h"

/* "memory.limit, memory.swap": the limits that want the controller; with 0 all of them. */
static void list_fields(const struct cgroup_limits *l, unsigned bit, struct buf *out)
{
    const char *last = NULL; /* a field may ask for several writes */

    for (size_t i = 0; i < l->n; i++) {
        const struct cgroup_limit *one = &l->v[i];
        if (one->lax || (bit && one->controller != bit) || (last && STREQ(last, one->field)))
            continue;
        buf_fmt(out, "%s%s", last ? ", " : "", one->field);
        last = one->field;
    }
}

/* Every missing controller with the limits that want it and why it is not there. */
static void list_missing(const struct cgroup_limits *l, const struct cgroup_tree *t,
                         const char *parent, unsigned missing, struct buf *out)
{
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
        unsigned bit = 1u << i;
        if (!(missing & bit))
            continue;
        buf_fmt(out, "%s%s (", out->len ? "; " : "", cgroup_control_name(bit));
        list_fields(l, bit, out);
        buf_str(out, ") ");
        cgroup_control_reason(t, parent, bit, out);
    }
}

static int tell_missing(const struct cgroup_limits *l, const struct cgroup_tree *t,
                        const char *parent, unsigned missing, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    list_missing(l, t, parent, missing, &b);
    if (b.failed)
        return err_nomem(e);
    err_set(e, ERR_UNSUPPORTED, "limits need cgroup v2 controllers that are missing: %s", b.data);
    cgroup_control_remedy(t, missing, e);
    return -ERR_UNSUPPORTED;
}

/* There will be no group. */
static int admit_none(struct cgroup_limits *l, unsigned flags, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    list_fields(l, 0, &b);
    if (b.failed)
        return err_nomem(e);
    if (b.len > 0 && !(flags & CGROUP_LENIENT)) {
        err_set(e, ERR_INVALID, "limits need a cgroup, and cgroups are disabled: %s", b.data);
        return err_hint(e, "leave them out, or call with --cgroup-manager=cgroupfs");
    }
    if (b.len > 0 && !(flags & CGROUP_QUIET))
        log_warn("limits are not applied, since cgroups are disabled: %s", b.data);
    cgroup_limits_drop(l, 0);
    return 0;
}

int cgroup_limits_admit(struct cgroup_limits *l, const struct cgroup_tree *t, const char *path,
                        unsigned flags, struct err *e)
{
    unsigned need = cgroup_limits_controllers(l), missing;
    AUTO_BUF struct buf b = { 0 };

    if (!path)
        return l->n ? admit_none(l, flags, e) : 0;
    if (!need)
        return 0;
    AUTO_FREE char *parent = str_dup(path);
    if (!parent)
        return err_nomem(e);
    *strrchr(parent, '/') = '\0';
    missing = cgroup_control_missing(t, parent, need);
    if (!missing)
        return 0;
    if (!(flags & CGROUP_LENIENT))
        return tell_missing(l, t, parent, missing, e);
    list_missing(l, t, parent, missing, &b);
    if (b.failed)
        return err_nomem(e);
    if (!(flags & CGROUP_QUIET))
        log_warn("limits are not applied, for lack of cgroup v2 controllers: %s", b.data);
    cgroup_limits_drop(l, missing);
    return 0;
}
