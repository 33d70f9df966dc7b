/* SPDX-License-Identifier: MIT */
/* Writes a C header with a system call filter of docker's profile's size and effect, as a tree. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Not hako's profile, and not proven equal to docker's: a yardstick for what loading and running
 * a filter must cost. For each system call number one verdict; neighbours with the same verdict
 * are one range; ranges are found by binary search.
 */
#define NR_MAX    512
#define X32_BIT   0x40000000U
#define INSTR_MAX 2048

enum verdict { DENY, ALLOW, NOSYS, CLONE_FLAGS, PERSONALITY, NO_VSOCK };

static const char *const denied[] = {
    "acct",
    "add_key",
    "bpf",
    "clock_settime",
    "create_module",
    "delete_module",
    "fanotify_init",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "get_kernel_syms",
    "get_mempolicy",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "mbind",
    "migrate_pages",
    "mount",
    "mount_setattr",
    "move_mount",
    "move_pages",
    "nfsservctl",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "pivot_root",
    "query_module",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "set_mempolicy",
    "setdomainname",
    "sethostname",
    "setns",
    "settimeofday",
    "stime",
    "swapoff",
    "swapon",
    "_sysctl",
    "sysfs",
    "syslog",
    "umount",
    "umount2",
    "unshare",
    "uselib",
    "userfaultfd",
    "ustat",
    "vhangup",
    "vm86",
    "vm86old",
};

static const struct {
    const char *name;
    enum verdict verdict;
} special[] = {
    { "clone3", NOSYS },
    { "clone", CLONE_FLAGS },
    { "personality", PERSONALITY },
    { "socket", NO_VSOCK },
};

struct range {
    uint32_t first;
    enum verdict verdict;
};

static struct sock_filter prog[INSTR_MAX];
static size_t n_prog;

static size_t emit(uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
    if (n_prog == INSTR_MAX)
        abort();
    prog[n_prog] = (struct sock_filter)BPF_JUMP(code, k, jt, jf);
    return n_prog++;
}

static void emit_return(uint32_t action)
{
    emit(BPF_RET | BPF_K, action, 0, 0);
}

static void emit_load(size_t offset)
{
    emit(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void emit_verdict(enum verdict v)
{
    static const uint32_t personalities[] = { 0, 8, 0x20000, 0x20008, UINT32_MAX };
    const size_t n = sizeof(personalities) / sizeof(*personalities);

    switch (v) {
    case DENY: emit_return(SECCOMP_RET_ERRNO | EPERM); return;
    case ALLOW: emit_return(SECCOMP_RET_ALLOW); return;
    case NOSYS: emit_return(SECCOMP_RET_ERRNO | ENOSYS); return;
    case CLONE_FLAGS: /* none of the CLONE_NEW* flags */
        emit_load(offsetof(struct seccomp_data, args[0]));
        emit(BPF_JMP | BPF_JSET | BPF_K, 0x7e020000, 1, 0);
        break;
    case PERSONALITY:
        emit_load(offsetof(struct seccomp_data, args[0]));
        for (size_t i = 0; i + 1 < n; i++)
            emit(BPF_JMP | BPF_JEQ | BPF_K, personalities[i], (uint8_t)(n - 1 - i), 0);
        emit(BPF_JMP | BPF_JEQ | BPF_K, personalities[n - 1], 0, 1);
        break;
    case NO_VSOCK:
        emit_load(offsetof(struct seccomp_data, args[0]));
        emit(BPF_JMP | BPF_JEQ | BPF_K, 40 /* AF_VSOCK */, 1, 0);
        break;
    }
    emit_return(SECCOMP_RET_ALLOW);
    emit_return(SECCOMP_RET_ERRNO | EPERM);
}

static void emit_tree(const struct range *r, size_t n)
{
    size_t node, jump;

    if (n == 1) {
        emit_verdict(r->verdict);
        return;
    }
    node = emit(BPF_JMP | BPF_JGE | BPF_K, r[n / 2].first, 0, 1);
    jump = emit(BPF_JMP | BPF_JA, 0, 0, 0);
    emit_tree(r, n / 2);
    /* A short way is one conditional jump; a long one needs the unconditional jump's reach. */
    if (n_prog - jump - 1 <= UINT8_MAX) {
        memmove(&prog[jump], &prog[jump + 1], (n_prog - jump - 1) * sizeof(*prog));
        n_prog--;
        prog[node].jt = (uint8_t)(n_prog - node - 1);
        prog[node].jf = 0;
    } else {
        prog[jump].k = (uint32_t)(n_prog - jump - 1);
    }
    emit_tree(r + n / 2, n - n / 2);
}

static enum verdict judge(uint32_t arch, int nr)
{
    char *name = seccomp_syscall_resolve_num_arch(arch, nr);
    enum verdict v = name ? ALLOW : DENY;

    for (size_t i = 0; name && i < sizeof(denied) / sizeof(*denied); i++)
        if (strcmp(name, denied[i]) == 0)
            v = DENY;
    for (size_t i = 0; name && i < sizeof(special) / sizeof(*special); i++)
        if (strcmp(name, special[i].name) == 0)
            v = special[i].verdict;
    free(name);
    return v;
}

static size_t add_ranges(struct range *r, size_t n, uint32_t arch, uint32_t base)
{
    for (uint32_t nr = 0; nr < NR_MAX + 64; nr++) {
        enum verdict v = judge(arch, (int)(base + nr));

        if (n == 0 || nr == 0 || r[n - 1].verdict != v)
            r[n++] = (struct range){ base + nr, v };
    }
    return n;
}

int main(void)
{
    static struct range native[2 * (NR_MAX + 64)], compat[NR_MAX + 64];
    size_t n_native = add_ranges(native, 0, SCMP_ARCH_X86_64, 0);
    size_t n_compat = add_ranges(compat, 0, SCMP_ARCH_X86, 0);
    size_t other;

    n_native = add_ranges(native, n_native, SCMP_ARCH_X32, X32_BIT);
    emit_load(offsetof(struct seccomp_data, arch));
    emit(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    other = emit(BPF_JMP | BPF_JA, 0, 0, 0);
    emit_load(offsetof(struct seccomp_data, nr));
    emit_tree(native, n_native);
    prog[other].k = (uint32_t)(n_prog - other - 1);
    emit(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 1, 0);
    emit_return(SECCOMP_RET_ERRNO | EPERM);
    emit_load(offsetof(struct seccomp_data, nr));
    emit_tree(compat, n_compat);

    printf("/* Written by filter_gen: %zu and %zu ranges. */\n#pragma once\n\n"
           "#include <linux/filter.h>\n\nstatic const struct sock_filter floor_filter[] = {\n",
           n_native, n_compat);
    for (size_t i = 0; i < n_prog; i++)
        printf("    { 0x%02x, %u, %u, 0x%08x },\n", prog[i].code, prog[i].jt, prog[i].jf,
               prog[i].k);
    printf("};\n");
    return 0;
}
