/* SPDX-License-Identifier: MIT */
/* hako's own documents: container record and status, lease, network. */
#include "oci/record.h"

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
    JSON_I64(struct record_limits, nano_cpus, "nanoCpus"),
    JSON_I64(struct record_limits, cpu_shares, "cpuShares"),
    JSON_I64(struct record_limits, cpu_period, "cpuPeriod"),
    JSON_I64(struct record_limits, cpu_quota, "cpuQuota"),
    JSON_I64(struct record_limits, pids, "pids"),
    JSON_STR(struct record_limits, cpuset_cpus, "cpusetCpus"),
    JSON_STR(struct record_limits, cpuset_mems, "cpusetMems"),
};
static const struct json_table limits_table =
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
    JSON_OBJ(struct record, limits, "limits", &limits_table),
    JSON_STRV(struct record, group_add, "groupAdd"),
    JSON_STRV(struct record, cap_add, "capAdd"),
    JSON_STRV(struct record, cap_drop, "capDrop"),
    JSON_STRV(struct record, security_opt, "securityOpt"),
    JSON_STR(struct record, cgroup, "cgroup"),
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

static const struct json_field address_fields[] = {
    JSON_STR(struct record_address, network, "network", .flags = JSON_REQUIRED),
    JSON_STR(struct record_address, ip, "ip", .flags = JSON_REQUIRED),
    JSON_U32(struct record_address, prefix, "prefix", .max = 128),
    JSON_STR(struct record_address, mac, "mac"),
    JSON_STR(struct record_address, gateway, "gateway"),
    JSON_STR(struct record_address, ifname, "ifname"),
    JSON_STR(struct record_address, host_ifname, "hostIfname"),
    JSON_STRV(struct record_address, aliases, "aliases"),
};
static const struct json_table address_table =
    JSON_TABLE_EXTRA(struct record_address, address_fields, extra);

static const struct json_field status_fields[] = {
    JSON_ENUM(struct status, state, "state", record_state_names, .flags = JSON_REQUIRED),
    JSON_I32(struct status, pid, "pid", .max = INT32_MAX),
    JSON_U64(struct status, pid_start, "pidStart"),
    JSON_I32(struct status, monitor_pid, "monitorPid", .max = INT32_MAX),
    JSON_U64(struct status, monitor_start, "monitorStart"),
    JSON_I64(struct status, started, "started"),
    JSON_I64(struct status, finished, "finished"),
    JSON_I32(struct status, exit_code, "exitCode"),
    JSON_BOOL(struct status, oom_killed, "oomKilled"),
    JSON_STR(struct status, error, "error"),
    JSON_ARRAY(struct status, addresses, n_addresses, "addresses", &address_table),
    JSON_I32(struct status, restart_count, "restartCount"),
};
const struct json_table status_table = JSON_TABLE_EXTRA(struct status, status_fields, extra);

static const struct json_field lease_fields[] = {
    JSON_STR(struct lease, id, "id", .flags = JSON_REQUIRED),
    JSON_STR(struct lease, name, "name"),
    JSON_STR(struct lease, hostname, "hostname"),
    JSON_STRV(struct lease, aliases, "aliases"),
    JSON_STR(struct lease, mac, "mac"),
    JSON_STR(struct lease, ifname, "ifname"),
};
const struct json_table lease_table = JSON_TABLE_EXTRA(struct lease, lease_fields, extra);

static const struct json_field network_fields[] = {
    JSON_STR(struct network, name, "name", .flags = JSON_REQUIRED, .check = json_check_not_empty),
    JSON_STR(struct network, id, "id", .flags = JSON_REQUIRED),
    JSON_STR(struct network, driver, "driver", .flags = JSON_REQUIRED),
    JSON_STR(struct network, bridge, "bridge"),
    JSON_STR(struct network, subnet, "subnet"),
    JSON_STR(struct network, gateway, "gateway"),
    JSON_STR(struct network, ip_range, "ipRange"),
    JSON_BOOL(struct network, internal, "internal"),
    JSON_BOOL(struct network, no_dns, "noDns"),
    JSON_I32(struct network, mtu, "mtu", .max = 65535),
    JSON_STRV(struct network, dns, "dns"),
    JSON_MAP(struct network, options, "options"),
    JSON_MAP(struct network, labels, "labels"),
    JSON_I64(struct network, created, "created"),
};
const struct json_table network_table = JSON_TABLE_EXTRA(struct network, network_fields, extra);

void record_free(struct record *r)
{
    json_free(&record_table, r);
}

void status_free(struct status *s)
{
    json_free(&status_table, s);
}

void lease_free(struct lease *l)
{
    json_free(&lease_table, l);
}

void network_free(struct network *n)
{
    json_free(&network_table, n);
}
