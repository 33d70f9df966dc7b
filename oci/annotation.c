/* SPDX-License-Identifier: MIT */
/* The annotations of a config that change what the runtime does. */
#include "oci/annotation.h"

#include <stddef.h>

const struct annotation annotation_table[] = {
    { ANNOTATION_UNIT_PROPERTY, NULL },
    { ANNOTATION_DELEGATE, NULL },
    { ANNOTATION_HANDLER, "hako-oci runs programs itself and has no handlers" },
    { ANNOTATION_HOOKS_STDERR, NULL },
    { ANNOTATION_HOOKS_STDOUT, NULL },
    { ANNOTATION_KEEP_GROUPS, NULL },
    { ANNOTATION_MOUNT_CONTEXT, NULL },
    { ANNOTATION_PIDFD_RECEIVER, NULL },
    { ANNOTATION_PLUGINS, "hako-oci loads no plugins: name a receiver" },
    { ANNOTATION_SECCOMP_RECEIVER, NULL },
    { ANNOTATION_SECCOMP_BPF, NULL },
    { ANNOTATION_SECCOMP_STRICT, NULL },
    { ANNOTATION_SUBGROUP, NULL },
    { 0 },
};
