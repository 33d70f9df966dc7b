/* SPDX-License-Identifier: MIT */
/* A profile file for one container: the rules whose conditions hold. */
#pragma once

#include "base/err.h"
#include "oci/profile.h"

#include <stdint.h>

/* What conditions are held against. */
struct seccomp_host {
    const char *goarch; /* "amd64" */
    enum config_arch arch;
    uint64_t caps; /* bits 1 << CAP_* */
    unsigned kernel_major;
    unsigned kernel_minor;
};

/* As docker's daemon chooses: a rule applies when all of its `includes` hold and none of its
 * `excludes`; the architectures are archMap's entry for this one. *ret is the caller's to
 * json_free(&config_seccomp_table, ret). */
int seccomp_profile_resolve(const struct profile *p, const struct seccomp_host *h,
                            struct config_seccomp *ret, struct err *e);
