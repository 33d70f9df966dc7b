/* SPDX-License-Identifier: MIT */
/* A small interpreter of seccomp's BPF, for tests that ask what a filter decides. */
#pragma once

#include <check.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>

static inline int bpf_jump(const struct sock_filter *in, uint32_t a)
{
    switch (BPF_OP(in->code)) {
    case BPF_JEQ: return a == in->k;
    case BPF_JGT: return a > in->k;
    case BPF_JGE: return a >= in->k;
    case BPF_JSET: return (a & in->k) != 0;
    default: ck_abort_msg("jump 0x%x", in->code);
    }
    return 0;
}

/* The action for one call; *ret_steps counts instructions unless NULL. */
static inline uint32_t bpf_run(const struct sock_filter *insns, size_t len,
                               const struct seccomp_data *d, size_t *ret_steps)
{
    uint32_t a = 0, words[sizeof(*d) / 4];
    size_t steps = 0;

    memcpy(words, d, sizeof(*d));
    for (size_t pc = 0; pc < len; pc++) {
        const struct sock_filter *in = &insns[pc];
        steps++;
        switch (in->code) {
        case BPF_LD | BPF_W | BPF_ABS: a = words[in->k / 4]; break;
        case BPF_ALU | BPF_AND | BPF_K: a &= in->k; break;
        case BPF_JMP | BPF_JA: pc += in->k; break;
        case BPF_RET | BPF_K:
            if (ret_steps)
                *ret_steps = steps;
            return in->k;
        default:
            if (BPF_CLASS(in->code) != BPF_JMP)
                ck_abort_msg("%zu: code 0x%x", pc, in->code);
            pc += bpf_jump(in, a) ? in->jt : in->jf;
        }
    }
    ck_abort_msg("the filter runs off its end");
    return 0;
}
