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

/* Of a controller that the tree does not have at all. */
static enum cgroup_control_state absent(unsigned bit, char **ret_place)
{
    unsigned hierarchy = 0, enabled = 1;

    if (!kernel_row(bit, &hierarchy, &enabled))
        return CGROUP_CONTROL_UNKNOWN;
    if (hierarchy != 0) {
        *ret_place = v1_mount(bit);
        return CGROUP_CONTROL_V1;
    }
    return enabled ? CGROUP_CONTROL_OUTSIDE : CGROUP_CONTROL_OFF;
}

enum cgroup_control_state cgroup_control_state(const struct cgroup_tree *t, const char *path,
                                               unsigned bit, char **ret_place)
{
    AUTO_FREE char *copy = str_dup(path);

    *ret_place = NULL;
    if (!cgroup_control_missing(t, path, bit))
        return CGROUP_CONTROL_AVAILABLE;
    if (!(cgroup_control_read(t, ".", "cgroup.controllers") & bit))
        return absent(bit, ret_place);
    const char *closed = copy ? first_closed(t, copy, bit) : NULL;
    *ret_place = str_fmt("%s%s", t->path, closed ? closed : "");
    return geteuid() == 0 ? CGROUP_CONTROL_CLOSED : CGROUP_CONTROL_UNDELEGATED;
}

static const struct {
    const char *word;
    const char *text; /* the place goes behind it, where there is one */
} states[] = {
    [CGROUP_CONTROL_AVAILABLE] = { "available", "is available" },
    [CGROUP_CONTROL_V1] = { "v1", "is held by cgroup v1 at " },
    [CGROUP_CONTROL_CLOSED] = { "closed", "is not enabled in the cgroup.subtree_control of " },
    [CGROUP_CONTROL_UNDELEGATED] = { "undelegated", "is not delegated to this user by " },
    [CGROUP_CONTROL_OUTSIDE] = { "outside", "is not passed on to this tree from outside" },
    [CGROUP_CONTROL_OFF] = { "off", "is switched off on the kernel's command line" },
    [CGROUP_CONTROL_UNKNOWN] = { "unknown", "is not in this kernel" },
};

const char *cgroup_control_word(enum cgroup_control_state state)
{
    return states[state].word;
}

void cgroup_control_reason(const struct cgroup_tree *t, const char *path, unsigned bit,
                           struct buf *out)
{
    AUTO_FREE char *place = NULL;
    enum cgroup_control_state state = cgroup_control_state(t, path, bit, &place);

    if (state == CGROUP_CONTROL_V1 && !place)
        buf_str(out, "is held by a cgroup v1 hierarchy that is not mounted here");
    else
        buf_fmt(out, "%s%s", states[state].text, place ? place : "");
}

/* "+memory +pids" for the sign "+". */
static void list_names(unsigned bits, const char *sign, struct buf *out)
{
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
        if (bits & 1u << i)
            buf_fmt(out, "%s%s%s", out->len ? " " : "", sign, cgroup_control_name(1u << i));
}

/* Of a user. systemd's drop-in names what its users should have anyway, too. */
static void hint_delegation(unsigned bits, struct err *e)
{
    const unsigned usual = CGROUP_CPU | CGROUP_CPUSET | CGROUP_IO | CGROUP_MEMORY | CGROUP_PIDS;
    bool systemd = access("/run/systemd/system", F_OK) == 0;
    AUTO_BUF struct buf names = { 0 };

    list_names(systemd ? bits | usual : bits, systemd ? "" : "+", &names);
    if (names.failed)
        return;
    if (systemd)
        err_hint(e,
                 "root can delegate them by a file /etc/systemd/system/user@.service.d/"
                 "delegate.conf:\n[Service]\nDelegate=%s\n"
                 "and then: systemctl daemon-reload; log in again",
                 names.data);
    else
        err_hint(e,
                 "root can delegate them by writing \"%s\" to that group's "
                 "cgroup.subtree_control",
                 names.data);
}

void cgroup_control_remedy(const struct cgroup_tree *t, unsigned bits, struct err *e)
{
    if (geteuid() != 0 && (cgroup_control_read(t, ".", "cgroup.controllers") & bits) == bits)
        hint_delegation(bits, e);
    else if (t->mixed)
        err_hint(e, "boot with systemd.unified_cgroup_hierarchy=1 (or cgroup_no_v1=all), or leave "
                    "these limits out");
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
    else if (e->errnum == ENOENT)
        err_hint(e, "the tree at /sys/fs/cgroup is seen from another cgroup namespace: mount -t "
                    "cgroup2 shows this one's");
    else if (e->errnum == EAGAIN)
        err_hint(e, "the pids.max of the container's group, or of one above it, is reached");
}
