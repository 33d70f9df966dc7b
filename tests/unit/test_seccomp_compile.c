/* SPDX-License-Identifier: MIT */
/* Proves compiled filters equal to libseccomp's: all numbers, all architectures, telling arguments.
 */
#include "base/str.h"
#include "bpf.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_compile.h"
#include "unit.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/mman.h>

#define NUMBERS 600 /* more than any ABI has above its base */
#define ARCH(a) (UINT64_C(1) << CONFIG_ARCH_##a)

static const struct {
    uint64_t bits;
    uint32_t tokens[4];
} families[] = {
    { ARCH(X86_64) | ARCH(X86) | ARCH(X32), { SCMP_ARCH_X86, SCMP_ARCH_X32 } },
    { 0, { 0 } },
    { ARCH(AARCH64) | ARCH(ARM), { SCMP_ARCH_AARCH64, SCMP_ARCH_ARM } },
    { ARCH(MIPSEL) | ARCH(MIPSEL64) | ARCH(MIPSEL64N32),
      { SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL64N32 } },
    { ARCH(PPC64LE) | ARCH(RISCV64), { SCMP_ARCH_PPC64LE, SCMP_ARCH_RISCV64 } },
};

/* seccomp_data.arch to try, and where its numbers begin. */
static const struct {
    uint32_t audit, base;
} places[] = {
    { AUDIT_ARCH_X86_64, 0 },
    { AUDIT_ARCH_X86_64, 0x40000000 },
    { AUDIT_ARCH_I386, 0 },
    { AUDIT_ARCH_AARCH64, 0 },
    { AUDIT_ARCH_ARM, 0 },
    { AUDIT_ARCH_ARM, 0xf0000 },
    { AUDIT_ARCH_MIPSEL, 4000 },
    { AUDIT_ARCH_MIPSEL64, 5000 },
    { AUDIT_ARCH_MIPSEL64N32, 6000 },
    { AUDIT_ARCH_PPC64 | __AUDIT_ARCH_LE, 0 },
    { AUDIT_ARCH_RISCV64, 0 },
    { AUDIT_ARCH_S390X, 0 },
    { AUDIT_ARCH_X86_64, 0x7ffffe00 },
    { AUDIT_ARCH_X86_64, 0xfffffc00 },
    { AUDIT_ARCH_I386, 0xfffffc00 },
    { AUDIT_ARCH_X86_64, 0x3ffffe00 },
};

/* libseccomp used as plainly as can be: no optimisation, one rule a call. Its result, or NULL when
 * it refuses a rule. */
static struct sock_filter *reference(const struct config_seccomp *c, const uint32_t *tokens,
                                     size_t *ret_len)
{
    static const enum scmp_compare ops[] = { 0,           SCMP_CMP_NE,       SCMP_CMP_LT,
                                             SCMP_CMP_LE, SCMP_CMP_EQ,       SCMP_CMP_GE,
                                             SCMP_CMP_GT, SCMP_CMP_MASKED_EQ };
    struct err e = ERR_INIT;
    uint32_t def, act;
    int rc = 0;

    unit_ok(seccomp_rules_action(c->default_action, c->default_errno_ret, &def, &e), &e);
    scmp_filter_ctx ctx = seccomp_init(def);
    ck_assert_ptr_nonnull(ctx);
    for (size_t i = 0; i < 4 && tokens[i]; i++)
        if (seccomp_arch_exist(ctx, tokens[i]) != 0)
            ck_assert_int_eq(seccomp_arch_add(ctx, tokens[i]), 0);
    for (size_t i = 0; rc == 0 && i < c->n_syscalls; i++) {
        const struct config_syscall *s = &c->syscalls[i];
        struct scmp_arg_cmp args[6];
        unit_ok(seccomp_rules_action(s->action, s->errno_ret, &act, &e), &e);
        for (size_t j = 0; j < s->n_args; j++)
            args[j] = (struct scmp_arg_cmp){ s->args[j].index, ops[s->args[j].op], s->args[j].value,
                                             s->args[j].value_two };
        strv_foreach (name, s->names) {
            int nr = seccomp_syscall_resolve_name(*name);
            if (rc == 0 && nr != __NR_SCMP_ERROR && act != def)
                rc = seccomp_rule_add_array(ctx, act, nr, (unsigned)s->n_args, args);
        }
    }
    struct sock_filter *insns = NULL;
    if (rc == 0) {
        int fd = memfd_create("reference", MFD_CLOEXEC);
        ck_assert_int_eq(seccomp_export_bpf(ctx, fd), 0);
        off_t size = lseek(fd, 0, SEEK_END);
        insns = malloc((size_t)size);
        ck_assert_int_eq(pread(fd, insns, (size_t)size, 0), size);
        *ret_len = (size_t)size / sizeof(*insns);
        close(fd);
    }
    seccomp_release(ctx);
    return insns;
}

/* Argument values that could make a difference: every constant of the profile, its neighbours, and
 * the same in the other half of the word. */
struct values {
    uint64_t v[512];
    size_t n;
    unsigned used; /* arguments that conditions look at */
};

static void add_value(struct values *v, uint64_t value)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i] == value)
            return;
    if (v->n < ARRAY_LEN(v->v))
        v->v[v->n++] = value;
}

static void collect_values(const struct config_seccomp *c, struct values *v)
{
    *v = (struct values){ 0 };
    add_value(v, 0);
    add_value(v, UINT64_MAX);
    for (size_t i = 0; i < c->n_syscalls; i++)
        for (size_t j = 0; j < c->syscalls[i].n_args; j++) {
            const struct config_seccomp_arg *a = &c->syscalls[i].args[j];
            const uint64_t seeds[] = { a->value, a->value_two };
            v->used |= 1u << a->index;
            for (size_t k = 0; k < 2; k++)
                for (int d = -1; d <= 1; d++) {
                    add_value(v, seeds[k] + (uint64_t)d);
                    add_value(v, (seeds[k] + (uint64_t)d) | UINT64_C(1) << 40);
                    add_value(v, (seeds[k] + (uint64_t)d) << 32);
                }
        }
}

struct pair {
    const struct sock_filter *a, *b;
    size_t na, nb;
};

static void compare_one(const struct pair *p, const struct seccomp_data *d)
{
    uint32_t a = bpf_run(p->a, p->na, d, NULL), b = bpf_run(p->b, p->nb, d, NULL);

    if (a != b) /* libcheck's assertions are too slow for this */
        ck_abort_msg("arch 0x%x number 0x%x args 0x%llx 0x%llx: 0x%x, libseccomp 0x%x", d->arch,
                     (unsigned)d->nr, (unsigned long long)d->args[0],
                     (unsigned long long)d->args[1], a, b);
}

/* Every combination of values in the arguments that are looked at: one after the other, and
 * pairwise for the first two. */
static void compare_args(const struct pair *p, struct seccomp_data *d, const struct values *v)
{
    for (unsigned arg = 0; arg < 6; arg++) {
        if (!(v->used & 1u << arg))
            continue;
        for (size_t i = 0; i < v->n; i++) {
            memset(d->args, 0, sizeof(d->args));
            d->args[arg] = v->v[i];
            compare_one(p, d);
            for (size_t k = 0; k < v->n; k += 1 + v->n / 4) {
                d->args[(arg + 1) % 6] = v->v[k];
                compare_one(p, d);
            }
        }
    }
}

/* True when the answer depends on arguments for one of the two programs. */
static bool looks_at_args(const struct sock_filter *v, size_t n, const struct seccomp_data *d)
{
    size_t pc = 0;
    uint32_t a = 0;

    while (BPF_CLASS(v[pc].code) != BPF_RET) {
        const struct sock_filter *in = &v[pc++];
        if (pc >= n)
            ck_abort_msg("the filter runs off its end");
        if (BPF_CLASS(in->code) == BPF_LD && in->k >= offsetof(struct seccomp_data, args))
            return true;
        if (BPF_CLASS(in->code) == BPF_LD)
            a = in->k == 0 ? (uint32_t)d->nr : d->arch;
        else if (in->code == (BPF_JMP | BPF_JA))
            pc += in->k;
        else
            pc += bpf_jump(in, a) ? in->jt : in->jf;
    }
    return false;
}

static void compare(const struct pair *p, const struct values *v)
{
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        for (uint32_t n = 0; n < NUMBERS; n++) {
            struct seccomp_data d = { .nr = (int)(places[i].base + n), .arch = places[i].audit };
            compare_one(p, &d);
            if (looks_at_args(p->a, p->na, &d) || looks_at_args(p->b, p->nb, &d))
                compare_args(p, &d, v);
        }
}

/* Names that libseccomp lacks would make a difference by intent. */
static void drop_newer(struct config_seccomp *c)
{
    for (size_t i = 0; i < c->n_syscalls; i++) {
        char **out = c->syscalls[i].names;
        for (char **in = out; *in; in++)
            if (seccomp_rules_known(*in))
                *out++ = *in;
            else
                free(*in);
        *out = NULL;
    }
}

static void prove(const struct config_seccomp *c, const uint32_t *tokens)
{
    AUTO_SECCOMP_PROGRAM struct seccomp_program p = { 0 };
    struct err e = ERR_INIT;
    struct values v;
    size_t len = 0;

    AUTO_FREE struct sock_filter *ref = reference(c, tokens, &len);
    if (!ref) {
        ck_assert_int_lt(seccomp_compile_program(c, &p, &e), 0);
        return;
    }
    unit_ok(seccomp_compile_program(c, &p, &e), &e);
    collect_values(c, &v);
    compare(&(struct pair){ .a = p.insns, .na = p.len, .b = ref, .nb = len }, &v);
}

static const uint64_t cap_sets[] = {
    CAPS_DEFAULT,
    0,
    CAPS_DEFAULT | CAPS_BIT(CAP_SYS_ADMIN),
    CAPS_DEFAULT | CAPS_BIT(CAP_SYS_PTRACE) | CAPS_BIT(CAP_SYS_NICE),
    UINT64_MAX,
};

/* ENOSYS as errno by default: then calls beyond the profile need no overlay, and the two programs
 * must agree on everything. */
START_TEST(default_profile_equals_libseccomp)
{
    uint64_t caps = cap_sets[_i % (int)ARRAY_LEN(cap_sets)];
    size_t family = (size_t)_i / ARRAY_LEN(cap_sets);
    struct config_seccomp c;
    struct err e = ERR_INIT;

    unit_ok(seccomp_default_config(caps, &c, &e), &e);
    drop_newer(&c);
    c.default_errno_ret.val = ENOSYS;
    for (size_t i = 0; i < c.n_syscalls; i++) /* clone3's ENOSYS is the default here */
        if (c.syscalls[i].action == CONFIG_ACT_ERRNO)
            c.syscalls[i].errno_ret.val = EXDEV;
    c.architectures.bits = families[family].bits;
    prove(&c, families[family].tokens);
    json_free(&config_seccomp_table, &c);
}
END_TEST

static uint32_t seed;

static uint32_t pick(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static void random_rule(struct config_syscall *s)
{
    static const enum config_seccomp_action actions[] = {
        CONFIG_ACT_ALLOW, CONFIG_ACT_ERRNO, CONFIG_ACT_KILL_PROCESS,
        CONFIG_ACT_TRAP,  CONFIG_ACT_LOG,   CONFIG_ACT_TRACE
    };
    static const uint64_t numbers[] = { 0,
                                        1,
                                        2,
                                        7,
                                        0x7fffffff,
                                        0x80000000,
                                        0xffffffff,
                                        UINT64_C(0x100000000),
                                        UINT64_C(0xfffffffffffffffe) };
    size_t wanted = 1 + pick(12);

    s->action = actions[pick(ARRAY_LEN(actions))];
    if (s->action == CONFIG_ACT_ERRNO)
        s->errno_ret = (struct opt_u32){ true, pick(200) };
    while (strv_len(s->names) < wanted) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)pick(450));
        if (name)
            ck_assert_int_eq(strv_push(&s->names, name), 0);
    }
    s->n_args = pick(3);
    s->args = calloc(s->n_args + 1, sizeof(*s->args));
    for (size_t i = 0; i < s->n_args; i++)
        s->args[i] = (struct config_seccomp_arg){
            .index = (uint32_t)i * 3 + pick(3),
            .op = (enum config_seccomp_op)(1 + pick(7)),
            .value = numbers[pick(ARRAY_LEN(numbers))],
            .value_two = numbers[pick(ARRAY_LEN(numbers))],
        };
}

START_TEST(random_profiles_equal_libseccomp)
{
    struct config_seccomp c = { 0 };
    size_t family;

    seed = (uint32_t)_i * 7919 + 17;
    family = pick(ARRAY_LEN(families));
    c.default_action = pick(2) ? CONFIG_ACT_ALLOW : CONFIG_ACT_ERRNO;
    if (c.default_action == CONFIG_ACT_ERRNO)
        c.default_errno_ret = (struct opt_u32){ true, ENOSYS };
    c.architectures.bits = families[family].bits;
    c.n_syscalls = 1 + pick(20);
    c.syscalls = calloc(c.n_syscalls, sizeof(*c.syscalls));
    for (size_t i = 0; i < c.n_syscalls; i++)
        random_rule(&c.syscalls[i]);
    if (pick(2)) /* what lets the others do without libseccomp */
        ck_assert_int_eq(strv_add(&c.syscalls[0].names, pick(2) ? "read" : "getppid"), 0);
    prove(&c, families[family].tokens);
    json_free(&config_seccomp_table, &c);
}
END_TEST

/* A rule for every call, fates alternating: the longest filter there is; jumps must reach. */
START_TEST(long_filters_equal_libseccomp)
{
    struct config_seccomp c = { .default_action = CONFIG_ACT_ALLOW };

    c.architectures.bits = families[0].bits;
    c.n_syscalls = 450;
    c.syscalls = calloc(c.n_syscalls, sizeof(*c.syscalls));
    for (size_t i = 0; i < c.n_syscalls; i++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)i);
        struct config_syscall *s = &c.syscalls[i];
        s->action = CONFIG_ACT_ERRNO;
        s->errno_ret = (struct opt_u32){ true, (uint32_t)i + 1 };
        ck_assert_int_eq(strv_push(&s->names, name ? name : str_dup("none")), 0);
        if (i % 3 == 0) {
            s->n_args = 1;
            s->args = calloc(1, sizeof(*s->args));
            s->args[0] =
                (struct config_seccomp_arg){ .index = 1, .op = CONFIG_CMP_GT, .value = i * 5 };
        }
    }
    prove(&c, families[0].tokens);
    json_free(&config_seccomp_table, &c);
}
END_TEST

/* Many alternatives for one call: they must not be walked 2^n times. */
START_TEST(many_alternatives_are_quick)
{
    struct config_seccomp c = { .default_action = CONFIG_ACT_ERRNO,
                                .default_errno_ret = { true, ENOSYS } };

    c.n_syscalls = 60;
    c.syscalls = calloc(c.n_syscalls, sizeof(*c.syscalls));
    for (size_t i = 0; i < c.n_syscalls; i++) {
        struct config_syscall *s = &c.syscalls[i];
        s->action = CONFIG_ACT_ALLOW;
        ck_assert_int_eq(strv_add(&s->names, "ioctl"), 0);
        s->n_args = 1;
        s->args = calloc(1, sizeof(*s->args));
        s->args[0] = (struct config_seccomp_arg){ .index = 1,
                                                  .op = CONFIG_CMP_MASKED_EQ,
                                                  .value = i << 32 | (i + 5),
                                                  .value_two = i << 32 | (i & 4) };
    }
    prove(&c, families[1].tokens);
    json_free(&config_seccomp_table, &c);
}
END_TEST

static uint32_t decide(const struct seccomp_program *p, uint32_t audit, uint32_t nr)
{
    struct seccomp_data d = { .nr = (int)nr, .arch = audit };

    return bpf_run(p->insns, p->len, &d, NULL);
}

#define ERRNO(n) (SECCOMP_RET_ERRNO | (n))

START_TEST(newer_calls_follow_the_profile_then_enosys)
{
    AUTO_SECCOMP_PROGRAM struct seccomp_program p = { 0 };
    struct config_seccomp c;
    struct err e = ERR_INIT;
    const uint32_t x86_64 = AUDIT_ARCH_X86_64, i386 = AUDIT_ARCH_I386, x32 = 0x40000000;

    unit_ok(seccomp_default_config(CAPS_DEFAULT, &c, &e), &e);
    unit_ok(seccomp_compile_program(&c, &p, &e), &e);
    ck_assert_uint_eq(decide(&p, x86_64, 462), SECCOMP_RET_ALLOW); /* mseal */
    ck_assert_uint_eq(decide(&p, x86_64, x32 | 462), SECCOMP_RET_ALLOW);
    ck_assert_uint_eq(decide(&p, i386, 462), SECCOMP_RET_ALLOW);
    ck_assert_uint_eq(decide(&p, x86_64, 459), ERRNO(EPERM));  /* lsm_get_self_attr */
    ck_assert_uint_eq(decide(&p, x86_64, 435), ERRNO(ENOSYS)); /* clone3 */
    ck_assert_uint_eq(decide(&p, x86_64, 165), ERRNO(EPERM));  /* mount */
    ck_assert_uint_eq(decide(&p, x86_64, 1000), ERRNO(ENOSYS));
    ck_assert_uint_eq(decide(&p, x86_64, x32 | 1000), ERRNO(ENOSYS));
    ck_assert_uint_eq(decide(&p, i386, 1000), ERRNO(ENOSYS));
    ck_assert_uint_eq(decide(&p, AUDIT_ARCH_AARCH64, 63), SECCOMP_RET_KILL_THREAD);
    json_free(&config_seccomp_table, &c);
}
END_TEST

START_TEST(built_in_filters_are_what_would_be_compiled)
{
    const struct seccomp_builtin *b = &seccomp_builtins[_i];
    AUTO_SECCOMP_PROGRAM struct seccomp_program p = { 0 };
    struct config_seccomp c;
    struct err e = ERR_INIT;

    unit_ok(seccomp_default_config(b->caps, &c, &e), &e);
    unit_ok(seccomp_compile_program(&c, &p, &e), &e);
    ck_assert_uint_eq(p.len, b->len);
    ck_assert_mem_eq(p.insns, b->insns, p.len * sizeof(*p.insns));
    json_free(&config_seccomp_table, &c);
}
END_TEST

/* What the kernel pays at load time: instructions, and steps for each of its numbers. */
START_TEST(the_default_filter_stays_small)
{
    const struct seccomp_builtin *b = &seccomp_builtins[0];
    size_t steps, total = 0;

    ck_assert_uint_le(b->len, 260);
    for (int nr = 0; nr < 450; nr++) {
        struct seccomp_data d = { .nr = nr, .arch = AUDIT_ARCH_X86_64 };
        bpf_run(b->insns, b->len, &d, &steps);
        total += steps;
    }
    ck_assert_uint_le(total / 450, 12);
}
END_TEST

static struct config_syscall notify_rule = { .action = CONFIG_ACT_NOTIFY };

START_TEST(bad_profiles_are_refused)
{
    AUTO_SECCOMP struct seccomp_filter f = { 0 };
    struct config_seccomp c = { .default_action = CONFIG_ACT_NOTIFY };
    struct err e = ERR_INIT;

    unit_fails(seccomp_compile(&c, -1, &f, &e), ERR_INVALID, &e);
    c.default_action = CONFIG_ACT_ALLOW;
    c.default_errno_ret = (struct opt_u32){ true, 1 };
    unit_fails(seccomp_compile(&c, -1, &f, &e), ERR_INVALID, &e);
    c.default_errno_ret.set = false;
    ck_assert_int_eq(strv_add(&notify_rule.names, "write"), 0);
    c.syscalls = &notify_rule;
    c.n_syscalls = 1;
    unit_fails(seccomp_compile(&c, -1, &f, &e), ERR_INVALID, &e);
    c.n_syscalls = 0;
    c.architectures.bits = ARCH(S390X); /* beside the native, little-endian one */
    unit_fails(seccomp_compile(&c, -1, &f, &e), ERR_INVALID, &e);
    c.architectures.bits = ARCH(PARISC) | ARCH(SHEB);
    ck_assert_int_lt(seccomp_compile(&c, -1, &f, &e), 0);
    strv_free(notify_rule.names);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("seccomp_compile");

    if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
        tcase_add_loop_test(t, default_profile_equals_libseccomp, 0,
                            ARRAY_LEN(cap_sets) * ARRAY_LEN(families));
        tcase_add_loop_test(t, random_profiles_equal_libseccomp, 0, 40);
        tcase_add_test(t, long_filters_equal_libseccomp);
        tcase_add_test(t, newer_calls_follow_the_profile_then_enosys);
        tcase_add_test(t, the_default_filter_stays_small);
        tcase_add_test(t, bad_profiles_are_refused);
    } else {
        fprintf(stderr, "SKIP: the proofs of equality are written for x86-64\n");
    }
    tcase_add_test(t, many_alternatives_are_quick);
    tcase_add_loop_test(t, built_in_filters_are_what_would_be_compiled, 0, (int)seccomp_n_builtins);
    return unit_run(t);
}
