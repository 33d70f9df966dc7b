/* SPDX-License-Identifier: MIT */
/* The table of cgroup drivers, and which of them suits this host. */
#include "cgroup/cgroup_driver.h"

#include "base/proc.h"
#include "base/str.h"

#include <linux/magic.h>
#include <sys/vfs.h>

/* ---- cgroupfs ---- */

static int own_path(const struct cgroup_want *w, char **ret, struct err *e)
{
    return cgroup_path(w->cgroups_path, w->id, ret, e);
}

static int own_create(const struct cgroup_tree *t, const char *path, const struct cgroup_want *w,
                      struct cgroup *ret, struct err *e)
{
    return cgroup_create(t, path, w->resources, w->flags, ret, e);
}

static int own_place(const char *parent, const char *id, char **ret, struct err *e)
{
    if (parent && (str_ends(parent, ".slice") || strchr(parent, ':'))) {
        err_set(e, ERR_INVALID, "cgroup parent %s: this is systemd's, and cgroupfs makes the group",
                parent);
        return err_hint(e, "name a path, or call with --cgroup-manager=systemd");
    }
    *ret = parent ? str_fmt("%s%s/%s", *parent == '/' ? "" : "/", parent, id)
                  : str_fmt(CGROUP_PARENT "/%s", id);
    return *ret ? 0 : err_nomem(e);
}

/* ---- disabled ---- */

/* The container stays in its creator's group, whatever limits its config has: who disables groups
 * takes care of them. */
static int no_path(const struct cgroup_want *w, char **ret, struct err *e)
{
    *ret = NULL;
    return 0;
}

static int no_place(const char *parent, const char *id, char **ret, struct err *e)
{
    if (parent)
        return err_set(e, ERR_INVALID, "cgroup parent %s: cgroups are disabled for this container",
                       parent);
    *ret = NULL;
    return 0;
}

static const struct cgroup_driver own = {
    .name = "cgroupfs",
    .path = own_path,
    .create = own_create,
    .update = cgroup_update,
    .remove = cgroup_remove,
    .place = own_place,
};
static const struct cgroup_driver none = { .name = "disabled", .path = no_path, .place = no_place };

/* ---- the table ---- */

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

/* Where libsystemd would look for the manager's bus. Root in a user namespace is a user outside. */
static bool has_bus(void)
{
    bool root = geteuid() == 0 && proc_in_first_userns();
    const char *address = root ? "DBUS_SYSTEM_BUS_ADDRESS" : "DBUS_SESSION_BUS_ADDRESS";
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    AUTO_FREE char *socket = NULL;

    if (!str_empty(getenv(address)))
        return true;
    if (root)
        return access("/run/dbus/system_bus_socket", F_OK) == 0;
    socket = str_fmt("%s/bus", runtime ? runtime : "");
    return socket && access(socket, F_OK) == 0;
}

const struct cgroup_driver *cgroup_driver_default(const char **ret_why)
{
    struct statfs fs;

    if (access("/run/systemd/system", F_OK) < 0) {
        *ret_why = "systemd is not process 1";
        return &own;
    }
    if (statfs("/sys/fs/cgroup", &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC) {
        *ret_why = "cgroup v2 is not alone, as systemd's scopes need it";
        return &own;
    }
    if (!has_bus()) {
        *ret_why = "systemd is process 1, but its D-Bus is not there";
        return &own;
    }
    *ret_why = "systemd is process 1, and cgroup v2 stands alone";
    return &cgroup_systemd;
}
