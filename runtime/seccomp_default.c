/* SPDX-License-Identifier: MIT */
/* The default profile: docker's, as a table of ours, and as a document for one container. */
#include "runtime/seccomp.h"

#include "base/str.h"
#include "runtime/caps.h"
#include "runtime/seccomp_compile.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/socket.h>

/* Every namespace flag of clone(2): without CAP_SYS_ADMIN none of them may be set. */
#define CLONE_NS_FLAGS                                                                             \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

#define ARCH(a)       (UINT64_C(1) << CONFIG_ARCH_##a)
#define ARCH_S390_ANY (ARCH(S390) | ARCH(S390X))

/* A rule applies on any of the architectures `arches` (0: on all) but not on those of `not_on`, and
 * to a container that has all capabilities of `with` and none of `without`. */
struct rule {
    const char *names;                 /* separated by spaces */
    enum config_seccomp_action action; /* UNSET: ALLOW */
    uint32_t errno_ret;
    enum config_seccomp_op op; /* UNSET: no condition */
    uint32_t arg;
    uint64_t value;
    uint64_t value_two;
    uint64_t arches, not_on;
    uint64_t with, without;
};

/* clang-format off */
static const struct rule rules[] = {
    { "_llseek _newselect accept accept4 access adjtimex alarm bind brk cachestat capget "
      "capset chdir chmod chown chown32 clock_adjtime clock_adjtime64 clock_getres "
      "clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep "
      "clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3 "
      "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 "
      "epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat "
      "faccessat2 fadvise64 fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat "
      "fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr "
      "flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync "
      "ftruncate ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv "
      "futex_wake futimesat get_robust_list get_thread_area getcpu getcwd getdents "
      "getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 "
      "getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid "
      "getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt "
      "gettid gettimeofday getuid getuid32 getxattr getxattrat inotify_add_watch "
      "inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents "
      "io_pgetevents io_pgetevents_time64 io_setup io_submit ioctl ioprio_get ioprio_set "
      "ipc kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown "
      "lchown32 lgetxattr link linkat listen listmount listxattr listxattrat llistxattr "
      "lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier "
      "memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall "
      "mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive "
      "mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal "
      "msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at "
      "nanosleep newfstatat open openat openat2 pause pidfd_open pidfd_send_signal pipe "
      "pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 "
      "preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 pwritev "
      "pwritev2 read readahead readlink readlinkat readv recv recvfrom recvmmsg "
      "recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat rename renameat "
      "renameat2 restart_syscall riscv_hwprobe rmdir rseq rt_sigaction rt_sigpending "
      "rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait "
      "rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max "
      "sched_get_priority_min sched_getaffinity sched_getattr sched_getparam "
      "sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 "
      "sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield "
      "seccomp select semctl semget semop semtimedop semtimedop_time64 send sendfile "
      "sendfile64 sendmmsg sendmsg sendto set_robust_list set_thread_area set_tid_address "
      "setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 "
      "setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid "
      "setresuid32 setreuid setreuid32 setrlimit setsid setsockopt setuid setuid32 setxattr "
      "setxattrat shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 "
      "sigprocmask sigreturn socketcall socketpair splice stat stat64 statfs statfs64 "
      "statmount statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill "
      "time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 "
      "timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 "
      "timerfd_settime timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask "
      "uname unlink unlinkat uretprobe utime utimensat utimensat_time64 utimes vfork "
      "vmsplice wait4 waitid waitpid write writev" },
    /* Since Linux 4.8 seccomp sees what a tracer changes; hako needs a newer kernel anyway. */
    { "process_vm_readv process_vm_writev ptrace" },
    /* All address families but AF_ALG and AF_VSOCK. */
    { "socket", .op = CONFIG_CMP_LT, .arg = 0, .value = AF_ALG },
    { "socket", .op = CONFIG_CMP_EQ, .arg = 0, .value = AF_ALG + 1 },
    { "socket", .op = CONFIG_CMP_GT, .arg = 0, .value = AF_VSOCK },
    /* PER_LINUX, PER_LINUX32, each with UNAME26, and the query. */
    { "personality", .op = CONFIG_CMP_EQ, .arg = 0, .value = 0 },
    { "personality", .op = CONFIG_CMP_EQ, .arg = 0, .value = 8 },
    { "personality", .op = CONFIG_CMP_EQ, .arg = 0, .value = 0x20000 },
    { "personality", .op = CONFIG_CMP_EQ, .arg = 0, .value = 0x20008 },
    { "personality", .op = CONFIG_CMP_EQ, .arg = 0, .value = 0xffffffff },
    { "sync_file_range2 swapcontext", .arches = ARCH(PPC64LE) },
    { "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls",
      .arches = ARCH(ARM) | ARCH(AARCH64) },
    { "arch_prctl", .arches = ARCH(X86_64) | ARCH(X32) },
    { "modify_ldt", .arches = ARCH(X86_64) | ARCH(X32) | ARCH(X86) },
    { "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr", .arches = ARCH_S390_ANY },
    { "riscv_flush_icache", .arches = ARCH(RISCV64) },
    { "open_by_handle_at", .with = CAPS_BIT(CAP_DAC_READ_SEARCH) },
    { "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie "
      "lsm_get_self_attr lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount "
      "open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname setns "
      "syslog umount umount2 unshare",
      .with = CAPS_BIT(CAP_SYS_ADMIN) },
    { "clone",
      .op = CONFIG_CMP_MASKED_EQ, .arg = 0, .value = CLONE_NS_FLAGS,
      .not_on = ARCH_S390_ANY,
      .without = CAPS_BIT(CAP_SYS_ADMIN) },
    /* s390 has the first two arguments the other way round. */
    { "clone",
      .op = CONFIG_CMP_MASKED_EQ, .arg = 1, .value = CLONE_NS_FLAGS,
      .arches = ARCH_S390_ANY,
      .without = CAPS_BIT(CAP_SYS_ADMIN) },
    /* Its flags are in memory, out of a filter's sight: libraries fall back to clone(2). */
    { "clone3",
      .action = CONFIG_ACT_ERRNO, .errno_ret = ENOSYS, .without = CAPS_BIT(CAP_SYS_ADMIN) },
    { "reboot", .with = CAPS_BIT(CAP_SYS_BOOT) },
    { "chroot", .with = CAPS_BIT(CAP_SYS_CHROOT) },
    { "delete_module init_module finit_module", .with = CAPS_BIT(CAP_SYS_MODULE) },
    { "acct", .with = CAPS_BIT(CAP_SYS_PACCT) },
    { "kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace",
      .with = CAPS_BIT(CAP_SYS_PTRACE) },
    { "iopl ioperm", .with = CAPS_BIT(CAP_SYS_RAWIO) },
    { "settimeofday stime clock_settime clock_settime64", .with = CAPS_BIT(CAP_SYS_TIME) },
    { "vhangup", .with = CAPS_BIT(CAP_SYS_TTY_CONFIG) },
    { "get_mempolicy mbind set_mempolicy set_mempolicy_home_node",
      .with = CAPS_BIT(CAP_SYS_NICE) },
    { "syslog", .with = CAPS_BIT(CAP_SYSLOG) },
    { "bpf", .with = CAPS_BIT(CAP_BPF) },
    { "perf_event_open", .with = CAPS_BIT(CAP_PERFMON) },
};
/* clang-format on */

/* Which other ABIs a program of this architecture may use. */
static const struct {
    enum config_arch arch;
    uint64_t subs;
} families[] = {
    { CONFIG_ARCH_X86_64, ARCH(X86) | ARCH(X32) },
    { CONFIG_ARCH_AARCH64, ARCH(ARM) },
    { CONFIG_ARCH_MIPS64, ARCH(MIPS) | ARCH(MIPS64N32) },
    { CONFIG_ARCH_MIPS64N32, ARCH(MIPS) | ARCH(MIPS64) },
    { CONFIG_ARCH_MIPSEL64, ARCH(MIPSEL) | ARCH(MIPSEL64N32) },
    { CONFIG_ARCH_MIPSEL64N32, ARCH(MIPSEL) | ARCH(MIPSEL64) },
    { CONFIG_ARCH_S390X, ARCH(S390) },
    { CONFIG_ARCH_RISCV64, 0 },
    { CONFIG_ARCH_LOONGARCH64, 0 },
};

uint64_t seccomp_default_caps(void)
{
    uint64_t caps = 0;

    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        caps |= rules[i].with | rules[i].without;
    return caps;
}

static bool applies(const struct rule *r, enum config_arch arch, uint64_t caps)
{
    uint64_t here = UINT64_C(1) << arch;

    return (!r->arches || (r->arches & here)) && !(r->not_on & here) &&
           (caps & r->with) == r->with && !(caps & r->without);
}

static int fill(const struct rule *r, struct config_syscall *ret, struct err *e)
{
    ret->action = r->action ? r->action : CONFIG_ACT_ALLOW;
    ret->errno_ret = (struct opt_u32){ .set = r->errno_ret != 0, .val = r->errno_ret };
    ret->names = strv_split(r->names, ' ', true);
    if (!ret->names)
        return err_nomem(e);
    if (!r->op)
        return 0;
    ret->args = calloc(1, sizeof(*ret->args));
    if (!ret->args)
        return err_nomem(e);
    ret->n_args = 1;
    ret->args[0] = (struct config_seccomp_arg){
        .index = r->arg, .op = r->op, .value = r->value, .value_two = r->value_two
    };
    return 0;
}

int seccomp_default_arch(enum config_arch arch, uint64_t caps, struct config_seccomp *ret,
                         struct err *e)
{
    struct config_seccomp c = { .default_action = CONFIG_ACT_ERRNO,
                                .default_errno_ret = { true, EPERM } };
    int r = 0;

    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (families[i].arch == arch)
            c.architectures.bits = families[i].subs | UINT64_C(1) << arch;
    c.syscalls = calloc(ARRAY_LEN(rules), sizeof(*c.syscalls));
    if (!c.syscalls)
        return err_nomem(e);
    for (size_t i = 0; r >= 0 && i < ARRAY_LEN(rules); i++)
        if (applies(&rules[i], arch, caps))
            r = fill(&rules[i], &c.syscalls[c.n_syscalls++], e);
    if (r < 0) {
        json_free(&config_seccomp_table, &c);
        return r;
    }
    *ret = c;
    return 0;
}

int seccomp_default_config(uint64_t caps, struct config_seccomp *ret, struct err *e)
{
    return seccomp_default_arch(seccomp_rules_native(NULL), caps, ret, e);
}
