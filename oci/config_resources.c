/* SPDX-License-Identifier: MIT */
/* config.json's linux.resources: what a control group limits. */
#include "oci/config_resources.h"

#include <string.h>

static const char *check_access(const char *text)
{
    return text[strspn(text, "rwm")] ? "expected device access: any of r, w, m" : NULL;
}

static const struct json_field device_rule_fields[] = {
    JSON_BOOL(struct config_device_rule, allow, "allow", .flags = JSON_REQUIRED),
    JSON_STR(struct config_device_rule, type, "type"),
    JSON_OPT_I64(struct config_device_rule, major, "major"),
    JSON_OPT_I64(struct config_device_rule, minor, "minor"),
    JSON_STR(struct config_device_rule, access, "access", .check = check_access),
};
static const struct json_table device_rule_table =
    JSON_TABLE_EXTRA(struct config_device_rule, device_rule_fields, extra);

static const struct json_field memory_fields[] = {
    JSON_OPT_I64(struct config_memory, limit, "limit"),
    JSON_OPT_I64(struct config_memory, reservation, "reservation"),
    JSON_OPT_I64(struct config_memory, swap, "swap"),
    JSON_OPT_I64(struct config_memory, kernel, "kernel"),
    JSON_OPT_I64(struct config_memory, kernel_tcp, "kernelTCP"),
    JSON_OPT_U64(struct config_memory, swappiness, "swappiness"),
    JSON_OPT_BOOL(struct config_memory, disable_oom_killer, "disableOOMKiller"),
    JSON_OPT_BOOL(struct config_memory, use_hierarchy, "useHierarchy"),
    JSON_OPT_BOOL(struct config_memory, check_before_update, "checkBeforeUpdate"),
};
static const struct json_table memory_table =
    JSON_TABLE_EXTRA(struct config_memory, memory_fields, extra);

static const struct json_field cpu_fields[] = {
    JSON_OPT_U64(struct config_cpu, shares, "shares"),
    JSON_OPT_I64(struct config_cpu, quota, "quota"),
    JSON_OPT_U64(struct config_cpu, burst, "burst"),
    JSON_OPT_U64(struct config_cpu, period, "period"),
    JSON_OPT_I64(struct config_cpu, realtime_runtime, "realtimeRuntime"),
    JSON_OPT_U64(struct config_cpu, realtime_period, "realtimePeriod"),
    JSON_STR(struct config_cpu, cpus, "cpus"),
    JSON_STR(struct config_cpu, mems, "mems"),
    JSON_OPT_I64(struct config_cpu, idle, "idle"),
};
static const struct json_table cpu_table = JSON_TABLE_EXTRA(struct config_cpu, cpu_fields, extra);

static const struct json_field pids_fields[] = {
    JSON_OPT_I64(struct config_pids, limit, "limit"),
};
static const struct json_table pids_table =
    JSON_TABLE_EXTRA(struct config_pids, pids_fields, extra);

static const struct json_field weight_device_fields[] = {
    JSON_I64(struct config_weight_device, major, "major", .flags = JSON_REQUIRED),
    JSON_I64(struct config_weight_device, minor, "minor", .flags = JSON_REQUIRED),
    JSON_OPT_U32(struct config_weight_device, weight, "weight", .max = UINT16_MAX),
    JSON_OPT_U32(struct config_weight_device, leaf_weight, "leafWeight", .max = UINT16_MAX),
};
static const struct json_table weight_device_table =
    JSON_TABLE_EXTRA(struct config_weight_device, weight_device_fields, extra);

static const struct json_field throttle_device_fields[] = {
    JSON_I64(struct config_throttle_device, major, "major", .flags = JSON_REQUIRED),
    JSON_I64(struct config_throttle_device, minor, "minor", .flags = JSON_REQUIRED),
    JSON_U64(struct config_throttle_device, rate, "rate", .flags = JSON_ALWAYS),
};
static const struct json_table throttle_device_table =
    JSON_TABLE_EXTRA(struct config_throttle_device, throttle_device_fields, extra);

#define THROTTLE(member, key)                                                                      \
    JSON_ARRAY(struct config_block_io, member.v, member.n, key, &throttle_device_table)
static const struct json_field block_io_fields[] = {
    JSON_OPT_U32(struct config_block_io, weight, "weight", .max = UINT16_MAX),
    JSON_OPT_U32(struct config_block_io, leaf_weight, "leafWeight", .max = UINT16_MAX),
    JSON_ARRAY(struct config_block_io, weight_device, n_weight_device, "weightDevice",
               &weight_device_table),
    THROTTLE(read_bps, "throttleReadBpsDevice"),
    THROTTLE(write_bps, "throttleWriteBpsDevice"),
    THROTTLE(read_iops, "throttleReadIOPSDevice"),
    THROTTLE(write_iops, "throttleWriteIOPSDevice"),
};
static const struct json_table block_io_table =
    JSON_TABLE_EXTRA(struct config_block_io, block_io_fields, extra);

/* "64KB", "2MB", "1GB": as hugetlb.<size>.max is named. */
static const char *check_page_size(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    bool good = digits > 0 && text[0] != '0' && strchr("KMG", text[digits]) && text[digits] &&
                strcmp(text + digits + 1, "B") == 0;

    return good ? NULL : "expected a page size such as 2MB (a number and KB, MB or GB)";
}

static const struct json_field hugepage_fields[] = {
    JSON_STR(struct config_hugepage, page_size, "pageSize", .flags = JSON_REQUIRED,
             .check = check_page_size),
    JSON_U64(struct config_hugepage, limit, "limit", .flags = JSON_REQUIRED),
};
static const struct json_table hugepage_table =
    JSON_TABLE_EXTRA(struct config_hugepage, hugepage_fields, extra);

static const struct json_field net_priority_fields[] = {
    JSON_STR(struct config_net_priority, name, "name", .flags = JSON_REQUIRED),
    JSON_U32(struct config_net_priority, priority, "priority", .flags = JSON_REQUIRED),
};
static const struct json_table net_priority_table =
    JSON_TABLE_EXTRA(struct config_net_priority, net_priority_fields, extra);

static const struct json_field net_class_fields[] = {
    JSON_OPT_U32(struct config_net_class, class_id, "classID"),
    JSON_ARRAY(struct config_net_class, priorities, n_priorities, "priorities",
               &net_priority_table),
};
static const struct json_table net_class_table =
    JSON_TABLE_EXTRA(struct config_net_class, net_class_fields, extra);

static const struct json_field rdma_fields[] = {
    JSON_OPT_U32(struct config_rdma, hca_handles, "hcaHandles"),
    JSON_OPT_U32(struct config_rdma, hca_objects, "hcaObjects"),
};
static const struct json_table rdma_table =
    JSON_TABLE_EXTRA(struct config_rdma, rdma_fields, extra);

static const struct json_field resources_fields[] = {
    JSON_ARRAY(struct config_resources, devices, n_devices, "devices", &device_rule_table),
    JSON_PTR(struct config_resources, memory, "memory", &memory_table),
    JSON_PTR(struct config_resources, cpu, "cpu", &cpu_table),
    JSON_PTR(struct config_resources, pids, "pids", &pids_table),
    JSON_PTR(struct config_resources, block_io, "blockIO", &block_io_table),
    JSON_ARRAY(struct config_resources, hugepages, n_hugepages, "hugepageLimits", &hugepage_table),
    JSON_PTR(struct config_resources, network, "network", &net_class_table),
    JSON_MAP_OBJ(struct config_resources, rdma, n_rdma, "rdma", &rdma_table, device),
    JSON_MAP(struct config_resources, unified, "unified", .check = json_check_not_empty),
};
const struct json_table config_resources_table =
    JSON_TABLE_EXTRA(struct config_resources, resources_fields, extra);
