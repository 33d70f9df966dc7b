/* SPDX-License-Identifier: MIT */
/* Tests of device rules: the program against the rules themselves, and in the kernel. */
#include "base/proc.h"
#include "base/str.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_device.h"
#include "unit.h"

#include <errno.h>

/* A rule; "" and -1 are absent. */
#define RULE(allows, t, maj, min, acc)                                                             \
    {                                                                                              \
        .allow = (allows), .type = (char[]){ t }, .major = { (maj) != -1, maj },                   \
        .minor = { (min) != -1, min }, .access = (char[])                                          \
        {                                                                                          \
            acc                                                                                    \
        }                                                                                          \
    }

static struct config_device_rule docker[] = {
    RULE(false, "", -1, -1, "rwm"), RULE(true, "c", -1, -1, "m"), RULE(true, "b", -1, -1, "m"),
    RULE(true, "c", 1, 3, "rwm"),   RULE(true, "c", 1, 5, "rwm"), RULE(true, "c", 136, -1, "rwm"),
};

static struct config_device_rule tangled[] = {
    RULE(true, "a", -1, -1, ""),   RULE(false, "b", 8, -1, "w"), RULE(true, "c", 5, 1, "r"),
    RULE(false, "c", 5, -1, "rw"), RULE(true, "c", -1, 2, "w"),  RULE(true, "c", 5, 1, "w"),
};

static struct config_device_rule open_end[] = {
    RULE(false, "", -1, -1, "rwm"),
    RULE(true, "", -1, -1, ""),
};

static struct config_device_rule only_grants[] = {
    RULE(true, "c", 1, -1, "r"),
    RULE(true, "c", 1, 3, "w"),
};

static struct config_device_rule bad_type[] = { RULE(true, "x", -1, -1, "") };
static struct config_device_rule bad_number[] = { RULE(true, "c", -2, -1, "") };

/* Numbers too large for the kernel's dev_t, and a collision of keys that must not happen. */
static struct config_device_rule large[] = {
    RULE(true, "b", 4096, 5, "r"),
    RULE(true, "b", 0, 1 << 20, "rw"),
    RULE(true, "c", 4095, 5, "rw"),
};

static const struct {
    struct config_device_rule *rules;
    size_t n;
} lists[] = {
    { docker, ARRAY_LEN(docker) },
    { tangled, ARRAY_LEN(tangled) },
    { only_grants, ARRAY_LEN(only_grants) },
    { large, ARRAY_LEN(large) },
};

/* What the rules mean, one access after the other, as v1 kept its list. */
static bool expected(const struct config_device_rule *rules, size_t n, char type, int64_t major,
                     int64_t minor, const char *access)
{
    for (; *access; access++) {
        bool allowed = false;
        for (size_t i = 0; i < n; i++) {
            const struct config_device_rule *r = &rules[i];
            bool hit = (!r->type[0] || r->type[0] == 'a' || r->type[0] == type) &&
                       (!r->major.set || r->major.val == major) &&
                       (!r->minor.set || r->minor.val == minor) &&
                       (!r->access[0] || strchr(r->access, *access));
            if (hit)
                allowed = r->allow;
        }
        if (!allowed)
            return false;
    }
    return true;
}

/* Runs the few instructions that such programs consist of. */
static bool run(const struct bpf_insn *v, size_t n, uint32_t access_type, uint32_t major,
                uint32_t minor)
{
    uint32_t ctx[] = { access_type, major, minor };
    uint32_t reg[11] = { 0 };

    for (size_t pc = 0; pc < n; pc++) {
        const struct bpf_insn *i = &v[pc];
        uint32_t *dst = &reg[i->dst_reg], k = (uint32_t)i->imm;
        switch (i->code) {
        case BPF_LDX | BPF_MEM | BPF_W: *dst = ctx[i->off / 4]; break;
        case BPF_ALU64 | BPF_MOV | BPF_X: *dst = reg[i->src_reg]; break;
        case BPF_ALU64 | BPF_MOV | BPF_K: *dst = k; break;
        case BPF_ALU | BPF_AND | BPF_K: *dst &= k; break;
        case BPF_ALU | BPF_RSH | BPF_K: *dst >>= k; break;
        case BPF_ALU | BPF_LSH | BPF_K: *dst <<= k; break;
        case BPF_ALU | BPF_OR | BPF_X: *dst |= reg[i->src_reg]; break;
        case BPF_JMP32 | BPF_JNE | BPF_K: pc += *dst != k ? (size_t)i->off : 0; break;
        case BPF_JMP32 | BPF_JEQ | BPF_K: pc += *dst == k ? (size_t)i->off : 0; break;
        case BPF_JMP32 | BPF_JSET | BPF_K: pc += *dst & k ? (size_t)i->off : 0; break;
        case BPF_JMP | BPF_JA: pc += (size_t)i->off; break;
        case BPF_JMP | BPF_EXIT: return reg[0] != 0;
        default: ck_abort_msg("instruction %zu: code 0x%x", pc, i->code);
        }
    }
    ck_abort_msg("the program runs off its end");
    return false;
}

START_TEST(the_program_means_what_the_rules_say)
{
    static const char *const accesses[] = { "m", "r", "w", "rw", "rwm", "rm" };
    static const int64_t numbers[] = { 0, 1, 2, 3, 5, 8, 136, 4095, 4096, 1 << 20 };
    AUTO_FREE struct bpf_insn *v = NULL;
    struct err e = ERR_INIT;
    size_t n;

    unit_ok(cgroup_device_program(lists[_i].rules, lists[_i].n, &v, &n, &e), &e);
    for (int type = 1; type <= 2; type++)
        for (size_t a = 0; a < ARRAY_LEN(accesses); a++)
            for (size_t j = 0; j < ARRAY_LEN(numbers); j++)
                for (size_t k = 0; k < ARRAY_LEN(numbers); k++) {
                    uint32_t bits = 0;
                    for (const char *p = accesses[a]; *p; p++)
                        bits |= *p == 'm' ? 1 : *p == 'r' ? 2 : 4;
                    bool want = expected(lists[_i].rules, lists[_i].n, type == 1 ? 'b' : 'c',
                                         numbers[j], numbers[k], accesses[a]);
                    bool got = run(v, n, bits << 16 | (uint32_t)type, (uint32_t)numbers[j],
                                   (uint32_t)numbers[k]);
                    ck_assert_msg(want == got, "%c %d:%d %s: %d, expected %d",
                                  type == 1 ? 'b' : 'c', (int)numbers[j], (int)numbers[k],
                                  accesses[a], got, want);
                }
}
END_TEST

START_TEST(everything_allowed_needs_no_program)
{
    struct bpf_insn *v = NULL;
    struct err e = ERR_INIT;
    size_t n = 1;

    unit_ok(cgroup_device_program(open_end, ARRAY_LEN(open_end), &v, &n, &e), &e);
    ck_assert_uint_eq(n, 0);
    ck_assert_ptr_null(v);
}
END_TEST

START_TEST(bad_rules_are_refused)
{
    struct bpf_insn *v = NULL;
    struct err e = ERR_INIT;
    size_t n;

    unit_fails(cgroup_device_program(bad_type, 1, &v, &n, &e), ERR_INVALID, &e);
    unit_fails(cgroup_device_program(bad_number, 1, &v, &n, &e), ERR_INVALID, &e);
}
END_TEST

/* In the group: 0 when the node opens, else errno. */
static int try_open(const struct cgroup *cg, const char *node)
{
    pid_t pid = proc_clone(0, cg->fd, NULL);

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int fd = open(node, O_RDWR | O_CLOEXEC);
        _exit(fd >= 0 ? 0 : errno);
    }
    return proc_exit_code(proc_wait(pid));
}

START_TEST(the_kernel_obeys)
{
    struct config_resources r = { .devices = docker, .n_devices = ARRAY_LEN(docker) };
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;
    AUTO_CGROUP struct cgroup cg = CGROUP_INIT;
    AUTO_FREE char *path = str_fmt("/%s", unit_name());
    const struct cgroup_change change = { .now = &r, .named = &r };
    struct err e = ERR_INIT;

    if (geteuid() != 0 || cgroup_tree_open(&tree, &e) < 0) {
        fprintf(stderr, "SKIP: groups cannot be made here\n");
        return;
    }
    unit_ok(cgroup_create(&tree, path, &r, 0, &cg, &e), &e);
    int null = try_open(&cg, "/dev/null"), full = try_open(&cg, "/dev/full");
    /* The kernel's checker accepts every shape of program. */
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        r.devices = lists[i].rules;
        r.n_devices = lists[i].n;
        unit_ok(cgroup_update(&tree, &cg, &change, &e), &e);
    }
    r.devices = open_end;
    r.n_devices = ARRAY_LEN(open_end);
    unit_ok(cgroup_update(&tree, &cg, &change, &e), &e);
    int after = try_open(&cg, "/dev/full");
    unit_ok(cgroup_remove(&tree, path, &e), &e);
    ck_assert_int_eq(null, 0);
    ck_assert_int_eq(full, EPERM);
    ck_assert_int_eq(after, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_device");

    tcase_add_loop_test(t, the_program_means_what_the_rules_say, 0, ARRAY_LEN(lists));
    tcase_add_test(t, everything_allowed_needs_no_program);
    tcase_add_test(t, bad_rules_are_refused);
    tcase_add_test(t, the_kernel_obeys);
    return unit_run(t);
}
