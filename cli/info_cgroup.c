/* SPDX-License-Identifier: MIT */
/* The cgroup part of hako info: who makes groups, what they can have, and why not. */
#include "cli/info_cgroup.h"

#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "cgroup/cgroup_bus.h"
#include "cgroup/cgroup_control.h"
#include "engine/group.h"

#include <fcntl.h>

const char info_cgroup_text[] = "Cgroup Driver:\t{{.CgroupDriver}}\n"
                                "  Why:\t{{.Cgroup.Why}}\n"
                                "Cgroup Version:\t{{.CgroupVersion}}\n"
                                "{{with .Cgroup}}"
                                "  Mode:\t{{.Mode}}\n"
                                "  Mounted at:\t{{.Mount}}\n"
                                "  This process is in:\t{{.Own}}\n"
                                "  Containers go to:\t{{.Parent}}\n"
                                "  Ours from:\t{{.Delegated}}\n"
                                "{{range .Controllers}}  {{.Name}}:\t{{.Reason}}\n{{end}}"
                                "Systemd:\t{{.Systemd.Text}}\n"
                                "{{end}}";

/* What is found out before anything is written. Strings are malloc'd or NULL. */
struct picture {
    const struct cgroup_driver *driver;
    const char *why;
    struct cgroup_tree tree;
    char *own;       /* our own group */
    char *parent;    /* where containers go */
    char *delegated; /* the outermost group on the way there that is ours to change */
    unsigned have;   /* controllers that containers can get */
    struct err no_parent;
};

static void picture_free(struct picture *p)
{
    cgroup_tree_close(&p->tree);
    free(p->own);
    free(p->parent);
    free(p->delegated);
}
DEFINE_CLEANUP(struct picture, picture, picture_free(p))

/* The line of cgroup v2 in /proc/self/cgroup. */
static char *own_group(void)
{
    char text[8192] = "";

    fs_read_small(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text));
    char *line = str_starts(text, "0::") ? text : strstr(text, "\n0::");
    if (!line)
        return NULL;
    line = strstr(line, "0::") + strlen("0::");
    line[strcspn(line, "\n")] = '\0';
    return str_dup(line);
}

/* Where the driver would put a container: the group above it. */
static char *parent_group(const struct cgroup_driver *d, struct err *e)
{
    AUTO_FREE char *place = NULL;
    char *path = NULL;
    int r = d->place(NULL, "x", &place, e);
    const struct cgroup_want want = { .id = "x", .cgroups_path = place };

    if (r >= 0)
        r = d->path(&want, &path, e);
    if (r < 0 || !path)
        return NULL;
    *strrchr(path, '/') = '\0';
    return path;
}

static bool is_ours(const struct cgroup_tree *t, const char *group)
{
    AUTO_FREE char *file = str_fmt("%s/cgroup.procs", *group ? group + 1 : ".");

    return file && faccessat(t->fd, file, W_OK, AT_EACCESS) == 0;
}

static char *delegated_group(const struct cgroup_tree *t, const char *parent)
{
    size_t len = strlen(parent);

    if (is_ours(t, ""))
        return str_dup("/");
    for (size_t i = 1; i <= len; i++) {
        AUTO_FREE char *group = str_fmt("%.*s", (int)i, parent);
        if ((parent[i] == '/' || i == len) && group && is_ours(t, group))
            return TAKE_PTR(group);
    }
    return NULL;
}

static int look(struct picture *p, const char *manager, struct err *e)
{
    int r = group_choose(manager, &p->driver, &p->why, e);

    if (r < 0)
        return r;
    p->own = own_group();
    p->parent = parent_group(p->driver, &p->no_parent);
    if (cgroup_tree_open(&p->tree, e) < 0) {
        err_clear(e);
        return 0;
    }
    p->delegated = delegated_group(&p->tree, p->parent ? p->parent : "");
    for (unsigned i = 0; p->parent && i < CGROUP_CONTROLLERS; i++)
        if (!cgroup_control_missing(&p->tree, p->parent, 1u << i))
            p->have |= 1u << i;
    return 0;
}

/* ---- docker's members ---- */

/* docker's words for what a host cannot do. */
static const struct {
    const char *key;
    const char *what;
    unsigned controller;
} limits[] = {
    { "MemoryLimit", "memory limit", CGROUP_MEMORY },
    { "SwapLimit", "swap limit", CGROUP_MEMORY },
    { "CpuCfsPeriod", "cpu cfs period", CGROUP_CPU },
    { "CpuCfsQuota", "cpu cfs quota", CGROUP_CPU },
    { "CPUShares", "cpu shares", CGROUP_CPU },
    { "CPUSet", "cpuset", CGROUP_CPUSET },
    { "PidsLimit", "pids limit", CGROUP_PIDS },
    { NULL, "io limit", CGROUP_IO },
};

/* A kernel without swap has no limits of it either. */
static bool can_limit(const struct picture *p, size_t row)
{
    return (p->have & limits[row].controller) &&
           (!limits[row].key || !STREQ(limits[row].key, "SwapLimit") ||
            access("/proc/swaps", F_OK) == 0);
}

static void add_dockers(struct json_out *o, const struct picture *p)
{
    json_out_member_str(o, "CgroupDriver", p->parent ? p->driver->name : "none");
    json_out_member_str(o, "CgroupVersion", p->tree.fd >= 0 ? "2" : "none");
    json_out_key(o, "CgroupControllers");
    json_out_array(o);
    for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
        if (p->have & 1u << i)
            json_out_str(o, cgroup_control_name(1u << i));
    json_out_array_end(o);
    for (size_t i = 0; i < ARRAY_LEN(limits); i++)
        if (limits[i].key)
            json_out_member_bool(o, limits[i].key, can_limit(p, i));
    json_out_key(o, "Warnings");
    json_out_array(o);
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        AUTO_FREE char *text = str_fmt("WARNING: No %s support", limits[i].what);
        if (!can_limit(p, i))
            json_out_str(o, text);
    }
    json_out_array_end(o);
}

/* ---- hako's own ---- */

static void add_controllers(struct json_out *o, const struct picture *p)
{
    json_out_key(o, "Controllers");
    json_out_array(o);
    for (unsigned i = 0; p->tree.fd >= 0 && i < CGROUP_CONTROLLERS; i++) {
        const char *parent = p->parent ? p->parent : "";
        AUTO_BUF struct buf reason = { 0 };
        AUTO_FREE char *place = NULL;
        enum cgroup_control_state state = cgroup_control_state(&p->tree, parent, 1u << i, &place);
        cgroup_control_reason(&p->tree, parent, 1u << i, &reason);
        json_out_object(o);
        json_out_member_str(o, "Name", cgroup_control_name(1u << i));
        json_out_member_str(o, "State", cgroup_control_word(state));
        json_out_member_str(o, "Place", place ? place : "");
        json_out_member_str(o, "Reason", reason.data ? reason.data + strlen("is ") : "");
        json_out_object_end(o);
    }
    json_out_array_end(o);
}

/* Of the manager that would make our groups: the system's, or a user's own. */
static void add_systemd(struct json_out *o)
{
    bool user = geteuid() != 0 || !proc_in_first_userns(),
         runs = access("/run/systemd/system", F_OK) == 0;
    AUTO_CGROUP_BUS struct cgroup_bus bus = { 0 };
    AUTO_FREE char *version = NULL;
    struct err why = ERR_INIT;

    if (runs && cgroup_bus_open(user, &bus, &why) >= 0)
        cgroup_bus_version(&bus, &version, &why);
    AUTO_FREE char *text = !runs ? str_dup("is not process 1")
                           : version
                               ? str_fmt("%s, %s bus answers", version, user ? "the user's" : "its")
                               : str_fmt("is process 1, but: %s", why.msg);
    json_out_key(o, "Systemd");
    json_out_object(o);
    json_out_member_bool(o, "Running", runs);
    json_out_member_str(o, "Version", version ? version : "");
    json_out_member_bool(o, "Bus", version != NULL);
    json_out_member_str(o, "Text", text);
    json_out_object_end(o);
}

static void add_own(struct json_out *o, const struct picture *p)
{
    const char *none = p->no_parent.msg[0] ? p->no_parent.msg : "no group of their own";

    json_out_key(o, "Cgroup");
    json_out_object(o);
    json_out_member_str(o, "Why", p->why);
    json_out_member_str(o, "Mode", p->tree.fd >= 0 ? cgroup_tree_mode(&p->tree) : "none");
    json_out_member_str(o, "Mount", p->tree.unseen ? "nowhere" : p->tree.path ? p->tree.path : "");
    json_out_member_str(o, "Own", p->own ? p->own : "no group of cgroup v2");
    json_out_member_str(o, "Parent", !p->parent ? none : *p->parent ? p->parent : "/");
    json_out_member_str(o, "Delegated", p->delegated ? p->delegated : "nothing is delegated");
    add_controllers(o, p);
    add_systemd(o);
    json_out_object_end(o);
}

int info_cgroup(struct json_out *o, const char *manager, struct err *e)
{
    CLEANUP(picture) struct picture p = { .tree = CGROUP_TREE_INIT, .no_parent = ERR_INIT };
    int r = look(&p, manager, e);

    if (r < 0)
        return r;
    add_dockers(o, &p);
    add_own(o, &p);
    return 0;
}
