/* SPDX-License-Identifier: MIT */
/* config.json's linux.resources (config-linux.md, "Control groups"); a part of oci/config.h. */
#pragma once

#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_device_rule {
    bool allow;
    char *type;           /* "a", "c", "b"; NULL: "a" */
    struct opt_i64 major; /* not set or -1: all */
    struct opt_i64 minor;
    char *access; /* of "rwm"; NULL: all */
    struct json_map extra;
};

struct config_memory { /* bytes; -1: unlimited */
    struct opt_i64 limit;
    struct opt_i64 reservation;
    struct opt_i64 swap; /* memory + swap, as v1 counted */
    struct opt_i64 kernel;
    struct opt_i64 kernel_tcp;
    struct opt_u64 swappiness;
    struct opt_bool disable_oom_killer;
    struct opt_bool use_hierarchy;
    struct opt_bool check_before_update;
    struct json_map extra;
};

struct config_cpu { /* times in µs */
    struct opt_u64 shares;
    struct opt_i64 quota;
    struct opt_u64 burst;
    struct opt_u64 period;
    struct opt_i64 realtime_runtime;
    struct opt_u64 realtime_period;
    char *cpus;
    char *mems;
    struct opt_i64 idle;
    struct json_map extra;
};

struct config_pids {
    struct opt_i64 limit; /* 0 or -1: unlimited */
    struct json_map extra;
};

struct config_weight_device {
    int64_t major;
    int64_t minor;
    struct opt_u32 weight;
    struct opt_u32 leaf_weight;
    struct json_map extra;
};

struct config_throttle_device {
    int64_t major;
    int64_t minor;
    uint64_t rate; /* bytes or operations a second */
    struct json_map extra;
};

struct config_throttle_list {
    struct config_throttle_device *v;
    size_t n;
};

struct config_block_io {
    struct opt_u32 weight;
    struct opt_u32 leaf_weight;
    struct config_weight_device *weight_device;
    size_t n_weight_device;
    struct config_throttle_list read_bps;
    struct config_throttle_list write_bps;
    struct config_throttle_list read_iops;
    struct config_throttle_list write_iops;
    struct json_map extra;
};

struct config_hugepage {
    char *page_size; /* "2MB" */
    uint64_t limit;
    struct json_map extra;
};

struct config_net_priority {
    char *name;
    uint32_t priority;
    struct json_map extra;
};

struct config_net_class {
    struct opt_u32 class_id;
    struct config_net_priority *priorities;
    size_t n_priorities;
    struct json_map extra;
};

struct config_rdma {
    char *device; /* the key */
    struct opt_u32 hca_handles;
    struct opt_u32 hca_objects;
    struct json_map extra;
};

struct config_resources {
    struct config_device_rule *devices;
    size_t n_devices;
    struct config_memory *memory;
    struct config_cpu *cpu;
    struct config_pids *pids;
    struct config_block_io *block_io;
    struct config_hugepage *hugepages;
    size_t n_hugepages;
    struct config_net_class *network;
    struct config_rdma *rdma;
    size_t n_rdma;
    struct json_map unified; /* file of the v2 group -> what to write */
    struct json_map extra;
};

/* For `update --resources`, and a part of config.json. */
extern const struct json_table config_resources_table;
