/* SPDX-License-Identifier: MIT */
/* config.json's linux.seccomp. */
#include "oci/config.h"

static const struct json_field arg_fields[] = {
    JSON_U32(struct config_seccomp_arg, index, "index", .flags = JSON_REQUIRED, .max = 5),
    JSON_U64(struct config_seccomp_arg, value, "value", .flags = JSON_REQUIRED),
    JSON_U64(struct config_seccomp_arg, value_two, "valueTwo"),
    JSON_ENUM(struct config_seccomp_arg, op, "op", config_seccomp_op_names, .flags = JSON_REQUIRED),
};
const struct json_table config_seccomp_arg_table =
    JSON_TABLE_EXTRA(struct config_seccomp_arg, arg_fields, extra);

static const struct json_field syscall_fields[] = {
    JSON_STRV(struct config_syscall, names, "names", .flags = JSON_REQUIRED,
              .check = json_check_not_empty),
    JSON_ENUM(struct config_syscall, action, "action", config_seccomp_action_names,
              .flags = JSON_REQUIRED),
    JSON_OPT_U32(struct config_syscall, errno_ret, "errnoRet"),
    JSON_ARRAY(struct config_syscall, args, n_args, "args", &config_seccomp_arg_table),
};
static const struct json_table syscall_table =
    JSON_TABLE_EXTRA(struct config_syscall, syscall_fields, extra);

static const struct json_field seccomp_fields[] = {
    JSON_ENUM(struct config_seccomp, default_action, "defaultAction", config_seccomp_action_names,
              .flags = JSON_REQUIRED),
    JSON_OPT_U32(struct config_seccomp, default_errno_ret, "defaultErrnoRet"),
    JSON_SET(struct config_seccomp, architectures, "architectures", config_arch_names),
    JSON_SET(struct config_seccomp, flags, "flags", config_seccomp_flag_names),
    JSON_STR(struct config_seccomp, listener_path, "listenerPath"),
    JSON_STR(struct config_seccomp, listener_metadata, "listenerMetadata"),
    JSON_ARRAY(struct config_seccomp, syscalls, n_syscalls, "syscalls", &syscall_table),
};
const struct json_table config_seccomp_table =
    JSON_TABLE_EXTRA(struct config_seccomp, seccomp_fields, extra);
