/* SPDX-License-Identifier: MIT */
/* The names of config.json's closed vocabularies. */
#include "oci/config_enum.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static const struct {
    int flag;
    const char *file;
} namespaces[CONFIG_NS_MAX] = {
    [CONFIG_NS_PID] = { CLONE_NEWPID, "pid" },
    [CONFIG_NS_NETWORK] = { CLONE_NEWNET, "net" },
    [CONFIG_NS_MOUNT] = { CLONE_NEWNS, "mnt" },
    [CONFIG_NS_IPC] = { CLONE_NEWIPC, "ipc" },
    [CONFIG_NS_UTS] = { CLONE_NEWUTS, "uts" },
    [CONFIG_NS_USER] = { CLONE_NEWUSER, "user" },
    [CONFIG_NS_CGROUP] = { CLONE_NEWCGROUP, "cgroup" },
    [CONFIG_NS_TIME] = { CLONE_NEWTIME, "time" },
};

int config_ns_flag(enum config_ns type)
{
    return namespaces[type].flag;
}

const char *config_ns_file(enum config_ns type)
{
    return namespaces[type].file;
}

const struct json_enum config_ns_names[] = {
    { "pid", CONFIG_NS_PID },       { "network", CONFIG_NS_NETWORK }, { "mount", CONFIG_NS_MOUNT },
    { "ipc", CONFIG_NS_IPC },       { "uts", CONFIG_NS_UTS },         { "user", CONFIG_NS_USER },
    { "cgroup", CONFIG_NS_CGROUP }, { "time", CONFIG_NS_TIME },       { 0 },
};

const struct json_enum config_cap_names[] = {
    { "CAP_CHOWN", CAP_CHOWN },
    { "CAP_DAC_OVERRIDE", CAP_DAC_OVERRIDE },
    { "CAP_DAC_READ_SEARCH", CAP_DAC_READ_SEARCH },
    { "CAP_FOWNER", CAP_FOWNER },
    { "CAP_FSETID", CAP_FSETID },
    { "CAP_KILL", CAP_KILL },
    { "CAP_SETGID", CAP_SETGID },
    { "CAP_SETUID", CAP_SETUID },
    { "CAP_SETPCAP", CAP_SETPCAP },
    { "CAP_LINUX_IMMUTABLE", CAP_LINUX_IMMUTABLE },
    { "CAP_NET_BIND_SERVICE", CAP_NET_BIND_SERVICE },
    { "CAP_NET_BROADCAST", CAP_NET_BROADCAST },
    { "CAP_NET_ADMIN", CAP_NET_ADMIN },
    { "CAP_NET_RAW", CAP_NET_RAW },
    { "CAP_IPC_LOCK", CAP_IPC_LOCK },
    { "CAP_IPC_OWNER", CAP_IPC_OWNER },
    { "CAP_SYS_MODULE", CAP_SYS_MODULE },
    { "CAP_SYS_RAWIO", CAP_SYS_RAWIO },
    { "CAP_SYS_CHROOT", CAP_SYS_CHROOT },
    { "CAP_SYS_PTRACE", CAP_SYS_PTRACE },
    { "CAP_SYS_PACCT", CAP_SYS_PACCT },
    { "CAP_SYS_ADMIN", CAP_SYS_ADMIN },
    { "CAP_SYS_BOOT", CAP_SYS_BOOT },
    { "CAP_SYS_NICE", CAP_SYS_NICE },
    { "CAP_SYS_RESOURCE", CAP_SYS_RESOURCE },
    { "CAP_SYS_TIME", CAP_SYS_TIME },
    { "CAP_SYS_TTY_CONFIG", CAP_SYS_TTY_CONFIG },
    { "CAP_MKNOD", CAP_MKNOD },
    { "CAP_LEASE", CAP_LEASE },
    { "CAP_AUDIT_WRITE", CAP_AUDIT_WRITE },
    { "CAP_AUDIT_CONTROL", CAP_AUDIT_CONTROL },
    { "CAP_SETFCAP", CAP_SETFCAP },
    { "CAP_MAC_OVERRIDE", CAP_MAC_OVERRIDE },
    { "CAP_MAC_ADMIN", CAP_MAC_ADMIN },
    { "CAP_SYSLOG", CAP_SYSLOG },
    { "CAP_WAKE_ALARM", CAP_WAKE_ALARM },
    { "CAP_BLOCK_SUSPEND", CAP_BLOCK_SUSPEND },
    { "CAP_AUDIT_READ", CAP_AUDIT_READ },
    { "CAP_PERFMON", CAP_PERFMON },
    { "CAP_BPF", CAP_BPF },
    { "CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE },
    { 0 },
};

const struct json_enum config_rlimit_names[] = {
    { "RLIMIT_AS", RLIMIT_AS },
    { "RLIMIT_CORE", RLIMIT_CORE },
    { "RLIMIT_CPU", RLIMIT_CPU },
    { "RLIMIT_DATA", RLIMIT_DATA },
    { "RLIMIT_FSIZE", RLIMIT_FSIZE },
    { "RLIMIT_LOCKS", RLIMIT_LOCKS },
    { "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
    { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
    { "RLIMIT_NICE", RLIMIT_NICE },
    { "RLIMIT_NOFILE", RLIMIT_NOFILE },
    { "RLIMIT_NPROC", RLIMIT_NPROC },
    { "RLIMIT_RSS", RLIMIT_RSS },
    { "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
    { "RLIMIT_RTTIME", RLIMIT_RTTIME },
    { "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
    { "RLIMIT_STACK", RLIMIT_STACK },
    { 0 },
};

const struct json_enum config_sched_policy_names[] = {
    { "SCHED_OTHER", CONFIG_SCHED_OTHER },
    { "SCHED_FIFO", CONFIG_SCHED_FIFO },
    { "SCHED_RR", CONFIG_SCHED_RR },
    { "SCHED_BATCH", CONFIG_SCHED_BATCH },
    { "SCHED_ISO", CONFIG_SCHED_ISO },
    { "SCHED_IDLE", CONFIG_SCHED_IDLE },
    { "SCHED_DEADLINE", CONFIG_SCHED_DEADLINE },
    { 0 },
};

const struct json_enum config_sched_flag_names[] = {
    { "SCHED_FLAG_RESET_ON_FORK", CONFIG_SCHED_RESET_ON_FORK },
    { "SCHED_FLAG_RECLAIM", CONFIG_SCHED_RECLAIM },
    { "SCHED_FLAG_DL_OVERRUN", CONFIG_SCHED_DL_OVERRUN },
    { "SCHED_FLAG_KEEP_POLICY", CONFIG_SCHED_KEEP_POLICY },
    { "SCHED_FLAG_KEEP_PARAMS", CONFIG_SCHED_KEEP_PARAMS },
    { "SCHED_FLAG_UTIL_CLAMP_MIN", CONFIG_SCHED_UTIL_CLAMP_MIN },
    { "SCHED_FLAG_UTIL_CLAMP_MAX", CONFIG_SCHED_UTIL_CLAMP_MAX },
    { 0 },
};

const struct json_enum config_io_class_names[] = {
    { "IOPRIO_CLASS_RT", CONFIG_IO_RT },
    { "IOPRIO_CLASS_BE", CONFIG_IO_BE },
    { "IOPRIO_CLASS_IDLE", CONFIG_IO_IDLE },
    { 0 },
};

const struct json_enum config_seccomp_action_names[] = {
    { "SCMP_ACT_KILL", CONFIG_ACT_KILL },
    { "SCMP_ACT_KILL_PROCESS", CONFIG_ACT_KILL_PROCESS },
    { "SCMP_ACT_KILL_THREAD", CONFIG_ACT_KILL_THREAD },
    { "SCMP_ACT_TRAP", CONFIG_ACT_TRAP },
    { "SCMP_ACT_ERRNO", CONFIG_ACT_ERRNO },
    { "SCMP_ACT_TRACE", CONFIG_ACT_TRACE },
    { "SCMP_ACT_ALLOW", CONFIG_ACT_ALLOW },
    { "SCMP_ACT_LOG", CONFIG_ACT_LOG },
    { "SCMP_ACT_NOTIFY", CONFIG_ACT_NOTIFY },
    { 0 },
};

const struct json_enum config_seccomp_op_names[] = {
    { "SCMP_CMP_NE", CONFIG_CMP_NE },
    { "SCMP_CMP_LT", CONFIG_CMP_LT },
    { "SCMP_CMP_LE", CONFIG_CMP_LE },
    { "SCMP_CMP_EQ", CONFIG_CMP_EQ },
    { "SCMP_CMP_GE", CONFIG_CMP_GE },
    { "SCMP_CMP_GT", CONFIG_CMP_GT },
    { "SCMP_CMP_MASKED_EQ", CONFIG_CMP_MASKED_EQ },
    { 0 },
};

const struct json_enum config_seccomp_flag_names[] = {
    { "SECCOMP_FILTER_FLAG_TSYNC", CONFIG_SECCOMP_TSYNC },
    { "SECCOMP_FILTER_FLAG_LOG", CONFIG_SECCOMP_LOG },
    { "SECCOMP_FILTER_FLAG_SPEC_ALLOW", CONFIG_SECCOMP_SPEC_ALLOW },
    { "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", CONFIG_SECCOMP_WAIT_KILLABLE_RECV },
    { 0 },
};

const struct json_enum config_arch_names[] = {
    { "SCMP_ARCH_X86", CONFIG_ARCH_X86 },
    { "SCMP_ARCH_X86_64", CONFIG_ARCH_X86_64 },
    { "SCMP_ARCH_X32", CONFIG_ARCH_X32 },
    { "SCMP_ARCH_ARM", CONFIG_ARCH_ARM },
    { "SCMP_ARCH_AARCH64", CONFIG_ARCH_AARCH64 },
    { "SCMP_ARCH_LOONGARCH64", CONFIG_ARCH_LOONGARCH64 },
    { "SCMP_ARCH_M68K", CONFIG_ARCH_M68K },
    { "SCMP_ARCH_MIPS", CONFIG_ARCH_MIPS },
    { "SCMP_ARCH_MIPS64", CONFIG_ARCH_MIPS64 },
    { "SCMP_ARCH_MIPS64N32", CONFIG_ARCH_MIPS64N32 },
    { "SCMP_ARCH_MIPSEL", CONFIG_ARCH_MIPSEL },
    { "SCMP_ARCH_MIPSEL64", CONFIG_ARCH_MIPSEL64 },
    { "SCMP_ARCH_MIPSEL64N32", CONFIG_ARCH_MIPSEL64N32 },
    { "SCMP_ARCH_PPC", CONFIG_ARCH_PPC },
    { "SCMP_ARCH_PPC64", CONFIG_ARCH_PPC64 },
    { "SCMP_ARCH_PPC64LE", CONFIG_ARCH_PPC64LE },
    { "SCMP_ARCH_S390", CONFIG_ARCH_S390 },
    { "SCMP_ARCH_S390X", CONFIG_ARCH_S390X },
    { "SCMP_ARCH_SH", CONFIG_ARCH_SH },
    { "SCMP_ARCH_SHEB", CONFIG_ARCH_SHEB },
    { "SCMP_ARCH_PARISC", CONFIG_ARCH_PARISC },
    { "SCMP_ARCH_PARISC64", CONFIG_ARCH_PARISC64 },
    { "SCMP_ARCH_RISCV64", CONFIG_ARCH_RISCV64 },
    { 0 },
};

const struct json_enum config_mpol_names[] = {
    { "MPOL_DEFAULT", CONFIG_MPOL_DEFAULT },
    { "MPOL_PREFERRED", CONFIG_MPOL_PREFERRED },
    { "MPOL_BIND", CONFIG_MPOL_BIND },
    { "MPOL_INTERLEAVE", CONFIG_MPOL_INTERLEAVE },
    { "MPOL_LOCAL", CONFIG_MPOL_LOCAL },
    { "MPOL_PREFERRED_MANY", CONFIG_MPOL_PREFERRED_MANY },
    { "MPOL_WEIGHTED_INTERLEAVE", CONFIG_MPOL_WEIGHTED_INTERLEAVE },
    { 0 },
};

const struct json_enum config_mpol_flag_names[] = {
    { "MPOL_F_NUMA_BALANCING", CONFIG_MPOL_NUMA_BALANCING },
    { "MPOL_F_RELATIVE_NODES", CONFIG_MPOL_RELATIVE_NODES },
    { "MPOL_F_STATIC_NODES", CONFIG_MPOL_STATIC_NODES },
    { 0 },
};

const struct json_enum config_persona_names[] = {
    { "LINUX", CONFIG_PERSONA_LINUX },
    { "LINUX32", CONFIG_PERSONA_LINUX32 },
    { 0 },
};
