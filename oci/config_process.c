/* SPDX-License-Identifier: MIT */
/* config.json's process: user, arguments, capabilities, limits, scheduling. */
#include "oci/config.h"

#include <string.h>

static const struct json_field user_fields[] = {
    JSON_U32(struct config_user, uid, "uid", .flags = JSON_ALWAYS, .max = CONFIG_ID_MAX),
    JSON_U32(struct config_user, gid, "gid", .flags = JSON_ALWAYS, .max = CONFIG_ID_MAX),
    JSON_OPT_U32(struct config_user, umask, "umask"),
    JSON_U32S(struct config_user, additional_gids, "additionalGids", .max = CONFIG_ID_MAX),
    JSON_STR(struct config_user, username, "username"),
};
static const struct json_table user_table =
    JSON_TABLE_EXTRA(struct config_user, user_fields, extra);

static const struct json_field console_size_fields[] = {
    JSON_U64(struct config_console_size, height, "height", .flags = JSON_REQUIRED,
             .max = UINT16_MAX),
    JSON_U64(struct config_console_size, width, "width", .flags = JSON_REQUIRED, .max = UINT16_MAX),
};
static const struct json_table console_size_table =
    JSON_TABLE_EXTRA(struct config_console_size, console_size_fields, extra);

#define CAPS(member)                                                                               \
    JSON_SET(struct config_capabilities, member, #member, config_cap_names,                        \
             .flags = JSON_KEEP_UNKNOWN)
static const struct json_field capabilities_fields[] = {
    CAPS(bounding), CAPS(effective), CAPS(inheritable), CAPS(permitted), CAPS(ambient),
};
static const struct json_table capabilities_table =
    JSON_TABLE_EXTRA(struct config_capabilities, capabilities_fields, extra);

static const struct json_field rlimit_fields[] = {
    JSON_ENUM(struct config_rlimit, type, "type", config_rlimit_names, .flags = JSON_REQUIRED),
    JSON_U64(struct config_rlimit, soft, "soft", .flags = JSON_REQUIRED),
    JSON_U64(struct config_rlimit, hard, "hard", .flags = JSON_REQUIRED),
};
static const struct json_table rlimit_table =
    JSON_TABLE_EXTRA(struct config_rlimit, rlimit_fields, extra);

static const struct json_field scheduler_fields[] = {
    JSON_ENUM(struct config_scheduler, policy, "policy", config_sched_policy_names,
              .flags = JSON_REQUIRED),
    JSON_I32(struct config_scheduler, nice, "nice"),
    JSON_I32(struct config_scheduler, priority, "priority"),
    JSON_SET(struct config_scheduler, flags, "flags", config_sched_flag_names),
    JSON_U64(struct config_scheduler, runtime, "runtime"),
    JSON_U64(struct config_scheduler, deadline, "deadline"),
    JSON_U64(struct config_scheduler, period, "period"),
};
static const struct json_table scheduler_table =
    JSON_TABLE_EXTRA(struct config_scheduler, scheduler_fields, extra);

static const struct json_field io_priority_fields[] = {
    JSON_ENUM(struct config_io_priority, io_class, "class", config_io_class_names,
              .flags = JSON_REQUIRED),
    JSON_I32(struct config_io_priority, priority, "priority"),
};
static const struct json_table io_priority_table =
    JSON_TABLE_EXTRA(struct config_io_priority, io_priority_fields, extra);

/* cpuset(7), "List format", with the blanks that the schema allows. */
static const char *check_cpu_list(const char *text)
{
    return text[strspn(text, "0123456789, -")] ? "expected a list of cpus such as 0-3,7" : NULL;
}

static const struct json_field cpu_affinity_fields[] = {
    JSON_STR(struct config_cpu_affinity, initial, "initial", .check = check_cpu_list),
    JSON_STR(struct config_cpu_affinity, final, "final", .check = check_cpu_list),
};
static const struct json_table cpu_affinity_table =
    JSON_TABLE_EXTRA(struct config_cpu_affinity, cpu_affinity_fields, extra);

static const struct json_field process_fields[] = {
    JSON_BOOL(struct config_process, terminal, "terminal"),
    JSON_PTR(struct config_process, console_size, "consoleSize", &console_size_table),
    JSON_OBJ(struct config_process, user, "user", &user_table),
    JSON_STRV(struct config_process, args, "args"),
    JSON_STRV(struct config_process, env, "env"),
    JSON_STR(struct config_process, cwd, "cwd", .flags = JSON_REQUIRED),
    JSON_PTR(struct config_process, capabilities, "capabilities", &capabilities_table),
    JSON_ARRAY(struct config_process, rlimits, n_rlimits, "rlimits", &rlimit_table),
    JSON_BOOL(struct config_process, no_new_privileges, "noNewPrivileges"),
    JSON_STR(struct config_process, apparmor_profile, "apparmorProfile"),
    JSON_STR(struct config_process, selinux_label, "selinuxLabel"),
    JSON_OPT_I32(struct config_process, oom_score_adj, "oomScoreAdj"),
    JSON_PTR(struct config_process, scheduler, "scheduler", &scheduler_table),
    JSON_PTR(struct config_process, io_priority, "ioPriority", &io_priority_table),
    JSON_PTR(struct config_process, exec_cpu_affinity, "execCPUAffinity", &cpu_affinity_table),
};
const struct json_table config_process_table =
    JSON_TABLE_EXTRA(struct config_process, process_fields, extra);
