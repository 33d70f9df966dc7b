/* SPDX-License-Identifier: MIT */
/* Chooses and loads the seccomp filter. */
#include "engine/filter.h"

#include "engine/plan.h"

int filter_load(const struct paths *p, const struct record *rec, const struct config *c,
                struct seccomp_filter *ret, struct err *e)
{
    AUTO_FD int cache = -1;

    *ret = (struct seccomp_filter){ 0 };
    uint64_t caps = c->process->capabilities->bounding.bits;
    if (!c->lnx.seccomp && (!plan_wants_default_seccomp(rec) || seccomp_builtin(caps, ret)))
        return 0;
    int r = paths_run_dir(p, "seccomp", &cache, e);
    if (r < 0)
        return r;
    if (c->lnx.seccomp)
        return seccomp_compile(c->lnx.seccomp, cache, ret, e);
    return seccomp_default(caps, cache, ret, e);
}
