/* SPDX-License-Identifier: MIT */
/* Hands a profile's rules to libseccomp and takes its BPF program back; the one file to use it. */
#include "runtime/seccomp_rules.h"

#include "base/fs.h"
#include "base/str.h"
#include "runtime/seccomp_direct.h"

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <sys/mman.h>

#define X32_BIT       0x40000000u
#define ARM_PRIVATE   0x000f0000u /* cacheflush, set_tls …: not part of the numbering */
#define ARGS_MAX      6
#define PROGRAM_BYTES (BPF_MAXINSNS * sizeof(struct sock_filter) * 16)

/* CONFIG_ARCH_* by libseccomp's names; those that this libseccomp lacks resolve to 0. */
static const char *const arch_names[CONFIG_ARCH_MAX] = {
    [CONFIG_ARCH_X86] = "x86",
    [CONFIG_ARCH_X86_64] = "x86_64",
    [CONFIG_ARCH_X32] = "x32",
    [CONFIG_ARCH_ARM] = "arm",
    [CONFIG_ARCH_AARCH64] = "aarch64",
    [CONFIG_ARCH_LOONGARCH64] = "loongarch64",
    [CONFIG_ARCH_M68K] = "m68k",
    [CONFIG_ARCH_MIPS] = "mips",
    [CONFIG_ARCH_MIPS64] = "mips64",
    [CONFIG_ARCH_MIPS64N32] = "mips64n32",
    [CONFIG_ARCH_MIPSEL] = "mipsel",
    [CONFIG_ARCH_MIPSEL64] = "mipsel64",
    [CONFIG_ARCH_MIPSEL64N32] = "mipsel64n32",
    [CONFIG_ARCH_PPC] = "ppc",
    [CONFIG_ARCH_PPC64] = "ppc64",
    [CONFIG_ARCH_PPC64LE] = "ppc64le",
    [CONFIG_ARCH_S390] = "s390",
    [CONFIG_ARCH_S390X] = "s390x",
    [CONFIG_ARCH_SH] = "sh",
    [CONFIG_ARCH_SHEB] = "sheb",
    [CONFIG_ARCH_PARISC] = "parisc",
    [CONFIG_ARCH_PARISC64] = "parisc64",
    [CONFIG_ARCH_RISCV64] = "riscv64",
};

/* GOARCH names, as profiles use them in "arches", where they differ from libseccomp's. */
static const struct {
    enum config_arch arch;
    const char *goarch;
} go_names[] = {
    { CONFIG_ARCH_X86_64, "amd64" },
    { CONFIG_ARCH_AARCH64, "arm64" },
    { CONFIG_ARCH_MIPSEL, "mipsle" },
    { CONFIG_ARCH_MIPSEL64, "mips64le" },
    { CONFIG_ARCH_MIPSEL64N32, "mips64p32le" },
    { CONFIG_ARCH_MIPS64N32, "mips64p32" },
    { CONFIG_ARCH_LOONGARCH64, "loong64" },
};

/* Calls newer than libseccomp 2.5.4. Since Linux 5.1 a new call has the same number on every
 * architecture (kernel: scripts/syscall.tbl), counted from the ABI's base. */
static const struct {
    const char *name;
    uint16_t number;
} newer[] = {
    { "cachestat", 451 },         { "fchmodat2", 452 },        { "map_shadow_stack", 453 },
    { "futex_wake", 454 },        { "futex_wait", 455 },       { "futex_requeue", 456 },
    { "statmount", 457 },         { "listmount", 458 },        { "lsm_get_self_attr", 459 },
    { "lsm_set_self_attr", 460 }, { "lsm_list_modules", 461 }, { "mseal", 462 },
    { "setxattrat", 463 },        { "getxattrat", 464 },       { "listxattrat", 465 },
    { "removexattrat", 466 },     { "open_tree_attr", 467 },   { "file_getattr", 468 },
    { "file_setattr", 469 },      { "listns", 470 },
};

static void release(scmp_filter_ctx *ctx)
{
    if (*ctx)
        seccomp_release(*ctx);
}
DEFINE_CLEANUP(scmp_filter_ctx, ctx, release(p))

static uint32_t token_of(enum config_arch arch)
{
    return arch_names[arch] ? seccomp_arch_resolve_name(arch_names[arch]) : 0;
}

bool seccomp_rules_knows(enum config_arch arch)
{
    return token_of(arch) != 0;
}

enum config_arch seccomp_rules_native(const char **ret_goarch)
{
    uint32_t native = seccomp_arch_native();
    int arch = 0;

    while (arch < CONFIG_ARCH_MAX - 1 && token_of((enum config_arch)arch) != native)
        arch++;
    if (ret_goarch) {
        *ret_goarch = arch_names[arch];
        for (size_t i = 0; i < ARRAY_LEN(go_names); i++)
            if ((int)go_names[i].arch == arch)
                *ret_goarch = go_names[i].goarch;
    }
    return (enum config_arch)arch;
}

void seccomp_rules_version(unsigned ret[3])
{
    const struct scmp_version *v = seccomp_version();

    ret[0] = v->major;
    ret[1] = v->minor;
    ret[2] = v->micro;
}

int seccomp_rules_action(enum config_seccomp_action action, struct opt_u32 errno_ret, uint32_t *ret,
                         struct err *e)
{
    static const uint32_t plain[] = {
        [CONFIG_ACT_KILL] = SCMP_ACT_KILL_THREAD,
        [CONFIG_ACT_KILL_PROCESS] = SCMP_ACT_KILL_PROCESS,
        [CONFIG_ACT_KILL_THREAD] = SCMP_ACT_KILL_THREAD,
        [CONFIG_ACT_TRAP] = SCMP_ACT_TRAP,
        [CONFIG_ACT_ALLOW] = SCMP_ACT_ALLOW,
        [CONFIG_ACT_LOG] = SCMP_ACT_LOG,
        [CONFIG_ACT_NOTIFY] = SCMP_ACT_NOTIFY,
    };
    uint32_t data = errno_ret.set ? errno_ret.val : EPERM;
    const char *name = json_enum_name(config_seccomp_action_names, (int)action);

    if (data > UINT16_MAX)
        return err_set(e, ERR_INVALID, "seccomp: errnoRet %u is out of range", data);
    if (action == CONFIG_ACT_ERRNO) {
        *ret = SCMP_ACT_ERRNO(data);
        return 0;
    }
    if (action == CONFIG_ACT_TRACE) {
        *ret = SCMP_ACT_TRACE(data);
        return 0;
    }
    if (errno_ret.set)
        return err_set(e, ERR_INVALID, "seccomp: action %s cannot carry errnoRet",
                       name ? name : "(none)");
    if (action == CONFIG_ACT_UNSET || (size_t)action >= ARRAY_LEN(plain))
        return err_set(e, ERR_INVALID, "seccomp: a rule has no action");
    *ret = plain[action];
    return 0;
}

static int add_lane(struct seccomp_rules *r, enum config_arch arch, struct err *e)
{
    uint32_t token = token_of(arch);

    if (token == 0)
        return err_set(e, ERR_UNSUPPORTED, "seccomp: this libseccomp does not know architecture %s",
                       json_enum_name(config_arch_names, (int)arch));
    for (size_t i = 0; i < r->n_lanes; i++)
        if (r->lanes[i].token == token)
            return 0;
    struct seccomp_lane *l = &r->lanes[r->n_lanes++];
    *l = (struct seccomp_lane){ .token = token, .audit = token, .last = UINT32_MAX };
    if (token == SCMP_ARCH_X86_64)
        l->last = X32_BIT - 1;
    if (token == SCMP_ARCH_X32) {
        l->audit = SCMP_ARCH_X86_64;
        l->first = X32_BIT;
    }
    if (token == SCMP_ARCH_ARM)
        l->last = ARM_PRIVATE - 1;
    return 0;
}

int seccomp_rules_init(const struct config_seccomp *c, struct seccomp_rules *ret, struct err *e)
{
    struct seccomp_rules r = { .config = c };
    int rc;

    rc = seccomp_rules_action(c->default_action, c->default_errno_ret, &r.default_action, e);
    if (rc < 0)
        return rc;
    rc = add_lane(&r, seccomp_rules_native(NULL), e);
    for (int arch = 0; rc >= 0 && arch < CONFIG_ARCH_MAX; arch++)
        if (c->architectures.bits & (UINT64_C(1) << arch))
            rc = add_lane(&r, (enum config_arch)arch, e);
    if (rc < 0)
        return rc;
    *ret = r;
    return 0;
}

bool seccomp_rules_known(const char *name)
{
    return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

bool seccomp_rules_exists(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(newer); i++)
        if (STREQ(newer[i].name, name))
            return true;
    return seccomp_rules_known(name);
}

int64_t seccomp_rules_number(const struct seccomp_lane *lane, const char *name)
{
    int known = seccomp_syscall_resolve_name_arch(lane->token, name);
    uint32_t base = lane->first;

    if (known >= 0)
        return known;
    if (seccomp_rules_known(name))
        return -1;
    if (lane->token == SCMP_ARCH_MIPS || lane->token == SCMP_ARCH_MIPSEL)
        base = 4000;
    if (lane->token == SCMP_ARCH_MIPS64 || lane->token == SCMP_ARCH_MIPSEL64)
        base = 5000;
    if (lane->token == SCMP_ARCH_MIPS64N32 || lane->token == SCMP_ARCH_MIPSEL64N32)
        base = 6000;
    for (size_t i = 0; i < ARRAY_LEN(newer); i++)
        if (STREQ(newer[i].name, name))
            return (int64_t)base + newer[i].number;
    return -1;
}

static int make_ctx(const struct seccomp_rules *r, scmp_filter_ctx *ret, struct err *e)
{
    CLEANUP(ctx) scmp_filter_ctx ctx = seccomp_init(r->default_action);
    int rc;

    if (!ctx)
        return err_set(e, ERR_UNSUPPORTED, "seccomp: this kernel lacks the default action %s",
                       json_enum_name(config_seccomp_action_names, (int)r->config->default_action));
    rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; rc == 0 && i < r->n_lanes; i++) {
        if (seccomp_arch_exist(ctx, r->lanes[i].token) == 0)
            continue;
        rc = seccomp_arch_add(ctx, r->lanes[i].token);
        if (rc == -EDOM)
            return err_set(e, ERR_INVALID,
                           "seccomp: the profile mixes architectures of both byte orders");
    }
    if (rc < 0)
        return err_errnum(e, -rc, "seccomp_arch_add", NULL);
    *ret = TAKE_PTR(ctx);
    return 0;
}

static int read_arg(const struct config_seccomp_arg *a, struct scmp_arg_cmp *ret, struct err *e)
{
    static const enum scmp_compare ops[] = {
        [CONFIG_CMP_NE] = SCMP_CMP_NE,
        [CONFIG_CMP_LT] = SCMP_CMP_LT,
        [CONFIG_CMP_LE] = SCMP_CMP_LE,
        [CONFIG_CMP_EQ] = SCMP_CMP_EQ,
        [CONFIG_CMP_GE] = SCMP_CMP_GE,
        [CONFIG_CMP_GT] = SCMP_CMP_GT,
        [CONFIG_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
    };

    if (a->index >= ARGS_MAX || a->op == CONFIG_CMP_UNSET || (size_t)a->op >= ARRAY_LEN(ops))
        return err_set(e, ERR_INVALID, "seccomp: bad condition on argument %u", a->index);
    *ret = (struct scmp_arg_cmp){
        .arg = a->index, .op = ops[a->op], .datum_a = a->value, .datum_b = a->value_two
    };
    return 0;
}

/* Conditions on one argument twice cannot stand in one rule of libseccomp; like runc we make a
 * rule of each condition then. */
static int add_rule(scmp_filter_ctx ctx, uint32_t action, int number,
                    const struct config_syscall *s, const char *name, struct err *e)
{
    struct scmp_arg_cmp args[ARGS_MAX];
    unsigned seen = 0;
    bool twice = false;
    int rc = 0;

    for (size_t i = 0; i < s->n_args; i++) {
        struct scmp_arg_cmp one;
        rc = read_arg(&s->args[i], &one, e);
        if (rc < 0)
            return err_wrap(e, "system call %s", name);
        twice = twice || (seen & 1u << one.arg);
        seen |= 1u << one.arg;
        if (i < ARGS_MAX)
            args[i] = one;
    }
    if (!twice) {
        rc = seccomp_rule_add_array(ctx, action, number, (unsigned)s->n_args, args);
    } else {
        for (size_t i = 0; rc == 0 && i < s->n_args; i++) {
            struct scmp_arg_cmp one;
            rc = read_arg(&s->args[i], &one, e);
            if (rc == 0)
                rc = seccomp_rule_add_array(ctx, action, number, 1, &one);
        }
    }
    if (rc == -EEXIST)
        return err_set(e, ERR_INVALID, "seccomp: two rules for %s contradict each other", name);
    if (rc < 0)
        return err_errnum(e, -rc, "seccomp_rule_add", name);
    return 0;
}

static int add_syscall(scmp_filter_ctx ctx, const struct seccomp_rules *r,
                       const struct config_syscall *s, const char *only,
                       const struct seccomp_direct *direct, struct err *e)
{
    uint32_t action;
    int rc;

    rc = seccomp_rules_action(s->action, s->errno_ret, &action, e);
    if (rc < 0)
        return rc;
    if (action == r->default_action)
        return 0;
    strv_foreach (name, s->names) {
        if (only ? !STREQ(only, *name) : seccomp_direct_has(direct, *name))
            continue;
        int number = seccomp_syscall_resolve_name(only ? SECCOMP_STAND_IN : *name);
        if (number == __NR_SCMP_ERROR)
            continue;
        rc = add_rule(ctx, action, number, s, *name, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* libseccomp 2.5 writes its program to a descriptor only. */
static int export_bpf(scmp_filter_ctx ctx, struct seccomp_program *ret, struct err *e)
{
    AUTO_FD int fd = memfd_create("hako-seccomp", MFD_CLOEXEC);
    char *bytes = NULL;
    size_t len = 0;
    int r;

    if (fd < 0)
        return err_sys(e, "memfd_create", NULL);
    r = seccomp_export_bpf(ctx, fd);
    if (r < 0)
        return err_errnum(e, -r, "seccomp_export_bpf", NULL);
    if (lseek(fd, 0, SEEK_SET) < 0)
        return err_sys(e, "lseek", "memfd");
    r = fs_read_fd(fd, "seccomp program", PROGRAM_BYTES, &bytes, &len, e);
    if (r < 0)
        return r;
    ret->insns = (struct sock_filter *)(void *)bytes;
    ret->len = len / sizeof(struct sock_filter);
    return 0;
}

int seccomp_rules_program(const struct seccomp_rules *r, const char *only,
                          const struct seccomp_direct *direct, struct seccomp_program *ret,
                          struct err *e)
{
    CLEANUP(ctx) scmp_filter_ctx ctx = NULL;
    int rc;

    rc = make_ctx(r, &ctx, e);
    for (size_t i = 0; rc >= 0 && i < r->config->n_syscalls; i++)
        rc = add_syscall(ctx, r, &r->config->syscalls[i], only, direct, e);
    if (rc < 0)
        return rc;
    return export_bpf(ctx, ret, e);
}
