/* SPDX-License-Identifier: MIT */
/* Writes device rules as BPF and attaches the program to the group. */
#include "cgroup/cgroup_device.h"

#include "base/errno_text.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALL_ACCESS (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)
#define MAX_OLD    64 /* programs on a group: the kernel's limit */

/* At most: for one rule, two tests, a jump and what closes a run; for the program, its frame. */
#define RULE_INSNS  16
#define FRAME_INSNS 16

/* Registers: the accesses that no rule has decided yet, and the device; R_KEY is both numbers in
 * one, as the kernel's dev_t. */
enum { R_RESULT = BPF_REG_0, R_CTX, R_ACCESS, R_TYPE, R_MAJOR, R_MINOR, R_KEY };
#define KEY_SHIFT 20
#define KEY_MAJOR ((1 << (32 - KEY_SHIFT)) - 1)
#define KEY_MINOR ((1 << KEY_SHIFT) - 1)

/* Jumps whose target is not known yet. */
enum { TO_BODY = -1, TO_GROUP_END = -2, TO_RUN_END = -3 };

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

static void put_move(struct code *c, uint8_t dst, uint8_t src)
{
    c->v[c->n++] =
        (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = dst, .src_reg = src };
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

/* Points the jumps of the instructions from `start` on that wait for `target` here. */
static void land(struct code *c, size_t start, int16_t target)
{
    for (size_t i = start; i < c->n; i++)
        if (c->v[i].off == target)
            c->v[i].off = (int16_t)(c->n - i - 1);
}

/* 'b', 'c' or 'a'. */
static char type_of(const struct config_device_rule *r)
{
    return str_empty(r->type) ? 'a' : r->type[0];
}

/* Jumps to the body when the numbers match; true when they always do. */
static bool put_numbers(struct code *c, const struct config_device_rule *r)
{
    bool any_major = is_any(r->major), any_minor = is_any(r->minor);
    size_t start = c->n;

    if (any_major && any_minor) {
        put(c, BPF_JMP | BPF_JA, 0, TO_BODY, 0);
    } else if (any_major) {
        put(c, BPF_JMP32 | BPF_JEQ | BPF_K, R_MINOR, TO_BODY, (int32_t)r->minor.val);
    } else if (any_minor) {
        put(c, BPF_JMP32 | BPF_JEQ | BPF_K, R_MAJOR, TO_BODY, (int32_t)r->major.val);
    } else if (r->major.val <= KEY_MAJOR && r->minor.val <= KEY_MINOR) {
        uint32_t key = (uint32_t)r->major.val << KEY_SHIFT | (uint32_t)r->minor.val;
        put(c, BPF_JMP32 | BPF_JEQ | BPF_K, R_KEY, TO_BODY, (int32_t)key);
    }
    if (c->n > start)
        return any_major && any_minor;
    put(c, BPF_JMP32 | BPF_JNE | BPF_K, R_MAJOR, 1, (int32_t)r->major.val);
    put(c, BPF_JMP32 | BPF_JEQ | BPF_K, R_MINOR, TO_BODY, (int32_t)r->minor.val);
    return false;
}

/* The rules of a run that are about one type of device. True when nothing gets past them: the
 * kernel refuses programs with instructions that cannot be reached. */
static bool put_group(struct code *c, const struct config_device_rule *rules, size_t n, char type)
{
    size_t start = c->n;
    bool always = false;

    for (size_t i = 0; !always && i < n; i++) {
        if (type_of(&rules[i]) != type)
            continue;
        if (c->n == start && type != 'a')
            put(c, BPF_JMP32 | BPF_JNE | BPF_K, R_TYPE, TO_GROUP_END,
                type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
        always = put_numbers(c, &rules[i]);
    }
    land(c, start, TO_GROUP_END);
    return always && type == 'a';
}

/* Neighbouring rules that do the same to different devices: tests, then one body. To allow takes
 * the accesses off those asked for, and is done when none is left; to deny is done when any of
 * them is asked for. Short programs matter: the kernel's check takes about 2 µs an instruction. */
static void put_run(struct code *c, const struct config_device_rule *rules, size_t n)
{
    size_t start = c->n;
    int32_t bits = access_bits(rules[0].access);

    put_group(c, rules, n, 'c');
    put_group(c, rules, n, 'b');
    if (!put_group(c, rules, n, 'a'))
        put(c, BPF_JMP | BPF_JA, 0, TO_RUN_END, 0);
    land(c, start, TO_BODY);
    if (rules[0].allow) {
        put(c, BPF_ALU | BPF_AND | BPF_K, R_ACCESS, 0, ~bits);
        put(c, BPF_JMP32 | BPF_JNE | BPF_K, R_ACCESS, TO_RUN_END, 0);
    } else {
        put(c, BPF_JMP32 | BPF_JSET | BPF_K, R_ACCESS, 1, bits);
        put(c, BPF_JMP | BPF_JA, 0, TO_RUN_END, 0);
    }
    put_return(c, rules[0].allow);
    land(c, start, TO_RUN_END);
}

/* How many of the rules before `end`, back to `first`, form a run. */
static size_t run_length(const struct config_device_rule *rules, size_t first, size_t end)
{
    const struct config_device_rule *last = &rules[end - 1];
    size_t n = 1;

    while (end - n > first && rules[end - n - 1].allow == last->allow &&
           access_bits(rules[end - n - 1].access) == access_bits(last->access))
        n++;
    return n;
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

static void put_frame(struct code *c)
{
    put_load(c, R_ACCESS, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    put_load(c, R_MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
    put_load(c, R_MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
    put_move(c, R_TYPE, R_ACCESS);
    put(c, BPF_ALU | BPF_AND | BPF_K, R_TYPE, 0, 0xffff);
    put(c, BPF_ALU | BPF_RSH | BPF_K, R_ACCESS, 0, 16);
    put_move(c, R_KEY, R_MAJOR);
    put(c, BPF_ALU | BPF_LSH | BPF_K, R_KEY, 0, KEY_SHIFT);
    c->v[c->n++] =
        (struct bpf_insn){ .code = BPF_ALU | BPF_OR | BPF_X, .dst_reg = R_KEY, .src_reg = R_MINOR };
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
    put_frame(&c);
    /* Backwards, since the last match decides; what comes before a rule for everything is moot. */
    for (size_t end = n, len; end > first; end -= len) {
        len = run_length(rules, first, end);
        put_run(&c, &rules[end - len], len);
    }
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

static int open_program(uint32_t id)
{
    union bpf_attr a;

    memset(&a, 0, sizeof(a));
    a.prog_id = id;
    return sys_bpf(BPF_PROG_GET_FD_BY_ID, &a);
}

static void detach(int cgroup_fd, uint32_t id)
{
    AUTO_FD int fd = open_program(id);
    union bpf_attr a;

    if (fd < 0)
        return;
    memset(&a, 0, sizeof(a));
    a.target_fd = (uint32_t)cgroup_fd;
    a.attach_bpf_fd = (uint32_t)fd;
    a.attach_type = BPF_CGROUP_DEVICE;
    sys_bpf(BPF_PROG_DETACH, &a);
}

/* `old` >= 0: the program whose place this one takes, in one step (kernel 5.6). */
static int attach(int cgroup_fd, int prog_fd, int old)
{
    union bpf_attr a;

    memset(&a, 0, sizeof(a));
    if (old >= 0) {
        a.replace_bpf_fd = (uint32_t)old;
        a.attach_flags = BPF_F_REPLACE;
    }
    a.target_fd = (uint32_t)cgroup_fd;
    a.attach_bpf_fd = (uint32_t)prog_fd;
    a.attach_type = BPF_CGROUP_DEVICE;
    a.attach_flags |= BPF_F_ALLOW_MULTI;
    return sys_bpf(BPF_PROG_ATTACH, &a);
}

static int refused(const char *op, struct err *e)
{
    int errnum = errno;

    if (!proc_in_first_userns()) {
        log_warn("device rules are left out: %s: %s", op, errno_text(errnum));
        return 0;
    }
    err_errnum(e, errnum, op, "device rules");
    return err_hint(e,
                    "device rules need CAP_BPF and CAP_NET_ADMIN (or CAP_SYS_ADMIN) and a kernel "
                    "with CONFIG_CGROUP_BPF");
}

/* Puts the program on, if possible in the place of the first old one: there is no moment without
 * rules, nor with both. Returns how many old ones are off, or -1. */
static int put_on(int cgroup_fd, int prog, const uint32_t *old, size_t n_old)
{
    AUTO_FD int first = n_old > 0 ? open_program(old[0]) : -1;

    if (first >= 0 && attach(cgroup_fd, prog, first) == 0)
        return 1;
    return attach(cgroup_fd, prog, -1) < 0 ? -1 : 0;
}

int cgroup_device_set(int cgroup_fd, const struct config_device_rule *rules, size_t n,
                      struct err *e)
{
    AUTO_FREE struct bpf_insn *insns = NULL;
    AUTO_FD int prog = -1;
    uint32_t old[MAX_OLD];
    size_t len, n_old;
    int r, replaced = 0;

    r = cgroup_device_program(rules, n, &insns, &len, e);
    if (r < 0)
        return r;
    n_old = attached(cgroup_fd, old);
    if (len > 0) {
        prog = load(insns, len);
        if (prog < 0)
            return refused("bpf(BPF_PROG_LOAD)", e);
        replaced = put_on(cgroup_fd, prog, old, n_old);
        if (replaced < 0)
            return refused("bpf(BPF_PROG_ATTACH)", e);
    }
    for (size_t i = (size_t)replaced; i < n_old; i++)
        detach(cgroup_fd, old[i]);
    return 0;
}
