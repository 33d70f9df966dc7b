/* SPDX-License-Identifier: MIT */
/* Tells which limits cannot be had, for lack of which controllers, and why those are missing. */
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit.h"

/* Every missing controller with the limits that want it and why it is not there. */
static int tell_missing(const struct cgroup_limits *l, const struct cgroup_tree *t,
                        const char *parent, unsigned missing, struct err *e)
{
    AUTO_BUF struct buf b = { 0 };

    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
        unsigned bit = 1u << i;
        const char *sep = "";
        if (!(missing & bit))
            continue;
        buf_fmt(&b, "%s%s (", b.len ? "; " : "", cgroup_control_name(bit));
        for (size_t k = 0; k < l->n; k++)
            if (l->v[k].controller == bit && !l->v[k].lax) {
                buf_fmt(&b, "%s%s", sep, l->v[k].field);
                sep = ", ";
            }
        buf_str(&b, ") ");
        cgroup_control_reason(t, parent, bit, &b);
    }
    if (b.failed)
        return err_nomem(e);
    err_set(e, ERR_UNSUPPORTED, "limits need cgroup v2 controllers that are missing: %s", b.data);
    if (t->mixed)
        err_hint(e, "boot with systemd.unified_cgroup_hierarchy=1 (or cgroup_no_v1=all), or leave "
                    "these limits out");
    return -ERR_UNSUPPORTED;
}

int cgroup_limits_check(const struct cgroup_limits *l, const struct cgroup_tree *t,
                        const char *parent, struct err *e)
{
    unsigned need = cgroup_limits_controllers(l);
    unsigned missing = need ? cgroup_control_missing(t, parent, need) : 0;

    return missing ? tell_missing(l, t, parent, missing, e) : 0;
}
