/* SPDX-License-Identifier: MIT */
/* Trees that the parent opens for its child: with ids mapped, or where the child may not go. */
#pragma once

#include "base/err.h"
#include "oci/config.h"
#include "runtime/mount_option.h"

#include <stdbool.h>

struct launch_proc;

/* True when the mount's ids are to be mapped: by an option, or by mappings of its own. */
bool mount_is_idmapped(const struct config_mount *m, const struct mount_options *o);

/* A source as the runtime sees it: relative ones are the bundle's. The caller's; NULL: no memory.
 */
char *mount_source_path(const char *bundle, const char *source);

/* By the parent: answers SYNC_TREE with the tree of config.mounts[index], or of the rootfs (-1), as
 * a detached mount. Nothing that is mounted in it reaches the host unless the root is shared. */
int mount_idmap_hand_over(const struct launch_proc *p, int index, struct err *e);

/* crun's "uids=0-1-10#10-11-10;gids=@0-100-10": on disk, in the host (with '@': in the container),
 * how many. Caller frees the lists. */
struct mount_idmap {
    struct config_id_mapping *uids, *gids;
    size_t n_uids, n_gids;
};
int mount_idmap_parse(const char *text, const struct config *c, struct mount_idmap *ret,
                      struct err *e);
void mount_idmap_free(struct mount_idmap *m);
DEFINE_CLEANUP(struct mount_idmap, mount_idmap, mount_idmap_free(p))
