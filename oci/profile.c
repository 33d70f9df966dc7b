/* SPDX-License-Identifier: MIT */
/* Docker's seccomp profile files. */
#include "oci/profile.h"

static const struct json_field arch_fields[] = {
    JSON_ENUM(struct profile_arch, architecture, "architecture", config_arch_names,
              .flags = JSON_REQUIRED),
    JSON_SET(struct profile_arch, sub_architectures, "subArchitectures", config_arch_names),
};
static const struct json_table arch_table =
    JSON_TABLE_EXTRA(struct profile_arch, arch_fields, extra);

/* "4.8", as docker's daemon reads it. */
static const char *check_kernel(const char *text)
{
    unsigned major, minor;
    char end;

    return sscanf(text, "%u.%u%c", &major, &minor, &end) == 2
               ? NULL
               : "expected a kernel version such as 4.8";
}

static const struct json_field filter_fields[] = {
    JSON_STRV(struct profile_filter, arches, "arches"),
    JSON_STRV(struct profile_filter, caps, "caps"),
    JSON_STR(struct profile_filter, min_kernel, "minKernel", .check = check_kernel),
};
static const struct json_table filter_table =
    JSON_TABLE_EXTRA(struct profile_filter, filter_fields, extra);

static const struct json_field syscall_fields[] = {
    JSON_STRV(struct profile_syscall, names, "names", .check = json_check_not_empty),
    JSON_STR(struct profile_syscall, name, "name"),
    JSON_ENUM(struct profile_syscall, action, "action", config_seccomp_action_names,
              .flags = JSON_REQUIRED),
    JSON_OPT_U32(struct profile_syscall, errno_ret, "errnoRet"),
    JSON_ARRAY(struct profile_syscall, args, n_args, "args", &config_seccomp_arg_table),
    JSON_STR(struct profile_syscall, comment, "comment"),
    JSON_OBJ(struct profile_syscall, includes, "includes", &filter_table),
    JSON_OBJ(struct profile_syscall, excludes, "excludes", &filter_table),
};
static const struct json_table syscall_table =
    JSON_TABLE_EXTRA(struct profile_syscall, syscall_fields, extra);

static const struct json_field profile_fields[] = {
    JSON_ENUM(struct profile, default_action, "defaultAction", config_seccomp_action_names,
              .flags = JSON_REQUIRED),
    JSON_OPT_U32(struct profile, default_errno_ret, "defaultErrnoRet"),
    JSON_SET(struct profile, architectures, "architectures", config_arch_names),
    JSON_ARRAY(struct profile, arch_map, n_arch_map, "archMap", &arch_table),
    JSON_SET(struct profile, flags, "flags", config_seccomp_flag_names),
    JSON_STR(struct profile, listener_path, "listenerPath"),
    JSON_STR(struct profile, listener_metadata, "listenerMetadata"),
    JSON_ARRAY(struct profile, syscalls, n_syscalls, "syscalls", &syscall_table),
};
const struct json_table profile_table = JSON_TABLE_EXTRA(struct profile, profile_fields, extra);

static int check_syscall(const struct profile_syscall *s, size_t i, struct err *e)
{
    bool has_name = s->name && s->name[0];
    bool has_names = s->names && s->names[0];

    if (has_name && has_names)
        return err_set(e, ERR_INVALID, "/syscalls/%zu: name and names exclude each other", i);
    if (!has_name && !has_names)
        return err_set(e, ERR_INVALID, "/syscalls/%zu/names: no system call is named", i);
    return 0;
}

int profile_read(const char *text, size_t len, struct profile *ret, struct err *e)
{
    int r = json_read(&profile_table, ret, text, len, e);

    if (r < 0)
        return r;
    if (ret->architectures.bits && ret->n_arch_map > 0)
        r = err_set(e, ERR_INVALID, "/archMap: architectures and archMap exclude each other");
    for (size_t i = 0; i < ret->n_syscalls && r >= 0; i++)
        r = check_syscall(&ret->syscalls[i], i, e);
    if (r < 0)
        profile_free(ret);
    return r;
}

void profile_free(struct profile *p)
{
    json_free(&profile_table, p);
}
