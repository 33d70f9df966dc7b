/* SPDX-License-Identifier: MIT */
/* User namespaces: the maps of ids, and becoming root inside. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <sys/types.h>

/* By the parent: writes uid_map and gid_map of a process that is in a new user namespace. An
 * unprivileged parent gives up setgroups(2) first (user_namespaces(7)). */
int idmap_write(const struct config *c, pid_t pid, struct err *e);

/* By the child: uid and gid 0 of the namespace, without supplementary groups. */
int idmap_become_root(struct err *e);
