/* SPDX-License-Identifier: MIT */
/* Tests of profile files: conditions, and that our default profile is docker's. */
#include "base/str.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_compile.h"
#include "runtime/seccomp_profile.h"
#include "spec.h"
#include "unit.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>

static const struct {
    const char *goarch;
    enum config_arch arch;
} machines[] = {
    { "amd64", CONFIG_ARCH_X86_64 },    { "arm64", CONFIG_ARCH_AARCH64 },
    { "s390x", CONFIG_ARCH_S390X },     { "ppc64le", CONFIG_ARCH_PPC64LE },
    { "riscv64", CONFIG_ARCH_RISCV64 }, { "arm", CONFIG_ARCH_ARM },
};

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What a profile says, one line for each name and rule, sorted: the order of rules and how names
 * are gathered make no difference. */
static char *meaning(const struct config_seccomp *c)
{
    AUTO_STRV char **lines = NULL;

    ck_assert_int_eq(strv_addf(&lines, "default %d %u archs %" PRIx64, c->default_action,
                               c->default_errno_ret.set ? c->default_errno_ret.val : EPERM,
                               c->architectures.bits),
                     0);
    for (size_t i = 0; i < c->n_syscalls; i++) {
        const struct config_syscall *s = &c->syscalls[i];
        AUTO_BUF struct buf b = { 0 };
        for (size_t j = 0; j < s->n_args; j++)
            buf_fmt(&b, " arg%u %d %" PRIu64 " %" PRIu64, s->args[j].index, s->args[j].op,
                    s->args[j].value, s->args[j].value_two);
        strv_foreach (name, s->names)
            ck_assert_int_eq(strv_addf(&lines, "%s %d %u%s", *name, s->action,
                                       s->errno_ret.set ? s->errno_ret.val : 0,
                                       b.data ? b.data : ""),
                             0);
    }
    qsort(lines, strv_len(lines), sizeof(*lines), compare_text);
    return strv_join(lines, "\n");
}

/* Every capability alone, none, docker's and all, on every architecture. */
START_TEST(the_default_profile_is_dockers)
{
    const char *dir = spec_dir();
    AUTO_FREE char *text = NULL;
    CLEANUP(profile) struct profile p = { 0 };
    struct err e = ERR_INIT;
    size_t len;

    if (!dir)
        return;
    AUTO_FREE char *path = str_fmt("%s/seccomp-default.json", dir);
    unit_ok(fs_read(AT_FDCWD, path, 1 << 20, &text, &len, &e), &e);
    unit_ok(profile_read(text, len, &p, &e), &e);
    for (size_t m = 0; m < ARRAY_LEN(machines); m++)
        for (int cap = -3; cap <= CAP_LAST_CAP; cap++) {
            uint64_t caps = cap == -3   ? CAPS_DEFAULT
                            : cap == -2 ? UINT64_MAX
                            : cap == -1 ? 0
                                        : CAPS_BIT(cap);
            struct seccomp_host host = { .goarch = machines[m].goarch,
                                         .arch = machines[m].arch,
                                         .caps = caps,
                                         .kernel_major = 6,
                                         .kernel_minor = 1 };
            struct config_seccomp ours, theirs;
            unit_ok(seccomp_profile_resolve(&p, &host, &theirs, &e), &e);
            unit_ok(seccomp_default_arch(machines[m].arch, caps, &ours, &e), &e);
            AUTO_FREE char *a = meaning(&ours);
            AUTO_FREE char *b = meaning(&theirs);
            ck_assert_str_eq(a, b);
            json_free(&config_seccomp_table, &ours);
            json_free(&config_seccomp_table, &theirs);
        }
}
END_TEST

static const char conditions[] =
    "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\","
    "\"subArchitectures\":[\"SCMP_ARCH_X86\"]},{\"architecture\":\"SCMP_ARCH_S390X\"}],"
    "\"syscalls\":["
    "{\"names\":[\"a1\",\"a2\"],\"action\":\"SCMP_ACT_ALLOW\"},"
    "{\"name\":\"b\",\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"arches\":[\"amd64\",\"x32\"]}},"
    "{\"names\":[\"c\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"arches\":[\"amd64\"]}},"
    "{\"names\":[\"d\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_SYS_BOOT\","
    "\"CAP_SYS_TIME\"]}},"
    "{\"names\":[\"e\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"caps\":[\"CAP_SYS_BOOT\","
    "\"CAP_SYS_TIME\"]}},"
    "{\"names\":[\"f\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"4.8\"}},"
    "{\"names\":[\"g\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_FUTURE\"]}},"
    "{\"names\":[\"h\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"minKernel\":\"5.10\"}}"
    "]}";

static const struct {
    struct seccomp_host host;
    const char *names;
    uint64_t archs;
} outcomes[] = {
    { { "amd64", CONFIG_ARCH_X86_64, 0, 6, 1 },
      "a1 a2 b e f",
      1u << CONFIG_ARCH_X86_64 | 1u << CONFIG_ARCH_X86 },
    { { "amd64", CONFIG_ARCH_X86_64, CAPS_BIT(CAP_SYS_BOOT), 4, 8 },
      "a1 a2 b f h",
      1u << CONFIG_ARCH_X86_64 | 1u << CONFIG_ARCH_X86 },
    { { "s390x", CONFIG_ARCH_S390X, CAPS_BIT(CAP_SYS_BOOT) | CAPS_BIT(CAP_SYS_TIME), 4, 7 },
      "a1 a2 c d h",
      1u << CONFIG_ARCH_S390X },
    { { "arm64", CONFIG_ARCH_AARCH64, 0, 5, 10 }, "a1 a2 c e f", 0 },
};

START_TEST(conditions_choose_rules)
{
    CLEANUP(profile) struct profile p = { 0 };
    AUTO_STRV char **names = NULL;
    struct config_seccomp c;
    struct err e = ERR_INIT;

    unit_ok(profile_read(conditions, strlen(conditions), &p, &e), &e);
    unit_ok(seccomp_profile_resolve(&p, &outcomes[_i].host, &c, &e), &e);
    for (size_t i = 0; i < c.n_syscalls; i++)
        ck_assert_int_eq(strv_extend(&names, c.syscalls[i].names), 0);
    AUTO_FREE char *all = strv_join(names, " ");
    ck_assert_str_eq(all, outcomes[_i].names);
    ck_assert_uint_eq(c.architectures.bits, outcomes[_i].archs);
    json_free(&config_seccomp_table, &c);
}
END_TEST

START_TEST(a_plain_object_is_a_profile_too)
{
    static const char plain[] =
        "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X32\"],\"syscalls\":"
        "[{\"names\":[\"x\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5,\"args\":[{\"index\":1,"
        "\"value\":2,\"valueTwo\":3,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}";
    struct config_seccomp c;
    struct err e = ERR_INIT;

    unit_ok(seccomp_profile_read(plain, strlen(plain), 0, &c, &e), &e);
    ck_assert_uint_eq(c.architectures.bits, 1u << CONFIG_ARCH_X32);
    ck_assert_uint_eq(c.syscalls[0].errno_ret.val, 5);
    ck_assert_uint_eq(c.syscalls[0].args[0].value_two, 3);
    json_free(&config_seccomp_table, &c);
    unit_fails(seccomp_profile_read("{}", 2, 0, &c, &e), ERR_INVALID, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("seccomp_profile");

    tcase_add_test(t, the_default_profile_is_dockers);
    tcase_add_loop_test(t, conditions_choose_rules, 0, ARRAY_LEN(outcomes));
    tcase_add_test(t, a_plain_object_is_a_profile_too);
    return unit_run(t);
}
