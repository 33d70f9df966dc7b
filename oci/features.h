/* SPDX-License-Identifier: MIT */
/* The runtime-spec's features document (features.md, features-linux.md). */
#pragma once

#include "base/json.h"

struct features_toggle {
    struct opt_bool enabled;
    struct json_map extra;
};

struct features_cgroup {
    struct opt_bool v1;
    struct opt_bool v2;
    struct opt_bool systemd;
    struct opt_bool systemd_user;
    struct opt_bool rdma;
    struct json_map extra;
};

struct features_seccomp {
    struct opt_bool enabled;
    char **actions;
    char **operators;
    char **archs;
    char **known_flags;
    char **supported_flags;
    struct json_map extra;
};

struct features_intel_rdt {
    struct opt_bool enabled;
    struct opt_bool schemata;
    struct opt_bool monitoring;
    struct json_map extra;
};

struct features_memory_policy {
    char **modes;
    char **flags;
    struct json_map extra;
};

struct features_mount_extensions {
    struct features_toggle idmap;
    struct json_map extra;
};

struct features_linux {
    char **namespaces;
    char **capabilities;
    struct features_cgroup cgroup;
    struct features_seccomp seccomp;
    struct features_toggle apparmor;
    struct features_toggle selinux;
    struct features_intel_rdt intel_rdt;
    struct features_memory_policy memory_policy;
    struct features_mount_extensions mount_extensions;
    struct features_toggle net_devices;
    struct json_map extra;
};

struct features {
    char *oci_version_min;
    char *oci_version_max;
    char **hooks;
    char **mount_options;
    struct json_map annotations;
    char **potentially_unsafe_config_annotations;
    struct features_linux lnx;
    struct json_map extra;
};
extern const struct json_table features_table;

void features_free(struct features *f);
DEFINE_CLEANUP(struct features, features, features_free(p))
