/* SPDX-License-Identifier: MIT */
/* User namespaces: the maps of ids, and becoming root inside. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* True for who is not root, or root of a user namespace only. */
bool idmap_is_rootless(void);

struct idmap_lists {
    const char *at; /* JSON pointer to what they belong to */
    const struct config_id_mapping *uids;
    size_t n_uids;
    const struct config_id_mapping *gids;
    size_t n_gids;
};

/* By the parent: writes uid_map and gid_map of a process that is in a new user namespace. An
 * unprivileged parent maps its own ids itself, and gives up setgroups(2) for that
 * (user_namespaces(7)); anything else it has done by newuidmap(1) and newgidmap(1). The process
 * must be dumpable then: its /proc files have to be its user's. */
int idmap_write(const struct config *c, pid_t pid, struct err *e);
int idmap_write_lists(const struct idmap_lists *l, pid_t pid, struct err *e);

/* By the child: uid and gid 0 of the namespace, or those of `user` where it maps no 0; without
 * supplementary groups. */
int idmap_become_root(const struct config_user *user, struct err *e);

/* The host's id for a user of the container's: the same without a user namespace; false where it
 * has none, or where it cannot be told (a namespace that is joined, without mappings). */
bool idmap_host_uid(const struct config *c, uint32_t user, uint32_t *ret);

/* By the parent, which alone may: pipes and sockets that will be the stdio of the container's
 * `user` become that user's, so that it can open /dev/stdout again. Files and terminals stay whose
 * they are. */
void idmap_give_stdio(const struct config *c, uint32_t user, const int stdio[3]);
