/* SPDX-License-Identifier: MIT */
/* The limits in docker-shaped JSON of a container. */
#include "engine/inspect_limits.h"

#include "base/str.h"

#define R(field) offsetof(struct record_limits, field)

static const struct {
    const char *key;
    size_t field;
} numbers[] = {
    { "Memory", R(memory) },          { "MemoryReservation", R(memory_reservation) },
    { "MemorySwap", R(memory_swap) }, { "MemoryHigh", R(memory_high) },
    { "MemoryMin", R(memory_min) },   { "NanoCpus", R(nano_cpus) },
    { "CpuShares", R(cpu_shares) },   { "CpuPeriod", R(cpu_period) },
    { "CpuQuota", R(cpu_quota) },     { "CpuBurst", R(cpu_burst) },
    { "PidsLimit", R(pids) },         { "BlkioWeight", R(blkio_weight) },
};

/* docker's, for what cgroup v2 does not have, or Linux. */
static const char *const absent[] = { "CpuRealtimePeriod", "CpuRealtimeRuntime",
                                      "CpuCount",          "CpuPercent",
                                      "IOMaximumIOps",     "IOMaximumBandwidth" };

static const struct {
    const char *key;
    size_t field;
    const char *value; /* the name of what stands behind the path */
} lists[] = {
    { "BlkioWeightDevice", R(blkio_weight_device), "Weight" },
    { "BlkioDeviceReadBps", R(device_read_bps), "Rate" },
    { "BlkioDeviceWriteBps", R(device_write_bps), "Rate" },
    { "BlkioDeviceReadIOps", R(device_read_iops), "Rate" },
    { "BlkioDeviceWriteIOps", R(device_write_iops), "Rate" },
};

static void out_devices(struct json_out *o, char *const *entries, const char *value)
{
    json_out_array(o);
    strv_foreach (it, entries) {
        const char *colon = strrchr(*it, ':');
        AUTO_FREE char *path = colon ? str_fmt("%.*s", (int)(colon - *it), *it) : NULL;
        json_out_object(o);
        json_out_member_str(o, "Path", path ? path : *it);
        json_out_key(o, value);
        json_out_u64(o, colon ? strtoull(colon + 1, NULL, 10) : 0);
        json_out_object_end(o);
    }
    json_out_array_end(o);
}

void inspect_limits(struct json_out *o, const struct record_limits *l)
{
    const char *base = (const char *)l;

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        json_out_member_i64(o, numbers[i].key,
                            *(const int64_t *)(const void *)(base + numbers[i].field));
    json_out_member_str(o, "CpusetCpus", str_text(l->cpuset_cpus));
    json_out_member_str(o, "CpusetMems", str_text(l->cpuset_mems));
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        json_out_key(o, lists[i].key);
        out_devices(o, *(char *const *const *)(const void *)(base + lists[i].field),
                    lists[i].value);
    }
    for (size_t i = 0; i < ARRAY_LEN(absent); i++)
        json_out_member_i64(o, absent[i], 0);
    json_out_member_null(o, "MemorySwappiness");
    json_out_member_null(o, "OomKillDisable");
    json_out_member_bool(o, "CpuIdle", l->cpu_idle != 0);
    json_out_member_bool(o, "OomGroup", l->oom_group != 0);
    json_out_member_map(o, "CgroupConf", &l->unified);
}
