/* SPDX-License-Identifier: MIT */
/* System call filters: docker's default profile built in, others compiled once and cached. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "oci/config.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The names avoid libseccomp's own: seccomp_load(), seccomp_init() and others are that library's.
 */

/* A filter ready for the kernel (seccomp(2), Documentation/userspace-api/seccomp_filter.rst). */
struct seccomp_filter {
    const struct sock_filter *insns;
    size_t len;              /* instructions; 0: no filter at all */
    unsigned flags;          /* SECCOMP_FILTER_FLAG_*, NEW_LISTENER not among them */
    bool notify;             /* some rule asks for a listener */
    struct sock_filter *own; /* what seccomp_free() frees; NULL when built in */
};

/*
 * The default profile for a container with these capabilities (bits 1 << CAP_*), if that set is
 * one of those that containers usually have: they are built in and cost nothing.
 */
bool seccomp_builtin(uint64_t caps, struct seccomp_filter *ret);

/*
 * The same for any set; those that are not built in are compiled and cached. `cache_dirfd`: a
 * directory of ours, 0700, or -1 for no cache. A cache that cannot be read or written is no
 * failure.
 */
int seccomp_default(uint64_t caps, int cache_dirfd, struct seccomp_filter *ret, struct err *e);

/*
 * Compiles linux.seccomp of a config (config-linux.md, "Seccomp"), or takes the compiled filter
 * from the cache. Names that neither libseccomp nor hako knows are ignored. Where the default
 * action refuses, system calls newer than every one that the profile names get ENOSYS, as runc
 * does. The architectures default to the native one; the flags to SPEC_ALLOW.
 * ERR_INVALID: an action that cannot carry errnoRet, NOTIFY as the default action or for write(2)
 * (the process that loads the filter must still report). ERR_UNSUPPORTED: an architecture or
 * action that libseccomp or this kernel lacks.
 */
int seccomp_compile(const struct config_seccomp *c, int cache_dirfd, struct seccomp_filter *ret,
                    struct err *e);

/* ERR_INVALID when the profile names a system call that neither libseccomp nor hako knows. */
int seccomp_check_names(const struct config_seccomp *c, struct err *e);

/* A filter that is compiled already: its instructions in base64. */
int seccomp_base64_read(const char *text, struct seccomp_filter *ret, struct err *e);

/*
 * A container's filter in a file of its state directory, and from there: 1, or 0 when there is
 * none. Not for filters that notify: whose listener that is, only the profile says.
 */
int seccomp_save(int dirfd, const char *name, const struct seccomp_filter *f, struct err *e);
int seccomp_restore(int dirfd, const char *name, struct seccomp_filter *ret, struct err *e);

/*
 * A profile file's text, docker's format or a plain OCI object, resolved for a container with
 * these capabilities on this machine's architecture and kernel. *ret is the caller's to
 * json_free(&config_seccomp_table, ret).
 */
int seccomp_profile_read(const char *text, size_t len, uint64_t caps, struct config_seccomp *ret,
                         struct err *e);

/* The default profile as the document that a config.json holds, for `hako-oci spec` and peers. */
int seccomp_default_config(uint64_t caps, struct config_seccomp *ret, struct err *e);

/*
 * In the process that is to be confined, right before its exec: it must have no_new_privs or
 * CAP_SYS_ADMIN. Makes one system call. Returns the listener's descriptor (O_CLOEXEC) when
 * f->notify, else 0. After it returns, only calls that the filter allows may be made.
 */
int seccomp_install(const struct seccomp_filter *f, struct err *e);

void seccomp_free(struct seccomp_filter *f);
DEFINE_CLEANUP(struct seccomp_filter, seccomp, seccomp_free(p))
#define AUTO_SECCOMP CLEANUP(seccomp)
