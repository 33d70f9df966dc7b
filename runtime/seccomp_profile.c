/* SPDX-License-Identifier: MIT */
/* Resolves docker's profile files: conditions on architecture, capabilities and kernel. */
#include "runtime/seccomp_profile.h"

#include "base/str.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_rules.h"

#include <sys/utsname.h>

static bool has_cap(const struct seccomp_host *h, const char *name)
{
    int cap = caps_number(name);

    return cap >= 0 && (h->caps & CAPS_BIT(cap));
}

static bool kernel_is(const struct seccomp_host *h, const char *at_least)
{
    unsigned major = 0, minor = 0;

    sscanf(at_least, "%u.%u", &major, &minor);
    return h->kernel_major > major || (h->kernel_major == major && h->kernel_minor >= minor);
}

static bool included(const struct profile_filter *f, const struct seccomp_host *h)
{
    if (f->arches && f->arches[0] && !strv_has(f->arches, h->goarch))
        return false;
    strv_foreach (name, f->caps)
        if (!has_cap(h, *name))
            return false;
    return !f->min_kernel || kernel_is(h, f->min_kernel);
}

static bool excluded(const struct profile_filter *f, const struct seccomp_host *h)
{
    if (strv_has(f->arches, h->goarch))
        return true;
    strv_foreach (name, f->caps)
        if (has_cap(h, *name))
            return true;
    return f->min_kernel && kernel_is(h, f->min_kernel);
}

static int copy_rule(const struct profile_syscall *s, struct config_syscall *ret, struct err *e)
{
    ret->action = s->action;
    ret->errno_ret = s->errno_ret;
    if (s->names && s->names[0]) {
        ret->names = strv_dup(s->names);
        if (!ret->names)
            return err_nomem(e);
    } else if (strv_add(&ret->names, s->name) < 0) {
        return err_nomem(e);
    }
    if (s->n_args == 0)
        return 0;
    ret->args = calloc(s->n_args, sizeof(*ret->args));
    if (!ret->args)
        return err_nomem(e);
    ret->n_args = s->n_args;
    for (size_t i = 0; i < s->n_args; i++) {
        ret->args[i] = s->args[i];
        ret->args[i].extra = (struct json_map){ 0 };
    }
    return 0;
}

static uint64_t architectures(const struct profile *p, const struct seccomp_host *h)
{
    for (size_t i = 0; i < p->n_arch_map; i++)
        if (p->arch_map[i].architecture == h->arch)
            return p->arch_map[i].sub_architectures.bits | UINT64_C(1) << h->arch;
    return p->architectures.bits;
}

/* str_dup() into *ret; true unless memory ran out. */
static bool copied(const char *s, char **ret)
{
    *ret = str_dup(s);
    return *ret || !s;
}

int seccomp_profile_resolve(const struct profile *p, const struct seccomp_host *h,
                            struct config_seccomp *ret, struct err *e)
{
    struct config_seccomp c = { .default_action = p->default_action,
                                .default_errno_ret = p->default_errno_ret,
                                .architectures = { .bits = architectures(p, h) },
                                .flags = { .bits = p->flags.bits } };
    int r = 0;

    c.syscalls = calloc(p->n_syscalls + 1, sizeof(*c.syscalls));
    if (!c.syscalls || !copied(p->listener_path, &c.listener_path) ||
        !copied(p->listener_metadata, &c.listener_metadata))
        r = err_nomem(e);
    for (size_t i = 0; r >= 0 && i < p->n_syscalls; i++) {
        const struct profile_syscall *s = &p->syscalls[i];
        if (included(&s->includes, h) && !excluded(&s->excludes, h))
            r = copy_rule(s, &c.syscalls[c.n_syscalls++], e);
    }
    if (r < 0) {
        json_free(&config_seccomp_table, &c);
        return r;
    }
    *ret = c;
    return 0;
}

int seccomp_profile_read(const char *text, size_t len, uint64_t caps, struct config_seccomp *ret,
                         struct err *e)
{
    struct seccomp_host host = { .caps = caps };
    CLEANUP(profile) struct profile p = { 0 };
    struct utsname u;
    int r;

    r = profile_read(text, len, &p, e);
    if (r < 0)
        return r;
    host.arch = seccomp_rules_native(&host.goarch);
    if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &host.kernel_major, &host.kernel_minor) != 2)
        return err_sys(e, "uname", NULL);
    return seccomp_profile_resolve(&p, &host, ret, e);
}
