/* SPDX-License-Identifier: MIT */
/* From a profile to instructions, without cache or flags: for the run and for the build. */
#pragma once

#include "base/err.h"
#include "oci/config.h"
#include "runtime/seccomp_rules.h"

#include <stdint.h>

/* libseccomp's decisions, newer calls, ENOSYS for calls beyond the profile, as one program. */
int seccomp_compile_program(const struct config_seccomp *c, struct seccomp_program *ret,
                            struct err *e);

/* seccomp_default_config() for a container on this architecture. */
int seccomp_default_arch(enum config_arch arch, uint64_t caps, struct config_seccomp *ret,
                         struct err *e);

/* The capabilities that make a difference to the default profile. */
uint64_t seccomp_default_caps(void);

/* A default profile that is built in: for sets whose seccomp_default_caps() are `caps`. The table
 * is written by seccomp_gen.c when hako is built. */
struct seccomp_builtin {
    uint64_t caps;
    const struct sock_filter *insns;
    size_t len;
};
extern const struct seccomp_builtin seccomp_builtins[];
extern const size_t seccomp_n_builtins;
