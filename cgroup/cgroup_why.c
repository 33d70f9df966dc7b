/* SPDX-License-Identifier: MIT */
/* Why a controller is missing: held by v1, switched off, not delegated, not in this kernel. */
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"

#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>

/* v1 has another name for one of them. */
static const char *v1_name(unsigned bit)
{
    return bit == CGROUP_IO ? "blkio" : cgroup_control_name(bit);
}

/* A row of /proc/cgroups (cgroups(7)): false when the kernel does not list the controller. */
static bool kernel_row(unsigned bit, unsigned *ret_hierarchy, unsigned *ret_enabled)
{
    AUTO_FILE FILE *f = fopen("/proc/cgroups", "re");
    char line[256], name[64];
    bool found = false;

    while (f && !found && fgets(line, sizeof(line), f))
        found = sscanf(line, "%63s %u %*u %u", name, ret_hierarchy, ret_enabled) == 3 &&
                STREQ(name, v1_name(bit));
    return found;
}

/* Where v1 has it mounted, malloc'd, or NULL. */
static char *v1_mount(unsigned bit)
{
    FILE *f = setmntent("/proc/self/mounts", "re");
    struct mntent m;
    char line[4096];
    char *path = NULL;

    if (!f)
        return NULL;
    while (!path && getmntent_r(f, &m, line, sizeof(line)))
        if (STREQ(m.mnt_type, "cgroup") && hasmntopt(&m, v1_name(bit)))
            path = str_dup(m.mnt_dir);
    endmntent(f);
    return path;
}

/* The first group on the way to `path` that does not pass the controller on to its children:
 * "/x/y", or "" for the root; NULL when all of them do. Cuts `path` short. */
static const char *first_closed(const struct cgroup_tree *t, char *path, unsigned bit)
{
    size_t len = strlen(path);

    if (!(cgroup_control_read(t, ".", "cgroup.subtree_control") & bit)) {
        path[0] = '\0';
        return path;
    }
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        char c = path[i];
        path[i] = '\0';
        if (!(cgroup_control_read(t, path + 1, "cgroup.subtree_control") & bit))
            return path;
        path[i] = c;
    }
    return NULL;
}

void cgroup_control_reason(const struct cgroup_tree *t, const char *path, unsigned bit,
                           struct buf *out)
{
    AUTO_FREE char *mount = NULL;
    unsigned hierarchy = 0, enabled = 1;

    if (cgroup_control_read(t, ".", "cgroup.controllers") & bit) {
        AUTO_FREE char *copy = str_dup(path);
        const char *closed = copy ? first_closed(t, copy, bit) : NULL;
        buf_fmt(out, "is not enabled in %s%s/cgroup.subtree_control", t->path,
                closed ? closed : "");
        return;
    }
    if (!kernel_row(bit, &hierarchy, &enabled)) {
        buf_str(out, "is not in this kernel");
        return;
    }
    if (hierarchy != 0)
        mount = v1_mount(bit);
    if (mount)
        buf_fmt(out, "is held by cgroup v1 at %s", mount);
    else if (hierarchy != 0)
        buf_str(out, "is held by a cgroup v1 hierarchy that is not mounted here");
    else if (!enabled)
        buf_str(out, "is switched off on the kernel's command line");
    else
        buf_fmt(out, "is not passed on to %s from outside", t->path);
}

int cgroup_why(const struct cgroup_tree *t, const char *path, struct buf *out, struct err *e)
{
    if (STREQ(path, "/"))
        path = "";
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
        unsigned bit = 1u << i;
        buf_fmt(out, "%s: ", cgroup_control_name(bit));
        if (cgroup_control_missing(t, path, bit))
            cgroup_control_reason(t, path, bit, out);
        else
            buf_str(out, "available");
        buf_char(out, '\n');
    }
    return out->failed ? err_nomem(e) : 0;
}

/* cgroup-v2.rst, "Threads" and "No Internal Process Constraint". */
void cgroup_explain_birth(int fd, struct err *e)
{
    char type[32] = "?";

    if (e->errnum == EOPNOTSUPP && fs_read_small(fd, "cgroup.type", type, sizeof(type)) > 0)
        err_hint(e,
                 "the container's group is of the type \"%s\": a group above it is threaded, name "
                 "another one in cgroupsPath",
                 type);
    else if (e->errnum == EBUSY)
        err_hint(e, "the container's group passes controllers on, so that no process can be in it: "
                    "see its cgroup.subtree_control");
    else if (e->errnum == EAGAIN)
        err_hint(e, "the pids.max of the container's group, or of one above it, is reached");
}
