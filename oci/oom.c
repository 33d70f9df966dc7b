/* SPDX-License-Identifier: MIT */
/* What is known of the processes of a container that were killed for lack of memory. */
#include "oci/oom.h"

const struct json_enum oom_cause_names[] = {
    { "memory.max", OOM_LIMIT }, { "outside", OOM_OUTSIDE },  { "host", OOM_HOST },
    { "cpuset", OOM_CPUSET },    { "mempolicy", OOM_POLICY }, { 0 },
};

static const struct json_field oom_fields[] = {
    JSON_ENUM(struct oom, cause, "cause", oom_cause_names),
    JSON_STR(struct oom, cgroup, "cgroup"),
    JSON_U64(struct oom, limit, "limit"),
    JSON_U64(struct oom, swap_limit, "swapLimit"),
    JSON_U64(struct oom, peak, "peak"),
    JSON_STR(struct oom, victim, "victim"),
    JSON_I32(struct oom, victim_pid, "victimPid", .max = INT32_MAX),
    JSON_U64(struct oom, kills, "kills"),
    JSON_I64(struct oom, time, "time"),
};
const struct json_table oom_table = JSON_TABLE_EXTRA(struct oom, oom_fields, extra);

void oom_free(struct oom *o)
{
    json_free(&oom_table, o);
}
