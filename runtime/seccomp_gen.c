/* SPDX-License-Identifier: MIT */
/* Build-time program: compiles the default profile for the usual capability sets into C. */
#include "base/str.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_compile.h"

#include <linux/capability.h>
#include <stdio.h>

/* What containers usually run with. Sets that differ only in capabilities to which the profile is
 * blind share a filter. */
static const uint64_t sets[] = {
    CAPS_DEFAULT,
    0, /* --cap-drop ALL */
    CAPS_DEFAULT | CAPS_BIT(CAP_SYS_ADMIN),
    CAPS_DEFAULT | CAPS_BIT(CAP_SYS_PTRACE),
    CAPS_DEFAULT | CAPS_BIT(CAP_SYS_NICE),
    CAPS_DEFAULT | CAPS_BIT(CAP_SYS_TIME),
    CAPS_DEFAULT | CAPS_BIT(CAP_SYS_ADMIN) | CAPS_BIT(CAP_SYS_PTRACE),
    UINT64_MAX, /* --cap-add ALL */
};

static int write_set(FILE *out, size_t i, size_t *ret_len, struct err *e)
{
    AUTO_SECCOMP_PROGRAM struct seccomp_program p = { 0 };
    struct config_seccomp c;
    int r;

    r = seccomp_default_config(sets[i], &c, e);
    if (r < 0)
        return r;
    r = seccomp_compile_program(&c, &p, e);
    json_free(&config_seccomp_table, &c);
    if (r < 0)
        return r;
    fprintf(out, "\nstatic const struct sock_filter set%zu[] = {\n", i);
    for (size_t j = 0; j < p.len; j++)
        fprintf(out, "    { 0x%02x, %u, %u, 0x%08x },\n", p.insns[j].code, p.insns[j].jt,
                p.insns[j].jf, p.insns[j].k);
    fprintf(out, "};\n");
    *ret_len = p.len;
    return 0;
}

static int write_all(FILE *out, struct err *e)
{
    size_t len[ARRAY_LEN(sets)];

    fprintf(out, "/* Written by seccomp_gen. */\n#include \"runtime/seccomp_compile.h\"\n");
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        int r = write_set(out, i, &len[i], e);
        if (r < 0)
            return r;
    }
    fprintf(out, "\nconst struct seccomp_builtin seccomp_builtins[] = {\n");
    for (size_t i = 0; i < ARRAY_LEN(sets); i++)
        fprintf(out, "    { UINT64_C(0x%llx), set%zu, %zu },\n",
                (unsigned long long)(sets[i] & seccomp_default_caps()), i, len[i]);
    fprintf(out, "};\nconst size_t seccomp_n_builtins = %zu;\n", ARRAY_LEN(sets));
    return 0;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;

    if (argc != 2)
        return 2;
    FILE *out = fopen(argv[1], "we");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    int r = write_all(out, &e);
    if (r < 0)
        fprintf(stderr, "seccomp_gen: %s\n", e.msg);
    bool bad = ferror(out) != 0;
    bad = fclose(out) != 0 || bad;
    return r < 0 || bad ? 1 : 0;
}
