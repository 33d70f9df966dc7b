/* SPDX-License-Identifier: MIT */
/* Cross-field rules of config.json's linux section. */
#include "base/str.h"
#include "oci/valid_rule.h"

#include <net/if.h>

/* True when the container gets, or joins, a namespace other than the runtime's. */
static bool has_ns(const struct config *c, enum config_ns type)
{
    return config_namespace(c, type) != NULL;
}

static bool new_ns(const struct config *c, enum config_ns type)
{
    const struct config_namespace *ns = config_namespace(c, type);

    return ns && str_empty(ns->path);
}

/* ---- namespaces and mappings ---- */

static bool twin_namespaces(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 1; i < c->lnx.n_namespaces; i++) {
        ret->index = i;
        if (config_namespace(c, c->lnx.namespaces[i].type) != &c->lnx.namespaces[i])
            return true;
    }
    return false;
}

static bool relative_namespace(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; i < c->lnx.n_namespaces; i++) {
        const char *path = c->lnx.namespaces[i].path;

        ret->index = i;
        if (!str_empty(path) && path[0] != '/')
            return true;
    }
    return false;
}

static bool uid_map_alone(const struct config *c, struct valid_found *ret)
{
    return c->lnx.n_uid_mappings > 0 && !has_ns(c, CONFIG_NS_USER);
}

static bool gid_map_alone(const struct config *c, struct valid_found *ret)
{
    return c->lnx.n_gid_mappings > 0 && !has_ns(c, CONFIG_NS_USER);
}

static bool no_uid_map(const struct config *c, struct valid_found *ret)
{
    return new_ns(c, CONFIG_NS_USER) && c->lnx.n_uid_mappings == 0;
}

static bool no_gid_map(const struct config *c, struct valid_found *ret)
{
    return new_ns(c, CONFIG_NS_USER) && c->lnx.n_gid_mappings == 0;
}

static bool empty_mapping(const struct config_id_mapping *m, size_t n, struct valid_found *ret)
{
    for (size_t i = 0; i < n; i++) {
        ret->index = i;
        if (m[i].size == 0)
            return true;
    }
    return false;
}

static bool empty_uid_map(const struct config *c, struct valid_found *ret)
{
    return empty_mapping(c->lnx.uid_mappings, c->lnx.n_uid_mappings, ret);
}

static bool empty_gid_map(const struct config *c, struct valid_found *ret)
{
    return empty_mapping(c->lnx.gid_mappings, c->lnx.n_gid_mappings, ret);
}

static bool ranges_meet(uint32_t a, uint32_t n_a, uint32_t b, uint32_t n_b)
{
    return a < (uint64_t)b + n_b && b < (uint64_t)a + n_a;
}

static bool overlap(const struct config_id_mapping *m, size_t n, struct valid_found *ret)
{
    for (size_t i = 1; i < n; i++) {
        ret->index = i;
        for (size_t k = 0; k < i; k++)
            if (ranges_meet(m[i].container_id, m[i].size, m[k].container_id, m[k].size) ||
                ranges_meet(m[i].host_id, m[i].size, m[k].host_id, m[k].size))
                return true;
    }
    return false;
}

static bool uid_overlap(const struct config *c, struct valid_found *ret)
{
    return overlap(c->lnx.uid_mappings, c->lnx.n_uid_mappings, ret);
}

static bool gid_overlap(const struct config *c, struct valid_found *ret)
{
    return overlap(c->lnx.gid_mappings, c->lnx.n_gid_mappings, ret);
}

static bool mapped(const struct config_id_mapping *m, size_t n, uint32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (id >= m[i].container_id && id - m[i].container_id < m[i].size)
            return true;
    }
    return false;
}

static bool uid_unmapped(const struct config *c, struct valid_found *ret)
{
    return c->process && new_ns(c, CONFIG_NS_USER) &&
           !mapped(c->lnx.uid_mappings, c->lnx.n_uid_mappings, c->process->user.uid);
}

static bool gid_unmapped(const struct config *c, struct valid_found *ret)
{
    return c->process && new_ns(c, CONFIG_NS_USER) &&
           !mapped(c->lnx.gid_mappings, c->lnx.n_gid_mappings, c->process->user.gid);
}

static bool offsets_alone(const struct config *c, struct valid_found *ret)
{
    const struct config_time_offsets *t = c->lnx.time_offsets;

    return t && (t->monotonic || t->boottime) && !new_ns(c, CONFIG_NS_TIME);
}

static bool hostname_alone(const struct config *c, struct valid_found *ret)
{
    return !str_empty(c->hostname) && !has_ns(c, CONFIG_NS_UTS);
}

static bool domainname_alone(const struct config *c, struct valid_found *ret)
{
    return !str_empty(c->domainname) && !has_ns(c, CONFIG_NS_UTS);
}

/* ---- paths and devices ---- */

static bool relative_path(char *const *v, struct valid_found *ret)
{
    strv_foreach (it, v) {
        ret->index = (size_t)(it - v);
        if ((*it)[0] != '/')
            return true;
    }
    return false;
}

static bool relative_masked(const struct config *c, struct valid_found *ret)
{
    return relative_path(c->lnx.masked_paths, ret);
}

static bool relative_readonly(const struct config *c, struct valid_found *ret)
{
    return relative_path(c->lnx.readonly_paths, ret);
}

static bool masked_alone(const struct config *c, struct valid_found *ret)
{
    return c->lnx.masked_paths && c->lnx.masked_paths[0] && !has_ns(c, CONFIG_NS_MOUNT);
}

static bool readonly_alone(const struct config *c, struct valid_found *ret)
{
    return c->lnx.readonly_paths && c->lnx.readonly_paths[0] && !has_ns(c, CONFIG_NS_MOUNT);
}

static bool bad_device(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; i < c->lnx.n_devices; i++) {
        const struct config_device *d = &c->lnx.devices[i];

        ret->index = i;
        if (d->type[0] != 'p' && (d->major < 0 || d->minor < 0))
            return true;
    }
    return false;
}

static bool net_devices_alone(const struct config *c, struct valid_found *ret)
{
    return c->lnx.n_net_devices > 0 && !has_ns(c, CONFIG_NS_NETWORK);
}

/* dev_valid_name() in the kernel's net/core/dev.c; one "%d" is a number that the kernel picks. */
static bool bad_ifname(const char *name)
{
    const char *percent = strchr(name, '%');

    return !name[0] || strlen(name) >= IFNAMSIZ || STREQ(name, ".") || STREQ(name, "..") ||
           name[strcspn(name, "/: \t\n\v\f\r")] ||
           (percent && (percent[1] != 'd' || strchr(percent + 1, '%')));
}

static bool bad_net_device(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; i < c->lnx.n_net_devices; i++) {
        const struct config_net_device *d = &c->lnx.net_devices[i];

        ret->key = d->host_name;
        if (bad_ifname(d->host_name) || strchr(d->host_name, '%') ||
            (!str_empty(d->name) && bad_ifname(d->name)))
            return true;
    }
    return false;
}

/* Names inside; numbers that the runtime picks cannot meet. */
static bool twin_net_devices(const struct config *c, struct valid_found *ret)
{
    const struct config_net_device *v = c->lnx.net_devices;

    for (size_t i = 1; i < c->lnx.n_net_devices; i++) {
        const char *name = str_empty(v[i].name) ? v[i].host_name : v[i].name;
        ret->key = v[i].host_name;
        for (size_t k = 0; k < i && !strchr(name, '%'); k++)
            if (STREQ(name, str_empty(v[k].name) ? v[k].host_name : v[k].name))
                return true;
    }
    return false;
}

/* ---- resources and the rest ---- */

static bool swap_below_memory(const struct config *c, struct valid_found *ret)
{
    const struct config_memory *m = c->lnx.resources ? c->lnx.resources->memory : NULL;

    return m && m->limit.set && m->swap.set && m->swap.val > 0 && m->limit.val > m->swap.val;
}

static bool swap_alone(const struct config *c, struct valid_found *ret)
{
    const struct config_memory *m = c->lnx.resources ? c->lnx.resources->memory : NULL;

    return m && m->swap.set && m->swap.val > 0 && (!m->limit.set || m->limit.val <= 0);
}

static bool bad_unified(const struct config *c, struct valid_found *ret)
{
    if (!c->lnx.resources)
        return false;
    json_map_foreach(it, &c->lnx.resources->unified)
    {
        ret->key = it->key;
        if (strchr(it->key, '/') || it->key[0] == '.')
            return true;
    }
    return false;
}

static bool bad_clos(const struct config *c, struct valid_found *ret)
{
    const char *id = c->lnx.intel_rdt ? c->lnx.intel_rdt->clos_id : NULL;

    /* "/" is the class that all processes are in at first. */
    return id && !STREQ(id, "/") && (strchr(id, '/') || STREQ(id, ".") || STREQ(id, ".."));
}

static bool needless_nodes(const struct config *c, struct valid_found *ret)
{
    const struct config_memory_policy *p = c->lnx.memory_policy;

    return p && (p->mode == CONFIG_MPOL_DEFAULT || p->mode == CONFIG_MPOL_LOCAL) &&
           !str_empty(p->nodes);
}

static bool missing_nodes(const struct config *c, struct valid_found *ret)
{
    const struct config_memory_policy *p = c->lnx.memory_policy;

    return p && p->mode != CONFIG_MPOL_DEFAULT && p->mode != CONFIG_MPOL_LOCAL &&
           p->mode != CONFIG_MPOL_PREFERRED && str_empty(p->nodes);
}

/* set_mempolicy(2), "EINVAL". */
static bool clashing_flags(const struct config *c, struct valid_found *ret)
{
    const struct config_memory_policy *p = c->lnx.memory_policy;
    const uint64_t both =
        UINT64_C(1) << CONFIG_MPOL_STATIC_NODES | UINT64_C(1) << CONFIG_MPOL_RELATIVE_NODES;

    return p && (p->flags.bits & both) == both;
}

static bool personality_flags(const struct config *c, struct valid_found *ret)
{
    return c->lnx.personality && c->lnx.personality->flags && c->lnx.personality->flags[0];
}

const struct valid_rule valid_linux_rules[] = {
    { "/linux/namespaces/#", twin_namespaces, "this type of namespace is listed twice", NULL },
    { "/linux/namespaces/#/path", relative_namespace, "expected an absolute path", NULL },
    { "/linux/uidMappings", uid_map_alone, "needs a user namespace", NULL },
    { "/linux/gidMappings", gid_map_alone, "needs a user namespace", NULL },
    { "/linux/uidMappings", no_uid_map, "a new user namespace needs mappings", NULL },
    { "/linux/gidMappings", no_gid_map, "a new user namespace needs mappings", NULL },
    { "/linux/uidMappings/#/size", empty_uid_map, "must not be 0", NULL },
    { "/linux/gidMappings/#/size", empty_gid_map, "must not be 0", NULL },
    { "/linux/uidMappings/#", uid_overlap, "overlaps another mapping", NULL },
    { "/linux/gidMappings/#", gid_overlap, "overlaps another mapping", NULL },
    { "/process/user/uid", uid_unmapped, "this user is not in /linux/uidMappings", NULL },
    { "/process/user/gid", gid_unmapped, "this group is not in /linux/gidMappings", NULL },
    { "/linux/timeOffsets", offsets_alone, "needs a new time namespace", NULL },
    { "/hostname", hostname_alone, "needs a uts namespace", NULL },
    { "/domainname", domainname_alone, "needs a uts namespace", NULL },
    { "/linux/maskedPaths/#", relative_masked, "expected an absolute path", NULL },
    { "/linux/readonlyPaths/#", relative_readonly, "expected an absolute path", NULL },
    { "/linux/maskedPaths", masked_alone, "needs a mount namespace", NULL },
    { "/linux/readonlyPaths", readonly_alone, "needs a mount namespace", NULL },
    { "/linux/devices/#", bad_device, "a device needs a major and a minor number", NULL },
    { "/linux/netDevices", net_devices_alone, "needs a network namespace", NULL },
    { "/linux/netDevices/*", bad_net_device, "not a name that an interface can have", NULL },
    { "/linux/netDevices/*", twin_net_devices, "another device has this name in the container",
      NULL },
    { "/linux/resources/memory/swap", swap_below_memory,
      "memory and swap together are less than memory alone",
      "swap counts memory too: give the sum of both" },
    { "/linux/resources/memory/swap", swap_alone, "a swap limit needs a memory limit", NULL },
    { "/linux/resources/unified/*", bad_unified, "expected the name of a file in the group", NULL },
    { "/linux/intelRdt/closID", bad_clos, "expected the name of a directory", NULL },
    { "/linux/memoryPolicy/nodes", needless_nodes, "this mode takes no nodes", NULL },
    { "/linux/memoryPolicy/nodes", missing_nodes, "this mode needs nodes", NULL },
    { "/linux/memoryPolicy/flags", clashing_flags,
      "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other", NULL },
    { "/linux/personality/flags", personality_flags, "the spec defines no flags yet", NULL },
    { 0 },
};
