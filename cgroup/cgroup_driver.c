/* SPDX-License-Identifier: MIT */
/* The table of cgroup drivers. */
#include "cgroup/cgroup_driver.h"

#include "base/str.h"

static int own_path(const struct cgroup_want *w, char **ret, struct err *e)
{
    return cgroup_path(w->cgroups_path, w->id, ret, e);
}

static int own_create(const struct cgroup_tree *t, const char *path, const struct cgroup_want *w,
                      struct cgroup *ret, struct err *e)
{
    return cgroup_create(t, path, w->resources, w->flags, ret, e);
}

/* The container stays in its creator's group, whatever limits its config has: who disables groups
 * takes care of them. */
static int no_path(const struct cgroup_want *w, char **ret, struct err *e)
{
    *ret = NULL;
    return 0;
}

static const struct cgroup_driver own = { "cgroupfs",    own_path,      own_create,
                                          cgroup_update, cgroup_remove, NULL };
static const struct cgroup_driver none = { "disabled", no_path, NULL, NULL, NULL, NULL };

static const struct cgroup_driver *const drivers[] = { &own, &cgroup_systemd, &none };

int cgroup_driver_find(const char *name, const struct cgroup_driver **ret, struct err *e)
{
    AUTO_BUF struct buf known = { 0 };

    for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
        if (str_empty(name) || STREQ(drivers[i]->name, name)) {
            *ret = drivers[i];
            return 0;
        }
        buf_fmt(&known, "%s%s", i ? ", " : "", drivers[i]->name);
    }
    err_set(e, ERR_UNSUPPORTED, "there is no cgroup manager \"%s\"", name);
    return known.failed ? err_nomem(e) : err_hint(e, "there are: %s", known.data);
}

int cgroup_driver_ready(const struct cgroup_driver *driver, struct err *e)
{
    return driver && driver->ready ? driver->ready(e) : 0;
}
