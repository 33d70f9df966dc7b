/* SPDX-License-Identifier: MIT */
/* What a container is at the moment: its status. */
#include "oci/status.h"

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

static const struct json_field pressure_fields[] = {
    JSON_STR(struct status_pressure, trigger, "trigger", .flags = JSON_REQUIRED),
    JSON_U64(struct status_pressure, count, "count"),
    JSON_I64(struct status_pressure, last, "last"),
};
static const struct json_table pressure_table = JSON_TABLE(struct status_pressure, pressure_fields);

static const struct json_field status_fields[] = {
    JSON_ENUM(struct status, state, "state", record_state_names, .flags = JSON_REQUIRED),
    JSON_I32(struct status, pid, "pid", .max = INT32_MAX),
    JSON_U64(struct status, pid_start, "pidStart"),
    JSON_I32(struct status, monitor_pid, "monitorPid", .max = INT32_MAX),
    JSON_U64(struct status, monitor_start, "monitorStart"),
    JSON_BOOL(struct status, fresh, "fresh"),
    JSON_I64(struct status, started, "started"),
    JSON_I64(struct status, finished, "finished"),
    JSON_I32(struct status, exit_code, "exitCode"),
    JSON_BOOL(struct status, oom_killed, "oomKilled"),
    JSON_PTR(struct status, oom, "oom", &oom_table),
    JSON_STR(struct status, error, "error"),
    JSON_ARRAY(struct status, pressure, n_pressure, "pressure", &pressure_table),
    JSON_ARRAY(struct status, addresses, n_addresses, "addresses", &address_table),
    JSON_I32(struct status, restart_count, "restartCount"),
};
const struct json_table status_table = JSON_TABLE_EXTRA(struct status, status_fields, extra);

void status_free(struct status *s)
{
    json_free(&status_table, s);
}
