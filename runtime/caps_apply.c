/* SPDX-License-Identifier: MIT */
/* The capability sets of this process, changed by raw capset(2) and prctl(2). */
#include "base/log.h"
#include "runtime/caps.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define CAPS_MAX 64

/* The kernel's own view: three sets of two words each (capget(2), version 3). */
static int get_sets(struct caps *ret, struct err *e)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &head, data) < 0)
        return err_sys(e, "capget", NULL);
    ret->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    ret->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    ret->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

static int put_sets(const struct caps *c, struct err *e)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        data[i].effective = (uint32_t)(c->effective >> 32 * i);
        data[i].permitted = (uint32_t)(c->permitted >> 32 * i);
        data[i].inheritable = (uint32_t)(c->inheritable >> 32 * i);
    }
    if (syscall(SYS_capset, &head, data) < 0)
        return err_sys(e, "capset", NULL);
    return 0;
}

bool caps_have(int cap)
{
    struct err ignored = ERR_INIT;
    struct caps own;

    return get_sets(&own, &ignored) >= 0 && (own.effective & CAPS_BIT(cap));
}

static bool is_bounding(int cap)
{
    return prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1;
}

/* The members of `want` that are in the bounding set. */
static uint64_t bounded(uint64_t want)
{
    uint64_t have = 0;

    for (int cap = 0; cap < CAPS_MAX; cap++)
        if ((want & CAPS_BIT(cap)) && is_bounding(cap))
            have |= CAPS_BIT(cap);
    return have;
}

void caps_limit(struct caps *c)
{
    struct err e = ERR_INIT;
    struct caps own;
    uint64_t want = c->bounding | c->permitted | c->effective | c->inheritable | c->ambient;

    if (get_sets(&own, &e) < 0) {
        log_warn("%s", e.msg);
        return;
    }
    uint64_t have = bounded(want) & own.permitted;
    for (int cap = 0; cap < CAPS_MAX; cap++)
        if ((want & ~have) & CAPS_BIT(cap))
            log_warn("%s is not ours to give: the container goes without it",
                     caps_name(cap) ? caps_name(cap) : "an unknown capability");
    c->bounding &= have;
    c->permitted &= have;
    c->effective &= have;
    c->inheritable &= have;
    c->ambient &= have;
}

int caps_bound(const struct caps *c, struct err *e)
{
    for (int cap = 0; cap < CAPS_MAX; cap++) {
        if (c->bounding & CAPS_BIT(cap))
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
            continue;
        if (errno == EINVAL) /* beyond the kernel's last */
            break;
        if (errno == EPERM && !is_bounding(cap))
            continue;
        return err_sysf(e, "prctl", "PR_CAPBSET_DROP %s", caps_name(cap) ? caps_name(cap) : "?");
    }
    return 0;
}

int caps_shed(uint64_t keep, struct err *e)
{
    const struct caps want = { .bounding = keep };
    struct caps own;
    int r = caps_bound(&want, e);

    if (r >= 0)
        r = get_sets(&own, e);
    if (r < 0)
        return r;
    own.permitted &= keep;
    own.effective &= keep;
    own.inheritable &= keep;
    return put_sets(&own, e);
}

int caps_keep(struct err *e)
{
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return err_sys(e, "prctl", "PR_SET_KEEPCAPS");
    return 0;
}

/* The change of uid may have cleared the ambient set, or the parent may have had one. */
static int set_ambient(uint64_t want, struct err *e)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return err_sys(e, "prctl", "PR_CAP_AMBIENT_CLEAR_ALL");
    for (int cap = 0; cap < CAPS_MAX; cap++)
        if ((want & CAPS_BIT(cap)) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
            return err_sysf(e, "prctl", "PR_CAP_AMBIENT_RAISE %s",
                            caps_name(cap) ? caps_name(cap) : "?");
    return 0;
}

int caps_apply(const struct caps *c, struct err *e)
{
    struct caps own, next;
    int r;

    r = get_sets(&own, e);
    if (r < 0)
        return r;
    /* capabilities(7): permitted can only shrink, effective is its subset, inheritable may grow
     * within the bounding set, ambient is in both permitted and inheritable. */
    next.permitted = c->permitted & own.permitted;
    next.effective = c->effective & next.permitted;
    next.inheritable = bounded(c->inheritable) & (own.inheritable | own.permitted);
    r = put_sets(&next, e);
    if (r < 0)
        return r;
    r = set_ambient(c->ambient & next.permitted & next.inheritable, e);
    if (r < 0)
        return r;
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
        return err_sys(e, "prctl", "PR_SET_KEEPCAPS");
    return 0;
}
