/* SPDX-License-Identifier: MIT */
/* The runtime-spec's features document. */
#include "oci/features.h"

static const struct json_field toggle_fields[] = {
    JSON_OPT_BOOL(struct features_toggle, enabled, "enabled"),
};
static const struct json_table toggle_table =
    JSON_TABLE_EXTRA(struct features_toggle, toggle_fields, extra);

static const struct json_field cgroup_fields[] = {
    JSON_OPT_BOOL(struct features_cgroup, v1, "v1"),
    JSON_OPT_BOOL(struct features_cgroup, v2, "v2"),
    JSON_OPT_BOOL(struct features_cgroup, systemd, "systemd"),
    JSON_OPT_BOOL(struct features_cgroup, systemd_user, "systemdUser"),
    JSON_OPT_BOOL(struct features_cgroup, rdma, "rdma"),
};
static const struct json_table cgroup_table =
    JSON_TABLE_EXTRA(struct features_cgroup, cgroup_fields, extra);

static const struct json_field seccomp_fields[] = {
    JSON_OPT_BOOL(struct features_seccomp, enabled, "enabled"),
    JSON_STRV(struct features_seccomp, actions, "actions"),
    JSON_STRV(struct features_seccomp, operators, "operators"),
    JSON_STRV(struct features_seccomp, archs, "archs"),
    JSON_STRV(struct features_seccomp, known_flags, "knownFlags"),
    JSON_STRV(struct features_seccomp, supported_flags, "supportedFlags"),
};
static const struct json_table seccomp_table =
    JSON_TABLE_EXTRA(struct features_seccomp, seccomp_fields, extra);

static const struct json_field intel_rdt_fields[] = {
    JSON_OPT_BOOL(struct features_intel_rdt, enabled, "enabled"),
    JSON_OPT_BOOL(struct features_intel_rdt, schemata, "schemata"),
    JSON_OPT_BOOL(struct features_intel_rdt, monitoring, "monitoring"),
};
static const struct json_table intel_rdt_table =
    JSON_TABLE_EXTRA(struct features_intel_rdt, intel_rdt_fields, extra);

static const struct json_field memory_policy_fields[] = {
    JSON_STRV(struct features_memory_policy, modes, "modes"),
    JSON_STRV(struct features_memory_policy, flags, "flags"),
};
static const struct json_table memory_policy_table =
    JSON_TABLE_EXTRA(struct features_memory_policy, memory_policy_fields, extra);

static const struct json_field mount_extensions_fields[] = {
    JSON_OBJ(struct features_mount_extensions, idmap, "idmap", &toggle_table),
};
static const struct json_table mount_extensions_table =
    JSON_TABLE_EXTRA(struct features_mount_extensions, mount_extensions_fields, extra);

static const struct json_field linux_fields[] = {
    JSON_STRV(struct features_linux, namespaces, "namespaces"),
    JSON_STRV(struct features_linux, capabilities, "capabilities"),
    JSON_OBJ(struct features_linux, cgroup, "cgroup", &cgroup_table),
    JSON_OBJ(struct features_linux, seccomp, "seccomp", &seccomp_table),
    JSON_OBJ(struct features_linux, apparmor, "apparmor", &toggle_table),
    JSON_OBJ(struct features_linux, selinux, "selinux", &toggle_table),
    JSON_OBJ(struct features_linux, intel_rdt, "intelRdt", &intel_rdt_table),
    JSON_OBJ(struct features_linux, memory_policy, "memoryPolicy", &memory_policy_table),
    JSON_OBJ(struct features_linux, mount_extensions, "mountExtensions", &mount_extensions_table),
    JSON_OBJ(struct features_linux, net_devices, "netDevices", &toggle_table),
};
static const struct json_table linux_table =
    JSON_TABLE_EXTRA(struct features_linux, linux_fields, extra);

static const struct json_field features_fields[] = {
    JSON_STR(struct features, oci_version_min, "ociVersionMin", .flags = JSON_REQUIRED),
    JSON_STR(struct features, oci_version_max, "ociVersionMax", .flags = JSON_REQUIRED),
    JSON_STRV(struct features, hooks, "hooks"),
    JSON_STRV(struct features, mount_options, "mountOptions"),
    JSON_OBJ(struct features, lnx, "linux", &linux_table),
    JSON_MAP(struct features, annotations, "annotations"),
    JSON_STRV(struct features, potentially_unsafe_config_annotations,
              "potentiallyUnsafeConfigAnnotations"),
};
const struct json_table features_table = JSON_TABLE_EXTRA(struct features, features_fields, extra);

void features_free(struct features *f)
{
    json_free(&features_table, f);
}
