/* SPDX-License-Identifier: MIT */
/* Writes device rules as BPF and attaches the program to the group. */
#include "cgroup/cgroup_device.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALL_ACCESS  (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)
#define RULE_INSNS  8 /* at most, for one rule */
#define FRAME_INSNS 16
#define MAX_OLD     64 /* programs on a group: the kernel's limit */

/* Registers: what is asked for, and the accesses that no rule has decided yet. */
enum { R_RESULT = BPF_REG_0, R_CTX, R_ACCESS, R_TYPE, R_MAJOR, R_MINOR };

struct code {
    struct bpf_insn *v;
    size_t n;
};

static void put(struct code *c, uint8_t code, uint8_t dst, int16_t off, int32_t imm)
{
    c->v[c->n++] = (struct bpf_insn){ .code = code, .dst_reg = dst, .off = off, .imm = imm };
}

static void put_load(struct code *c, uint8_t dst, size_t off)
{
    c->v[c->n++] = (struct bpf_insn){
        .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = dst, .src_reg = R_CTX, .off = (int16_t)off
    };
}

static void put_return(struct code *c, int32_t allow)
{
    put(c, BPF_ALU64 | BPF_MOV | BPF_K, R_RESULT, 0, allow);
    put(c, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

static int32_t access_bits(const char *text)
{
    int32_t bits = 0;

    if (str_empty(text))
        return ALL_ACCESS;
    for (; *text; text++)
        bits |= *text == 'r'   ? BPF_DEVCG_ACC_READ
                : *text == 'w' ? BPF_DEVCG_ACC_WRITE
                : *text == 'm' ? BPF_DEVCG_ACC_MKNOD
                               : 0;
    return bits;
}

static bool is_any(struct opt_i64 number)
{
    return !number.set || number.val == -1;
}

static bool is_everything(const struct config_device_rule *r)
{
    bool any_type = str_empty(r->type) || r->type[0] == 'a';

    return any_type && is_any(r->major) && is_any(r->minor) && access_bits(r->access) == ALL_ACCESS;
}

/* A test that leaves the rule when the register holds something else; its way out is patched. */
static void put_test(struct code *c, uint8_t reg, int64_t value)
{
    put(c, BPF_JMP32 | BPF_JNE | BPF_K, reg, 0, (int32_t)value);
}

/* if it matches: allow: access &= ~bits, and done when none is left; deny: done when any is asked
 * for that it denies. */
static void put_rule(struct code *c, const struct config_device_rule *r)
{
    size_t start = c->n;
    int32_t bits = access_bits(r->access);

    if (!str_empty(r->type) && r->type[0] != 'a')
        put_test(c, R_TYPE, r->type[0] == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
    if (!is_any(r->major))
        put_test(c, R_MAJOR, r->major.val);
    if (!is_any(r->minor))
        put_test(c, R_MINOR, r->minor.val);
    size_t body = c->n;
    if (r->allow) {
        put(c, BPF_ALU | BPF_AND | BPF_K, R_ACCESS, 0, ~bits);
        put(c, BPF_JMP32 | BPF_JNE | BPF_K, R_ACCESS, 2, 0);
        put_return(c, 1);
    } else {
        put(c, BPF_JMP32 | BPF_JSET | BPF_K, R_ACCESS, 1, bits);
        put(c, BPF_JMP | BPF_JA, 0, 2, 0);
        put_return(c, 0);
    }
    for (size_t i = start; i < body; i++)
        c->v[i].off = (int16_t)(c->n - i - 1);
}

static int check_rule(const struct config_device_rule *r, size_t i, struct err *e)
{
    if (!str_empty(r->type) && !STREQ(r->type, "a") && !STREQ(r->type, "b") && !STREQ(r->type, "c"))
        return err_set(e, ERR_INVALID, "devices[%zu]: type \"%s\" is none of a, b, c", i, r->type);
    if ((!is_any(r->major) && (r->major.val < 0 || r->major.val > INT32_MAX)) ||
        (!is_any(r->minor) && (r->minor.val < 0 || r->minor.val > INT32_MAX)))
        return err_set(e, ERR_INVALID, "devices[%zu]: bad device number", i);
    return 0;
}

int cgroup_device_program(const struct config_device_rule *rules, size_t n, struct bpf_insn **ret,
                          size_t *ret_len, struct err *e)
{
    struct code c = { 0 };
    size_t first = 0;

    for (size_t i = 0; i < n; i++) {
        int r = check_rule(&rules[i], i, e);
        if (r < 0)
            return r;
        if (is_everything(&rules[i]))
            first = i;
    }
    *ret = NULL;
    *ret_len = 0;
    if (n == 0 || (first == n - 1 && is_everything(&rules[first]) && rules[first].allow))
        return 0;
    c.v = calloc(n * RULE_INSNS + FRAME_INSNS, sizeof(*c.v));
    if (!c.v)
        return err_nomem(e);
    put_load(&c, R_ACCESS, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    put(&c, BPF_ALU64 | BPF_MOV | BPF_X, R_TYPE, 0, 0);
    c.v[c.n - 1].src_reg = R_ACCESS;
    put(&c, BPF_ALU | BPF_AND | BPF_K, R_TYPE, 0, 0xffff);
    put(&c, BPF_ALU | BPF_RSH | BPF_K, R_ACCESS, 0, 16);
    put_load(&c, R_MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
    put_load(&c, R_MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
    /* Backwards, since the last match decides; what comes before a rule for everything is moot. */
    for (size_t i = n; i > first; i--)
        put_rule(&c, &rules[i - 1]);
    put_return(&c, 0);
    *ret = c.v;
    *ret_len = c.n;
    return 0;
}

static int sys_bpf(int cmd, union bpf_attr *attr)
{
    return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int load(const struct bpf_insn *insns, size_t n)
{
    union bpf_attr a;

    memset(&a, 0, sizeof(a));
    a.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    a.insns = (uint64_t)(uintptr_t)insns;
    a.insn_cnt = (uint32_t)n;
    a.license = (uint64_t)(uintptr_t) "MIT";
    memcpy(a.prog_name, "hako_devices", sizeof("hako_devices"));
    return sys_bpf(BPF_PROG_LOAD, &a);
}

/* The programs that are on the group now, to be taken off after the new one is on. */
static size_t attached(int cgroup_fd, uint32_t ids[MAX_OLD])
{
    union bpf_attr a;

    memset(&a, 0, sizeof(a));
    a.query.target_fd = (uint32_t)cgroup_fd;
    a.query.attach_type = BPF_CGROUP_DEVICE;
    a.query.prog_ids = (uint64_t)(uintptr_t)ids;
    a.query.prog_cnt = MAX_OLD;
    return sys_bpf(BPF_PROG_QUERY, &a) < 0 ? 0 : a.query.prog_cnt;
}

static void detach(int cgroup_fd, uint32_t id)
{
    union bpf_attr a;

    memset(&a, 0, sizeof(a));
    a.prog_id = id;
    AUTO_FD int fd = sys_bpf(BPF_PROG_GET_FD_BY_ID, &a);
    if (fd < 0)
        return;
    memset(&a, 0, sizeof(a));
    a.target_fd = (uint32_t)cgroup_fd;
    a.attach_bpf_fd = (uint32_t)fd;
    a.attach_type = BPF_CGROUP_DEVICE;
    sys_bpf(BPF_PROG_DETACH, &a);
}

static int attach(int cgroup_fd, int prog_fd)
{
    union bpf_attr a;

    memset(&a, 0, sizeof(a));
    a.target_fd = (uint32_t)cgroup_fd;
    a.attach_bpf_fd = (uint32_t)prog_fd;
    a.attach_type = BPF_CGROUP_DEVICE;
    a.attach_flags = BPF_F_ALLOW_MULTI;
    return sys_bpf(BPF_PROG_ATTACH, &a);
}

/* False in a user namespace other than the first: uid_map maps less than everything. */
static bool in_first_userns(void)
{
    char map[128];
    unsigned inside, outside;
    uint64_t count;

    return fs_read_small(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) > 0 &&
           sscanf(map, "%u %u %" SCNu64, &inside, &outside, &count) == 3 && inside == 0 &&
           outside == 0 && count >= UINT32_MAX;
}

static int refused(const char *op, struct err *e)
{
    int errnum = errno;

    if (!in_first_userns()) {
        log_warn("device rules are left out: %s: %s", op, strerror(errnum));
        return 0;
    }
    err_errnum(e, errnum, op, "device rules");
    return err_hint(e,
                    "device rules need CAP_BPF and CAP_NET_ADMIN (or CAP_SYS_ADMIN) and a kernel "
                    "with CONFIG_CGROUP_BPF");
}

int cgroup_device_set(int cgroup_fd, const struct config_device_rule *rules, size_t n,
                      struct err *e)
{
    AUTO_FREE struct bpf_insn *insns = NULL;
    AUTO_FD int prog = -1;
    uint32_t old[MAX_OLD];
    size_t len, n_old;
    int r;

    r = cgroup_device_program(rules, n, &insns, &len, e);
    if (r < 0)
        return r;
    n_old = attached(cgroup_fd, old);
    if (len > 0) {
        prog = load(insns, len);
        if (prog < 0)
            return refused("bpf(BPF_PROG_LOAD)", e);
        if (attach(cgroup_fd, prog) < 0)
            return refused("bpf(BPF_PROG_ATTACH)", e);
    }
    for (size_t i = 0; i < n_old; i++)
        detach(cgroup_fd, old[i]);
    return 0;
}
