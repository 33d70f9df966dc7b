/* SPDX-License-Identifier: MIT */
/* linux.mountLabel: the SELinux context of what is mounted. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <stdbool.h>

/* A label on a host without SELinux is an error, and so is an unknown kind of context. */
int mount_label_check(const struct config *c, struct err *e);

/* Adds "context=LABEL" to the options of a new file system of that type, if it takes one; the
 * annotation run.oci.mount_context_type may name fscontext, defcontext or rootcontext instead. */
int mount_label_add(const struct config *c, const char *type, char ***data, struct err *e);

/* Types that take no option, but a label on their root. */
bool mount_label_is_xattr(const struct config *c, const char *type);
int mount_label_set(const struct config *c, int fd, struct err *e);
