/* SPDX-License-Identifier: MIT */
/* What a container is: its record. */
#include "oci/record.h"

#include "base/str.h"

static const struct json_field record_network_fields[] = {
    JSON_STR(struct record_network, name, "name", .flags = JSON_REQUIRED),
    JSON_STR(struct record_network, ip, "ip"),
    JSON_STR(struct record_network, mac, "mac"),
    JSON_STRV(struct record_network, aliases, "aliases"),
};
static const struct json_table record_network_table =
    JSON_TABLE_EXTRA(struct record_network, record_network_fields, extra);

static const struct json_field mount_fields[] = {
    JSON_STR(struct record_mount, type, "type", .flags = JSON_REQUIRED),
    JSON_STR(struct record_mount, name, "name"),
    JSON_STR(struct record_mount, source, "source"),
    JSON_STR(struct record_mount, destination, "destination", .flags = JSON_REQUIRED),
    JSON_STR(struct record_mount, mode, "mode"),
    JSON_BOOL(struct record_mount, read_only, "readOnly"),
    JSON_BOOL(struct record_mount, anonymous, "anonymous"),
    JSON_BOOL(struct record_mount, no_copy, "noCopy"),
    JSON_STR(struct record_mount, propagation, "propagation"),
};
static const struct json_table mount_table =
    JSON_TABLE_EXTRA(struct record_mount, mount_fields, extra);

static const struct json_field log_fields[] = {
    JSON_STR(struct record_log, driver, "driver"),
    JSON_MAP(struct record_log, options, "options"),
};
static const struct json_table log_table = JSON_TABLE_EXTRA(struct record_log, log_fields, extra);

static const struct json_field limits_fields[] = {
    JSON_I64(struct record_limits, memory, "memory"),
    JSON_I64(struct record_limits, memory_reservation, "memoryReservation"),
    JSON_I64(struct record_limits, memory_swap, "memorySwap"),
    JSON_I64(struct record_limits, memory_high, "memoryHigh"),
    JSON_I64(struct record_limits, memory_min, "memoryMin"),
    JSON_I64(struct record_limits, oom_group, "oomGroup"),
    JSON_I64(struct record_limits, nano_cpus, "nanoCpus"),
    JSON_I64(struct record_limits, cpu_shares, "cpuShares"),
    JSON_I64(struct record_limits, cpu_period, "cpuPeriod"),
    JSON_I64(struct record_limits, cpu_quota, "cpuQuota"),
    JSON_I64(struct record_limits, cpu_burst, "cpuBurst"),
    JSON_I64(struct record_limits, cpu_idle, "cpuIdle"),
    JSON_I64(struct record_limits, pids, "pids"),
    JSON_STR(struct record_limits, cpuset_cpus, "cpusetCpus"),
    JSON_STR(struct record_limits, cpuset_mems, "cpusetMems"),
    JSON_I64(struct record_limits, blkio_weight, "blkioWeight"),
    JSON_STRV(struct record_limits, blkio_weight_device, "blkioWeightDevice"),
    JSON_STRV(struct record_limits, device_read_bps, "deviceReadBps"),
    JSON_STRV(struct record_limits, device_write_bps, "deviceWriteBps"),
    JSON_STRV(struct record_limits, device_read_iops, "deviceReadIOps"),
    JSON_STRV(struct record_limits, device_write_iops, "deviceWriteIOps"),
    JSON_MAP(struct record_limits, unified, "unified"),
};
const struct json_table record_limits_table =
    JSON_TABLE_EXTRA(struct record_limits, limits_fields, extra);

static const struct json_field record_fields[] = {
    JSON_STR(struct record, id, "id", .flags = JSON_REQUIRED, .check = json_check_not_empty),
    JSON_STR(struct record, name, "name"),
    JSON_I64(struct record, created, "created"),
    JSON_STR(struct record, image, "image"),
    JSON_STR(struct record, image_id, "imageId"),
    JSON_STRV(struct record, layers, "layers"),
    JSON_STR(struct record, path, "path"),
    JSON_STRV(struct record, args, "args"),
    JSON_STRV(struct record, entrypoint, "entrypoint"),
    JSON_STRV(struct record, cmd, "cmd"),
    JSON_STRV(struct record, env, "env"),
    JSON_STR(struct record, user, "user"),
    JSON_STR(struct record, working_dir, "workingDir"),
    JSON_STR(struct record, hostname, "hostname"),
    JSON_STR(struct record, domainname, "domainname"),
    JSON_MAP(struct record, labels, "labels"),
    JSON_STR(struct record, pid_mode, "pidMode"),
    JSON_STR(struct record, ipc_mode, "ipcMode"),
    JSON_STR(struct record, uts_mode, "utsMode"),
    JSON_STR(struct record, cgroupns_mode, "cgroupnsMode"),
    JSON_BOOL(struct record, auto_remove, "autoRemove"),
    JSON_BOOL(struct record, tty, "tty"),
    JSON_BOOL(struct record, open_stdin, "openStdin"),
    JSON_BOOL(struct record, stdin_once, "stdinOnce"),
    JSON_BOOL(struct record, attach_stdin, "attachStdin"),
    JSON_BOOL(struct record, attach_stdout, "attachStdout"),
    JSON_BOOL(struct record, attach_stderr, "attachStderr"),
    JSON_BOOL(struct record, init, "init"),
    JSON_BOOL(struct record, privileged, "privileged"),
    JSON_BOOL(struct record, read_only, "readOnly"),
    JSON_STR(struct record, stop_signal, "stopSignal"),
    JSON_OPT_I32(struct record, stop_timeout, "stopTimeout"),
    JSON_STR(struct record, detach_keys, "detachKeys"),
    JSON_STR(struct record, cid_file, "cidFile"),
    JSON_OBJ(struct record, log, "log", &log_table),
    JSON_STR(struct record, network_mode, "networkMode"),
    JSON_ARRAY(struct record, networks, n_networks, "networks", &record_network_table),
    JSON_STRV(struct record, dns, "dns"),
    JSON_STRV(struct record, dns_search, "dnsSearch"),
    JSON_STRV(struct record, dns_options, "dnsOptions"),
    JSON_STRV(struct record, extra_hosts, "extraHosts"),
    JSON_ARRAY(struct record, mounts, n_mounts, "mounts", &mount_table),
    JSON_OBJ(struct record, limits, "limits", &record_limits_table),
    JSON_STRV(struct record, pressure, "pressure"),
    JSON_STRV(struct record, device_cgroup_rules, "deviceCgroupRules"),
    JSON_STRV(struct record, group_add, "groupAdd"),
    JSON_STRV(struct record, cap_add, "capAdd"),
    JSON_STRV(struct record, cap_drop, "capDrop"),
    JSON_STRV(struct record, security_opt, "securityOpt"),
    JSON_STRV(struct record, devices, "devices"),
    JSON_STRV(struct record, ulimits, "ulimits"),
    JSON_STRV(struct record, exposed_ports, "exposedPorts"),
    JSON_STR(struct record, cgroup, "cgroup"),
    JSON_STR(struct record, cgroup_manager, "cgroupManager"),
    JSON_STR(struct record, cgroup_parent, "cgroupParent"),
    JSON_BOOL(struct record, cgroup_lenient, "cgroupLenient"),
    JSON_STR(struct record, config_hash, "configHash"),
};
const struct json_table record_table = JSON_TABLE_EXTRA(struct record, record_fields, extra);

const struct json_enum record_state_names[] = {
    { "created", RECORD_CREATED },
    { "running", RECORD_RUNNING },
    { "paused", RECORD_PAUSED },
    { "stopped", RECORD_STOPPED },
    { 0 },
};

void record_free(struct record *r)
{
    json_free(&record_table, r);
}

bool record_shares_pids(const struct record *r)
{
    return !str_empty(r->pid_mode) && !STREQ(r->pid_mode, "private");
}
