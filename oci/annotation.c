/* SPDX-License-Identifier: MIT */
/* The annotations of a config that change what the runtime does. */
#include "oci/annotation.h"

#include <stddef.h>

const char *const annotation_names[] = {
    ANNOTATION_HOOKS_STDERR,
    ANNOTATION_HOOKS_STDOUT,
    ANNOTATION_KEEP_GROUPS,
    ANNOTATION_MOUNT_CONTEXT,
    ANNOTATION_PIDFD_RECEIVER,
    ANNOTATION_SECCOMP_BPF,
    ANNOTATION_SECCOMP_RECEIVER,
    ANNOTATION_SECCOMP_STRICT,
    ANNOTATION_SUBGROUP,
    ANNOTATION_UNIT_PROPERTY,
    NULL,
};
