/* SPDX-License-Identifier: MIT */
/* The closed vocabularies of config.json as enums, with the names that documents use. */
#pragma once

#include "base/json.h"

/* Tables give the spec's spelling; json_enum_name() and json_enum_value() convert. */

/* linux.namespaces[].type; "pid", "network" … */
enum config_ns {
    CONFIG_NS_UNSET,
    CONFIG_NS_PID,
    CONFIG_NS_NETWORK,
    CONFIG_NS_MOUNT,
    CONFIG_NS_IPC,
    CONFIG_NS_UTS,
    CONFIG_NS_USER,
    CONFIG_NS_CGROUP,
    CONFIG_NS_TIME,
    CONFIG_NS_MAX
};
extern const struct json_enum config_ns_names[];

/* The CLONE_NEW* flag of a type, and the name of its file in /proc/PID/ns ("net", "mnt" …). */
int config_ns_flag(enum config_ns type);
const char *config_ns_file(enum config_ns type);

/* CAP_* of linux/capability.h under their names "CAP_CHOWN" …, CAP_CHECKPOINT_RESTORE being the
 * last. */
extern const struct json_enum config_cap_names[];

/* RLIMIT_* of sys/resource.h under their names "RLIMIT_CORE" …. */
extern const struct json_enum config_rlimit_names[];

enum config_sched_policy {
    CONFIG_SCHED_OTHER = 0, /* these have the kernel's numbers */
    CONFIG_SCHED_FIFO = 1,
    CONFIG_SCHED_RR = 2,
    CONFIG_SCHED_BATCH = 3,
    CONFIG_SCHED_ISO = 4,
    CONFIG_SCHED_IDLE = 5,
    CONFIG_SCHED_DEADLINE = 6,
};
extern const struct json_enum config_sched_policy_names[];

/* Bit numbers of the kernel's SCHED_FLAG_*. */
enum config_sched_flag {
    CONFIG_SCHED_RESET_ON_FORK = 0,
    CONFIG_SCHED_RECLAIM = 1,
    CONFIG_SCHED_DL_OVERRUN = 2,
    CONFIG_SCHED_KEEP_POLICY = 3,
    CONFIG_SCHED_KEEP_PARAMS = 4,
    CONFIG_SCHED_UTIL_CLAMP_MIN = 5,
    CONFIG_SCHED_UTIL_CLAMP_MAX = 6,
};
extern const struct json_enum config_sched_flag_names[];

/* The kernel's IOPRIO_CLASS_*. */
enum config_io_class {
    CONFIG_IO_UNSET = 0,
    CONFIG_IO_RT = 1,
    CONFIG_IO_BE = 2,
    CONFIG_IO_IDLE = 3,
};
extern const struct json_enum config_io_class_names[];

enum config_seccomp_action {
    CONFIG_ACT_UNSET,
    CONFIG_ACT_KILL, /* of the thread, as it always was */
    CONFIG_ACT_KILL_PROCESS,
    CONFIG_ACT_KILL_THREAD,
    CONFIG_ACT_TRAP,
    CONFIG_ACT_ERRNO,
    CONFIG_ACT_TRACE,
    CONFIG_ACT_ALLOW,
    CONFIG_ACT_LOG,
    CONFIG_ACT_NOTIFY,
};
extern const struct json_enum config_seccomp_action_names[];

enum config_seccomp_op {
    CONFIG_CMP_UNSET,
    CONFIG_CMP_NE,
    CONFIG_CMP_LT,
    CONFIG_CMP_LE,
    CONFIG_CMP_EQ,
    CONFIG_CMP_GE,
    CONFIG_CMP_GT,
    CONFIG_CMP_MASKED_EQ, /* (arg & value) == value_two */
};
extern const struct json_enum config_seccomp_op_names[];

/* Bit numbers of the kernel's SECCOMP_FILTER_FLAG_*. */
enum config_seccomp_flag {
    CONFIG_SECCOMP_TSYNC = 0,
    CONFIG_SECCOMP_LOG = 1,
    CONFIG_SECCOMP_SPEC_ALLOW = 2,
    CONFIG_SECCOMP_WAIT_KILLABLE_RECV = 5,
};
extern const struct json_enum config_seccomp_flag_names[];

enum config_arch {
    CONFIG_ARCH_X86,
    CONFIG_ARCH_X86_64,
    CONFIG_ARCH_X32,
    CONFIG_ARCH_ARM,
    CONFIG_ARCH_AARCH64,
    CONFIG_ARCH_LOONGARCH64,
    CONFIG_ARCH_M68K,
    CONFIG_ARCH_MIPS,
    CONFIG_ARCH_MIPS64,
    CONFIG_ARCH_MIPS64N32,
    CONFIG_ARCH_MIPSEL,
    CONFIG_ARCH_MIPSEL64,
    CONFIG_ARCH_MIPSEL64N32,
    CONFIG_ARCH_PPC,
    CONFIG_ARCH_PPC64,
    CONFIG_ARCH_PPC64LE,
    CONFIG_ARCH_S390,
    CONFIG_ARCH_S390X,
    CONFIG_ARCH_SH,
    CONFIG_ARCH_SHEB,
    CONFIG_ARCH_PARISC,
    CONFIG_ARCH_PARISC64,
    CONFIG_ARCH_RISCV64,
    CONFIG_ARCH_MAX
};
extern const struct json_enum config_arch_names[]; /* "SCMP_ARCH_X86_64" … */

/* The kernel's MPOL_*. */
enum config_mpol {
    CONFIG_MPOL_DEFAULT = 0,
    CONFIG_MPOL_PREFERRED = 1,
    CONFIG_MPOL_BIND = 2,
    CONFIG_MPOL_INTERLEAVE = 3,
    CONFIG_MPOL_LOCAL = 4,
    CONFIG_MPOL_PREFERRED_MANY = 5,
    CONFIG_MPOL_WEIGHTED_INTERLEAVE = 6,
};
extern const struct json_enum config_mpol_names[];

/* Bit numbers of the kernel's MPOL_F_*. */
enum config_mpol_flag {
    CONFIG_MPOL_NUMA_BALANCING = 13,
    CONFIG_MPOL_RELATIVE_NODES = 14,
    CONFIG_MPOL_STATIC_NODES = 15,
};
extern const struct json_enum config_mpol_flag_names[];

/* The kernel's PER_*. */
enum config_persona { CONFIG_PERSONA_LINUX = 0, CONFIG_PERSONA_LINUX32 = 8 };
extern const struct json_enum config_persona_names[];
