/* SPDX-License-Identifier: MIT */
/* -u: names and numbers looked up in the container's own /etc/passwd and /etc/group. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "oci/config.h"

#include <stddef.h>
#include <stdint.h>

struct user {
    uint32_t uid;
    uint32_t gid;
    uint32_t *groups; /* supplementary, malloc'd */
    size_t n_groups;
    char *home; /* "/" when the file does not say */
};

/*
 * `text`: "", NAME, UID, NAME:GROUP, UID:GID and mixtures (docker run --user). `root` is the
 * container's rootfs. `more` (strv or NULL): --group-add, names or numbers. Supplementary groups
 * come from /etc/group unless a group was given. ERR_INVALID "unable to find user NAME: no
 * matching entries in passwd file" as docker says it.
 */
int user_lookup(int root, const char *text, char *const *more, struct user *ret, struct err *e);
/* Makes the process run as that user: ids, groups, and HOME unless the environment has one. Takes
 * the groups out of `u`. */
int user_apply(struct user *u, struct config_process *proc, struct err *e);
void user_free(struct user *u);
DEFINE_CLEANUP(struct user, user, user_free(p))
