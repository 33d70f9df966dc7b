/* SPDX-License-Identifier: MIT */
/* Chooses a filter, built in, cached or compiled now, and hands it to the kernel. */
#include "runtime/seccomp.h"

#include "base/str.h"
#include "base/sys.h"
#include "runtime/seccomp_cache.h"
#include "runtime/seccomp_compile.h"

#include <linux/seccomp.h>

/* Kernel headers 5.18 and older lack it. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

void seccomp_free(struct seccomp_filter *f)
{
    free(f->own);
    *f = (struct seccomp_filter){ 0 };
}

static bool is_notify(const struct config_seccomp *c)
{
    for (size_t i = 0; i < c->n_syscalls; i++)
        if (c->syscalls[i].action == CONFIG_ACT_NOTIFY)
            return true;
    return false;
}

/* The bits of config_seccomp_flag are the kernel's. */
static unsigned filter_flags(const struct config_seccomp *c, bool notify)
{
    unsigned flags = (unsigned)c->flags.bits;

    /* As runc and crun: a filter alone is no reason for the speculation mitigations of old. */
    if (!flags)
        flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    if (!notify)
        flags &= ~(unsigned)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    else if (flags & SECCOMP_FILTER_FLAG_TSYNC)
        flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    return flags;
}

/* The process that loads the filter must still be able to report that it has. */
static int check_notify(const struct config_seccomp *c, struct err *e)
{
    if (c->default_action == CONFIG_ACT_NOTIFY)
        return err_set(e, ERR_INVALID, "seccomp: SCMP_ACT_NOTIFY cannot be the default action");
    for (size_t i = 0; i < c->n_syscalls; i++)
        if (c->syscalls[i].action == CONFIG_ACT_NOTIFY && strv_has(c->syscalls[i].names, "write"))
            return err_set(e, ERR_INVALID,
                           "seccomp: SCMP_ACT_NOTIFY cannot be used for the write system call");
    return 0;
}

int seccomp_check_names(const struct config_seccomp *c, struct err *e)
{
    for (size_t i = 0; i < c->n_syscalls; i++)
        strv_foreach (name, c->syscalls[i].names)
            if (!seccomp_rules_exists(*name))
                return err_set(e, ERR_INVALID,
                               "/linux/seccomp/syscalls/%zu/names: unknown system call \"%s\"", i,
                               *name);
    return 0;
}

int seccomp_compile(const struct config_seccomp *c, int cache_dirfd, struct seccomp_filter *ret,
                    struct err *e)
{
    AUTO_BUF struct buf source = { 0 };
    struct seccomp_program p = { 0 };
    bool notify = is_notify(c);
    int r;

    r = check_notify(c, e);
    if (r < 0)
        return r;
    seccomp_cache_source(c, &source);
    if (source.failed)
        return err_nomem(e);
    if (cache_dirfd < 0 || !seccomp_cache_get(cache_dirfd, &source, &p)) {
        r = seccomp_compile_program(c, &p, e);
        if (r < 0)
            return r;
        if (cache_dirfd >= 0)
            seccomp_cache_put(cache_dirfd, &source, &p);
    }
    *ret = (struct seccomp_filter){
        .insns = p.insns,
        .len = p.len,
        .flags = filter_flags(c, notify),
        .notify = notify,
        .own = p.insns,
    };
    return 0;
}

bool seccomp_builtin(uint64_t caps, struct seccomp_filter *ret)
{
    caps &= seccomp_default_caps();
    for (size_t i = 0; i < seccomp_n_builtins; i++)
        if (seccomp_builtins[i].caps == caps) {
            *ret = (struct seccomp_filter){
                .insns = seccomp_builtins[i].insns,
                .len = seccomp_builtins[i].len,
                .flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW,
            };
            return true;
        }
    return false;
}

int seccomp_default(uint64_t caps, int cache_dirfd, struct seccomp_filter *ret, struct err *e)
{
    struct config_seccomp c;
    int r;

    if (seccomp_builtin(caps, ret))
        return 0;
    r = seccomp_default_config(caps, &c, e);
    if (r < 0)
        return r;
    r = seccomp_compile(&c, cache_dirfd, ret, e);
    json_free(&config_seccomp_table, &c);
    return r;
}

static int refused(const struct seccomp_filter *f, unsigned flags, struct err *e)
{
    int saved = errno;

    err_sysf(e, "seccomp", "filter of %zu instructions, flags 0x%x", f->len, flags);
    if (saved == EACCES)
        err_hint(e, "no_new_privs or CAP_SYS_ADMIN is needed to load a filter");
    if (saved == EINVAL && flags)
        err_hint(e, "this kernel may lack one of the profile's flags");
    return -ERR_SYS;
}

int seccomp_install(const struct seccomp_filter *f, struct err *e)
{
    /* The kernel's struct has no const; it only reads. */
    struct sock_fprog prog = { .len = (unsigned short)f->len,
                               .filter = (struct sock_filter *)(uintptr_t)f->insns };
    unsigned flags = f->flags;

    if (f->len == 0)
        return 0;
    if (f->notify)
        flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
    int r = sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &prog);
    /* SPEC_ALLOW is our own wish, and only about speed: kernels before 4.17 lack it. */
    if (r < 0 && errno == EINVAL && flags == SECCOMP_FILTER_FLAG_SPEC_ALLOW)
        r = sys_seccomp(SECCOMP_SET_MODE_FILTER, flags = 0, &prog);
    if (r < 0)
        return refused(f, flags, e);
    return f->notify ? r : 0;
}
