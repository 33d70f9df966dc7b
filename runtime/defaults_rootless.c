/* SPDX-License-Identifier: MIT */
/* The default config as a user without any right can have it. */
#include "runtime/defaults.h"

#include "base/mem.h"
#include "base/str.h"

/* Empties a mount and closes the gap. */
static void drop_mount(struct config *c, size_t at)
{
    json_free(&config_mount_table, &c->mounts[at]);
    c->n_mounts--;
    memmove(&c->mounts[at], &c->mounts[at + 1], (c->n_mounts - at) * sizeof(*c->mounts));
}

static bool names_an_owner(const char *option)
{
    return str_starts(option, "uid=") || str_starts(option, "gid=");
}

/* Ids other than one's own do not exist inside. */
static void drop_owners(struct config_mount *m)
{
    char **to = m->options;

    strv_foreach (it, m->options) {
        if (names_an_owner(*it))
            free(*it);
        else
            *to++ = *it;
    }
    if (to)
        *to = NULL;
}

/* A sysfs belongs to the owner of the network namespace, which stays the host's: its own, bound,
 * with all that is mounted below it. */
static int bind_sys(struct config *c, struct err *e)
{
    static const struct defaults_mount sys = { "/sys", "none", "/sys",
                                               "rbind,nosuid,noexec,nodev,ro" };

    for (size_t i = 0; i < c->n_mounts;) {
        if (str_starts(c->mounts[i].destination, "/sys"))
            drop_mount(c, i);
        else
            drop_owners(&c->mounts[i++]);
    }
    return defaults_add_mount(c, &sys, e);
}

static void drop_namespace(struct config_linux *l, enum config_ns type)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->n_namespaces; i++) {
        if (l->namespaces[i].type != type)
            l->namespaces[kept++] = l->namespaces[i];
        else
            free(l->namespaces[i].path);
    }
    l->n_namespaces = kept;
}

static int map_one(struct config_id_mapping **v, size_t *n, uint32_t host_id, struct err *e)
{
    *v = calloc(1, sizeof(**v));
    if (!*v)
        return err_nomem(e);
    **v = (struct config_id_mapping){ .host_id = host_id, .size = 1 };
    *n = 1;
    return 0;
}

int defaults_rootless(struct config *c, uid_t uid, gid_t gid, struct err *e)
{
    struct config_linux *l = &c->lnx;
    int r = bind_sys(c, e);

    drop_namespace(l, CONFIG_NS_NETWORK);
    if (r >= 0)
        r = defaults_add_namespace(c, CONFIG_NS_USER, NULL, e);
    if (r >= 0)
        r = map_one(&l->uid_mappings, &l->n_uid_mappings, uid, e);
    if (r >= 0)
        r = map_one(&l->gid_mappings, &l->n_gid_mappings, gid, e);
    if (l->resources) {
        json_free(&config_resources_table, l->resources);
        free(TAKE_PTR(l->resources));
    }
    return r;
}
