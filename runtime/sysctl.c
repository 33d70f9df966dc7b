/* SPDX-License-Identifier: MIT */
/* linux.sysctl, written through a procfs that nobody else can reach. */
#include "base/str.h"
#include "runtime/setup.h"

#include <stdio.h>
#include <string.h>

/* "net.ipv4.conf.eth0/1.rp_filter" as sysctl(8) reads it: the first separator tells which of "."
 * and "/" divides; the other one is part of a name. */
static int to_path(const char *key, char *path, size_t len)
{
    size_t first = strcspn(key, "./");
    bool dotted = key[first] == '.';

    if ((size_t)snprintf(path, len, "sys/%s", key) >= len)
        return -1;
    for (char *p = path + strlen("sys/"); dotted && *p; p++)
        *p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
    return 0;
}

int sysctl_write(struct setup *s, struct err *e)
{
    json_map_foreach(it, &s->config->lnx.sysctl)
    {
        char path[256];
        if (to_path(it->key, path, sizeof(path)) < 0)
            return err_set(e, ERR_INVALID, "/linux/sysctl/%s: too long a name", it->key);
        if (setup_proc_write(s, path, it->val, e) < 0)
            return err_wrap(e, "sysctl %s = \"%s\"", it->key, it->val);
    }
    return 0;
}
