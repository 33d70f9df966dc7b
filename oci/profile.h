/* SPDX-License-Identifier: MIT */
/* Docker's seccomp profile files (--security-opt seccomp=FILE): rules with conditions. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "oci/config.h"

struct profile_arch {
    enum config_arch architecture;
    struct json_set sub_architectures; /* bits 1 << enum config_arch */
    struct json_map extra;
};

struct profile_filter {
    char **arches;    /* GOARCH-like names that the file uses: "amd64", "x32", "s390x" */
    char **caps;      /* "CAP_SYS_ADMIN" */
    char *min_kernel; /* "4.8" */
    struct json_map extra;
};

struct profile_syscall {
    char **names;
    char *name; /* the old form: one name */
    enum config_seccomp_action action;
    struct opt_u32 errno_ret;
    struct config_seccomp_arg *args;
    size_t n_args;
    char *comment;
    struct profile_filter includes; /* applies when all of them hold */
    struct profile_filter excludes; /* does not when any of them holds */
    struct json_map extra;
};

struct profile {
    enum config_seccomp_action default_action;
    struct opt_u32 default_errno_ret;
    struct json_set architectures; /* the plain form, instead of arch_map */
    struct profile_arch *arch_map;
    size_t n_arch_map;
    struct json_set flags;
    char *listener_path;
    char *listener_metadata;
    struct profile_syscall *syscalls;
    size_t n_syscalls;
    struct json_map extra;
};
extern const struct json_table profile_table;

/* Reads a profile file's text. A plain OCI seccomp object is a profile too. */
int profile_read(const char *text, size_t len, struct profile *ret, struct err *e);
void profile_free(struct profile *p);
DEFINE_CLEANUP(struct profile, profile, profile_free(p))
