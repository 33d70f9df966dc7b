/* SPDX-License-Identifier: MIT */
/* Docker's defaults as data: mounts, masked and read-only paths, namespaces, a whole config. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <sys/types.h>

/* NULL-terminated lists of paths. */
extern const char *const defaults_masked_paths[];
extern const char *const defaults_readonly_paths[];

/* A mount; options are separated by commas as in fstab. Tables end with an empty row. */
struct defaults_mount {
    const char *destination;
    const char *type;
    const char *source;
    const char *options;
};
/* /proc /dev /dev/pts /sys /sys/fs/cgroup /dev/mqueue /dev/shm, in mounting order, with docker's
 * options; /dev/shm has size=65536k. */
extern const struct defaults_mount defaults_mounts[];

/* Every namespace that docker makes by default, ended by CONFIG_NS_UNSET; neither user nor time. */
extern const enum config_ns defaults_namespaces[];

/* Docker's default device rules for the cgroup: {allow, type, major, minor, access}. -1: all. */
struct defaults_device_rule {
    bool allow;
    const char *type;
    int64_t major;
    int64_t minor;
    const char *access;
};
extern const struct defaults_device_rule defaults_device_rules[];
extern const size_t defaults_n_device_rules;

/* Appends a mount or namespace to the config. Only memory can run out: -ERR_NOMEM. */
int defaults_add_mount(struct config *c, const struct defaults_mount *m, struct err *e);
int defaults_add_namespace(struct config *c, enum config_ns type, const char *path, struct err *e);

/* Appends the rules that allow the default devices, if the config has device rules at all: engines
 * forbid everything and count on the runtime for terminals and /dev/null (as with runc). */
int defaults_allow_devices(struct config *c, struct err *e);

/* Fills an empty config with everything above: mounts, paths, namespaces, device rules, root
 * "rootfs", cwd "/", PATH and TERM, docker's capabilities, args { "sh" }. What `hako-oci spec`
 * prints and the engine starts from. */
int defaults_config(struct config *ret, struct err *e);

/* Makes that config one for a user without any right (runc's `spec --rootless`): a user namespace
 * in which root is uid and gid, the host's network and /sys, no resources. */
int defaults_rootless(struct config *c, uid_t uid, gid_t gid, struct err *e);
