/* SPDX-License-Identifier: MIT */
/* The runtime-spec's config.json (1.3.0), whole for Linux: what a container is to be. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "oci/config_enum.h"
#include "oci/config_resources.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Names follow the spec (config.md, config-linux.md) in snake case. Absent: NULL, n = 0, !set, or
 * an enum's *_UNSET. Every struct keeps keys that it does not know in `extra`. All memory is
 * malloc'd and the struct's own; config_free() takes it apart.
 */

/* The newest and the oldest version of the runtime-spec that are understood. */
#define CONFIG_OCI_VERSION     "1.3.0"
#define CONFIG_OCI_VERSION_MIN "1.0.0"

/* The id above is none: for setresuid(2) it means "leave it as it is". */
#define CONFIG_ID_MAX (UINT32_MAX - 1)

struct config_root {
    char *path; /* relative to the bundle unless absolute */
    bool readonly;
    struct json_map extra;
};

struct config_user {
    uint32_t uid;
    uint32_t gid;
    struct opt_u32 umask;
    struct json_u32s additional_gids;
    char *username; /* Windows's; kept */
    struct json_map extra;
};

struct config_console_size {
    uint64_t height;
    uint64_t width;
    struct json_map extra;
};

/* Bits are 1 << CAP_* of linux/capability.h; names that it lacks stay in .unknown, for a warning.
 */
struct config_capabilities {
    struct json_set bounding;
    struct json_set effective;
    struct json_set inheritable;
    struct json_set permitted;
    struct json_set ambient;
    struct json_map extra;
};

struct config_rlimit {
    int type; /* RLIMIT_* of sys/resource.h */
    uint64_t soft;
    uint64_t hard;
    struct json_map extra;
};

struct config_scheduler {
    enum config_sched_policy policy;
    int32_t nice;
    int32_t priority;
    struct json_set flags; /* bits 1 << enum config_sched_flag */
    uint64_t runtime;      /* ns, SCHED_DEADLINE's three */
    uint64_t deadline;
    uint64_t period;
    struct json_map extra;
};

struct config_io_priority {
    enum config_io_class io_class;
    int32_t priority;
    struct json_map extra;
};

struct config_cpu_affinity {
    char *initial; /* cpu lists: "0-3,7" */
    char *final;
    struct json_map extra;
};

struct config_process {
    bool terminal;
    struct config_console_size *console_size;
    struct config_user user;
    char **args;
    char **env;
    char *cwd;
    struct config_capabilities *capabilities;
    struct config_rlimit *rlimits;
    size_t n_rlimits;
    bool no_new_privileges;
    char *apparmor_profile;
    char *selinux_label;
    struct opt_i32 oom_score_adj;
    struct config_scheduler *scheduler;
    struct config_io_priority *io_priority;
    struct config_cpu_affinity *exec_cpu_affinity;
    struct json_map extra;
};

struct config_id_mapping {
    uint32_t container_id;
    uint32_t host_id;
    uint32_t size;
    struct json_map extra;
};

struct config_mount {
    char *destination;
    char *type;
    char *source;
    char **options;
    struct config_id_mapping *uid_mappings;
    size_t n_uid_mappings;
    struct config_id_mapping *gid_mappings;
    size_t n_gid_mappings;
    struct json_map extra;
};

struct config_hook {
    char *path;
    char **args;
    char **env;
    struct opt_i32 timeout; /* seconds, > 0 */
    struct json_map extra;
};

struct config_hook_list {
    struct config_hook *v;
    size_t n;
};

struct config_hooks {
    struct config_hook_list prestart; /* deprecated by the spec, still in use */
    struct config_hook_list create_runtime;
    struct config_hook_list create_container;
    struct config_hook_list start_container;
    struct config_hook_list poststart;
    struct config_hook_list poststop;
    struct json_map extra;
};

struct config_namespace {
    enum config_ns type;
    char *path; /* to join; NULL: a new one */
    struct json_map extra;
};

struct config_time_offset {
    int64_t secs;
    uint32_t nanosecs;
    struct json_map extra;
};

struct config_time_offsets {
    struct config_time_offset *monotonic;
    struct config_time_offset *boottime;
    struct json_map extra;
};

struct config_device {
    char *type; /* "c", "b", "u" or "p" */
    char *path;
    int64_t major;
    int64_t minor;
    struct opt_u32 file_mode;
    struct opt_u32 uid;
    struct opt_u32 gid;
    struct json_map extra;
};

struct config_net_device {
    char *host_name; /* the key: the interface in the runtime's namespace */
    char *name;      /* inside; NULL: the same; "eth%d" is allowed */
    struct json_map extra;
};

/* ---- seccomp ---- */

struct config_seccomp_arg {
    uint32_t index;
    uint64_t value;
    uint64_t value_two;
    enum config_seccomp_op op;
    struct json_map extra;
};

struct config_syscall {
    char **names;
    enum config_seccomp_action action;
    struct opt_u32 errno_ret;
    struct config_seccomp_arg *args;
    size_t n_args;
    struct json_map extra;
};

struct config_seccomp {
    enum config_seccomp_action default_action;
    struct opt_u32 default_errno_ret;
    struct json_set architectures; /* bits 1 << enum config_arch; empty: the native one */
    struct json_set flags;         /* bits 1 << enum config_seccomp_flag */
    char *listener_path;
    char *listener_metadata;
    struct config_syscall *syscalls;
    size_t n_syscalls;
    struct json_map extra;
};

/* ---- the rest of linux ---- */

struct config_intel_rdt {
    char *clos_id;
    char **schemata;
    char *l3_cache_schema;
    char *mem_bw_schema;
    struct opt_bool enable_monitoring;
    struct json_map extra;
};

struct config_memory_policy {
    enum config_mpol mode;
    char *nodes;
    struct json_set flags; /* bits 1 << enum config_mpol_flag */
    struct json_map extra;
};

struct config_personality {
    enum config_persona domain;
    char **flags;
    struct json_map extra;
};

struct config_linux {
    struct config_namespace *namespaces;
    size_t n_namespaces;
    struct config_id_mapping *uid_mappings;
    size_t n_uid_mappings;
    struct config_id_mapping *gid_mappings;
    size_t n_gid_mappings;
    struct config_time_offsets *time_offsets;
    struct config_device *devices;
    size_t n_devices;
    struct config_net_device *net_devices;
    size_t n_net_devices;
    char *cgroups_path;
    struct config_resources *resources;
    struct config_intel_rdt *intel_rdt;
    struct config_memory_policy *memory_policy;
    struct json_map sysctl;
    struct config_seccomp *seccomp;
    char *rootfs_propagation; /* [r]private, [r]shared, [r]slave, [r]unbindable */
    char **masked_paths;
    char **readonly_paths;
    char *mount_label;
    struct config_personality *personality;
    struct json_map extra;
};

struct config {
    char *oci_version;
    struct config_process *process; /* may be absent until `start` */
    struct config_root *root;
    char *hostname;
    char *domainname;
    struct config_mount *mounts;
    size_t n_mounts;
    struct config_hooks hooks;
    struct json_map annotations;
    struct config_linux lnx; /* "linux" (a macro of GNU C is in the way of that name) */
    struct json_map extra;   /* other platforms' sections among them */
};

/* Reads and checks one document's grammar: types, ranges, names, required keys. Whether its parts
 * fit together is valid_config()'s question (oci/valid.h). *ret is the caller's to config_free().
 */
int config_read(const char *text, size_t len, struct config *ret, struct err *e);
/* The file PATH in dirfd; errors name it. */
int config_load(int dirfd, const char *path, struct config *ret, struct err *e);
/* flags: enum json_write_flags. Memory: out->failed. */
void config_write(const struct config *c, unsigned flags, struct buf *out);
int config_copy(const struct config *c, struct config *ret, struct err *e);
void config_free(struct config *c);
DEFINE_CLEANUP(struct config, config, config_free(p))
#define AUTO_CONFIG CLEANUP(config)

/* The namespace of that type, or NULL when the container shares the runtime's. */
const struct config_namespace *config_namespace(const struct config *c, enum config_ns type);
/* The value of an annotation, or NULL. */
const char *config_annotation(const struct config *c, const char *key);

/* For documents that are a part of config.json: `exec --process`, `update --resources` … */
extern const struct json_table config_table;
extern const struct json_table config_process_table;
extern const struct json_table config_mount_table;
extern const struct json_table config_hook_table;
extern const struct json_table config_id_mapping_table;
extern const struct json_table config_linux_table;
extern const struct json_table config_seccomp_table;
extern const struct json_table config_seccomp_arg_table;
