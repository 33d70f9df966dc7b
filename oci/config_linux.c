/* SPDX-License-Identifier: MIT */
/* config.json's linux section, but for resources and seccomp. */
#include "oci/config.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

static const struct json_field namespace_fields[] = {
    JSON_ENUM(struct config_namespace, type, "type", config_ns_names, .flags = JSON_REQUIRED),
    JSON_STR(struct config_namespace, path, "path"),
};
static const struct json_table namespace_table =
    JSON_TABLE_EXTRA(struct config_namespace, namespace_fields, extra);

static const struct json_field time_offset_fields[] = {
    JSON_I64(struct config_time_offset, secs, "secs"),
    JSON_U32(struct config_time_offset, nanosecs, "nanosecs", .min = 0, .max = 999999999),
};
static const struct json_table time_offset_table =
    JSON_TABLE_EXTRA(struct config_time_offset, time_offset_fields, extra);

static const struct json_field time_offsets_fields[] = {
    JSON_PTR(struct config_time_offsets, monotonic, "monotonic", &time_offset_table),
    JSON_PTR(struct config_time_offsets, boottime, "boottime", &time_offset_table),
};
static const struct json_table time_offsets_table =
    JSON_TABLE_EXTRA(struct config_time_offsets, time_offsets_fields, extra);

static const char *check_device_type(const char *text)
{
    bool known = text[0] && !text[1] && str_has("cbup", text[0]);

    return known ? NULL : "expected a device type: c, b, u or p";
}

static const struct json_field device_fields[] = {
    JSON_STR(struct config_device, type, "type", .flags = JSON_REQUIRED,
             .check = check_device_type),
    JSON_STR(struct config_device, path, "path", .flags = JSON_REQUIRED,
             .check = json_check_abs_path),
    JSON_I64(struct config_device, major, "major", .flags = JSON_ALWAYS),
    JSON_I64(struct config_device, minor, "minor", .flags = JSON_ALWAYS),
    JSON_OPT_U32(struct config_device, file_mode, "fileMode"),
    JSON_OPT_U32(struct config_device, uid, "uid"),
    JSON_OPT_U32(struct config_device, gid, "gid"),
};
static const struct json_table device_table =
    JSON_TABLE_EXTRA(struct config_device, device_fields, extra);

static const struct json_field net_device_fields[] = {
    JSON_STR(struct config_net_device, name, "name"),
};
static const struct json_table net_device_table =
    JSON_TABLE_EXTRA(struct config_net_device, net_device_fields, extra);

static const char *check_mem_bw(const char *text)
{
    bool good = str_starts(text, "MB:") && !strchr(text, '\n');

    return good ? NULL : "expected one line that starts with MB:";
}

static const struct json_field intel_rdt_fields[] = {
    JSON_STR(struct config_intel_rdt, clos_id, "closID"),
    JSON_STRV(struct config_intel_rdt, schemata, "schemata"),
    JSON_STR(struct config_intel_rdt, l3_cache_schema, "l3CacheSchema"),
    JSON_STR(struct config_intel_rdt, mem_bw_schema, "memBwSchema", .check = check_mem_bw),
    JSON_OPT_BOOL(struct config_intel_rdt, enable_monitoring, "enableMonitoring"),
};
static const struct json_table intel_rdt_table =
    JSON_TABLE_EXTRA(struct config_intel_rdt, intel_rdt_fields, extra);

static const struct json_field memory_policy_fields[] = {
    JSON_ENUM(struct config_memory_policy, mode, "mode", config_mpol_names, .flags = JSON_REQUIRED),
    JSON_STR(struct config_memory_policy, nodes, "nodes"),
    JSON_SET(struct config_memory_policy, flags, "flags", config_mpol_flag_names),
};
static const struct json_table memory_policy_table =
    JSON_TABLE_EXTRA(struct config_memory_policy, memory_policy_fields, extra);

static const struct json_field personality_fields[] = {
    JSON_ENUM(struct config_personality, domain, "domain", config_persona_names,
              .flags = JSON_REQUIRED),
    JSON_STRV(struct config_personality, flags, "flags"),
};
static const struct json_table personality_table =
    JSON_TABLE_EXTRA(struct config_personality, personality_fields, extra);

/* The schema has the plain four; runc and crun also take the recursive ones, and "". */
static const char *check_propagation(const char *text)
{
    static const char *const known[] = { "",        "private",    "shared",
                                         "slave",   "unbindable", "rprivate",
                                         "rshared", "rslave",     "runbindable" };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (STREQ(known[i], text))
            return NULL;
    }
    return "expected private, shared, slave or unbindable (or one of them with an r before it)";
}

static const struct json_field linux_fields[] = {
    JSON_ARRAY(struct config_linux, namespaces, n_namespaces, "namespaces", &namespace_table),
    JSON_ARRAY(struct config_linux, uid_mappings, n_uid_mappings, "uidMappings",
               &config_id_mapping_table),
    JSON_ARRAY(struct config_linux, gid_mappings, n_gid_mappings, "gidMappings",
               &config_id_mapping_table),
    JSON_PTR(struct config_linux, time_offsets, "timeOffsets", &time_offsets_table),
    JSON_ARRAY(struct config_linux, devices, n_devices, "devices", &device_table),
    JSON_MAP_OBJ(struct config_linux, net_devices, n_net_devices, "netDevices", &net_device_table,
                 host_name),
    JSON_STR(struct config_linux, cgroups_path, "cgroupsPath"),
    JSON_PTR(struct config_linux, resources, "resources", &config_resources_table),
    JSON_PTR(struct config_linux, intel_rdt, "intelRdt", &intel_rdt_table),
    JSON_PTR(struct config_linux, memory_policy, "memoryPolicy", &memory_policy_table),
    JSON_MAP(struct config_linux, sysctl, "sysctl", .check = json_check_not_empty),
    JSON_PTR(struct config_linux, seccomp, "seccomp", &config_seccomp_table),
    JSON_STR(struct config_linux, rootfs_propagation, "rootfsPropagation",
             .check = check_propagation),
    JSON_STRV(struct config_linux, masked_paths, "maskedPaths"),
    JSON_STRV(struct config_linux, readonly_paths, "readonlyPaths"),
    JSON_STR(struct config_linux, mount_label, "mountLabel"),
    JSON_PTR(struct config_linux, personality, "personality", &personality_table),
};
const struct json_table config_linux_table =
    JSON_TABLE_EXTRA(struct config_linux, linux_fields, extra);
