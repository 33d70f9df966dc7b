/* SPDX-License-Identifier: MIT */
/* linux.seccomp in libseccomp's terms: actions, architectures, numbers, its own BPF program. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "oci/config.h"

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* An ABI of a filter. Two of them can share an AUDIT_ARCH_*: x86-64 and x32 do, and split the
 * numbers. */
struct seccomp_lane {
    uint32_t token; /* SCMP_ARCH_* */
    uint32_t audit; /* AUDIT_ARCH_*: what seccomp_data.arch holds */
    uint32_t first; /* its system call numbers */
    uint32_t last;
};

/* The call whose number stands for one that libseccomp does not know: direct on every ABI. */
#define SECCOMP_STAND_IN "getppid"

struct seccomp_rules {
    const struct config_seccomp *config;
    uint32_t default_action; /* SECCOMP_RET_* with its data */
    struct seccomp_lane lanes[CONFIG_ARCH_MAX];
    size_t n_lanes;
};

struct seccomp_program {
    struct sock_filter *insns;
    size_t len;
};
static inline void seccomp_program_free(struct seccomp_program *p)
{
    free(p->insns);
    *p = (struct seccomp_program){ 0 };
}
DEFINE_CLEANUP(struct seccomp_program, seccomp_program, seccomp_program_free(p))
#define AUTO_SECCOMP_PROGRAM CLEANUP(seccomp_program)

/* Resolves the default action and the architectures; the native one is always the first. The
 * config is borrowed. Errors as seccomp_compile(). */
int seccomp_rules_init(const struct config_seccomp *c, struct seccomp_rules *ret, struct err *e);

/* SECCOMP_RET_* of a rule. ERR_INVALID when the action cannot carry that errnoRet. */
int seccomp_rules_action(enum config_seccomp_action action, struct opt_u32 errno_ret, uint32_t *ret,
                         struct err *e);

struct seccomp_direct; /* runtime/seccomp_direct.h */

/* The program that libseccomp generates. `only` NULL: of all names that libseccomp knows, but for
 * those of `direct`. `only` set: of the rules for that name alone, applied to SECCOMP_STAND_IN in
 * its stead: so calls that are newer than libseccomp get theirs. */
int seccomp_rules_program(const struct seccomp_rules *r, const char *only,
                          const struct seccomp_direct *direct, struct seccomp_program *ret,
                          struct err *e);

/* The number of a system call in an ABI, or -1. Multiplexed calls that have no number of their own
 * (socketcall's on old ABIs) are -1 too. */
int64_t seccomp_rules_number(const struct seccomp_lane *lane, const char *name);

/* True when libseccomp knows the name, on whichever architecture. */
bool seccomp_rules_known(const char *name);

/* True when libseccomp or hako knows the name. */
bool seccomp_rules_exists(const char *name);

/* True when libseccomp knows the architecture. */
bool seccomp_rules_knows(enum config_arch arch);

/* The architecture this program is built for, and its name in docker's profiles (GOARCH). */
enum config_arch seccomp_rules_native(const char **ret_goarch);

/* "2.5.4": part of what a cached filter depends on. */
void seccomp_rules_version(unsigned ret[3]);
