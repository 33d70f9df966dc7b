/* SPDX-License-Identifier: MIT */
/* Which sysctls a container may have of its own. */
#include "base/mem.h"
#include "oci/valid_rule.h"

#include <string.h>

/* Both separators are in use: net.ipv4.ip_forward, net/ipv4/ip_forward. */
static bool sysctl_is(const char *name, const char *pattern)
{
    size_t len = strlen(pattern);
    size_t i = 0;

    while (i < len && (name[i] == pattern[i] || (name[i] == '/' && pattern[i] == '.')))
        i++;
    return i == len && (name[i] == '\0' || pattern[len - 1] == '.');
}

/* The namespace that a sysctl belongs to; CONFIG_NS_UNSET: the whole machine's (runc's list). */
static enum config_ns namespace_of(const char *name)
{
    static const struct {
        const char *pattern; /* with a dot at its end: all that start so */
        enum config_ns ns;
    } known[] = {
        { "net.", CONFIG_NS_NETWORK },          { "fs.mqueue.", CONFIG_NS_IPC },
        { "kernel.msgmax", CONFIG_NS_IPC },     { "kernel.msgmnb", CONFIG_NS_IPC },
        { "kernel.msgmni", CONFIG_NS_IPC },     { "kernel.sem", CONFIG_NS_IPC },
        { "kernel.shmall", CONFIG_NS_IPC },     { "kernel.shmmax", CONFIG_NS_IPC },
        { "kernel.shmmni", CONFIG_NS_IPC },     { "kernel.shm_rmid_forced", CONFIG_NS_IPC },
        { "kernel.domainname", CONFIG_NS_UTS }, { "user.", CONFIG_NS_USER },
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (sysctl_is(name, known[i].pattern))
            return known[i].ns;
    }
    return CONFIG_NS_UNSET;
}

static bool sysctl_of_host(const struct config *c, struct valid_found *ret)
{
    static const char *const why[CONFIG_NS_MAX] = {
        [CONFIG_NS_UNSET] = "this sysctl is the whole machine's, not a container's",
        [CONFIG_NS_NETWORK] = "needs a network namespace",
        [CONFIG_NS_IPC] = "needs an ipc namespace",
        [CONFIG_NS_UTS] = "needs a uts namespace",
        [CONFIG_NS_USER] = "needs a user namespace",
    };

    json_map_foreach(it, &c->lnx.sysctl)
    {
        enum config_ns ns = namespace_of(it->key);

        if (sysctl_is(it->key, "kernel.hostname")) {
            ret->key = it->key;
            ret->why = "not allowed, as it conflicts with the field \"hostname\"";
            return true;
        }
        if (config_namespace(c, ns))
            continue;
        ret->key = it->key;
        ret->why = why[ns];
        return true;
    }
    return false;
}

static bool sysctl_leaves_proc_sys(const struct config *c, struct valid_found *ret)
{
    json_map_foreach(it, &c->lnx.sysctl)
    {
        ret->key = it->key;
        if (it->key[0] == '/' || strstr(it->key, "..") || strstr(it->key, "//"))
            return true;
    }
    return false;
}

const struct valid_rule valid_sysctl_rules[] = {
    { "/linux/sysctl/*", sysctl_leaves_proc_sys, "expected a name such as net.ipv4.ip_forward",
      NULL },
    { "/linux/sysctl/*", sysctl_of_host, "", NULL },
    { 0 },
};
