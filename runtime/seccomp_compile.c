/* SPDX-License-Identifier: MIT */
/* Puts a filter together: the rules' decisions, calls newer than libseccomp, ENOSYS beyond. */
#include "runtime/seccomp_compile.h"

#include "base/str.h"
#include "runtime/seccomp_direct.h"
#include "runtime/seccomp_tree.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

/* libseccomp's decisions for every architecture of the profile. */
static int decide(const struct seccomp_rules *r, const struct seccomp_direct *d,
                  struct seccomp_tree *t, struct err *e)
{
    AUTO_SECCOMP_PROGRAM struct seccomp_program p = { 0 };
    int rc;

    rc = seccomp_rules_program(r, NULL, d, &p, e);
    if (rc < 0)
        return rc;
    for (size_t i = 0; rc >= 0 && i < r->n_lanes; i++) {
        bool done = false;
        for (size_t j = 0; j < i; j++)
            done = done || r->lanes[j].audit == r->lanes[i].audit;
        if (!done)
            rc = seccomp_tree_add(t, &p, r->lanes[i].audit, e);
    }
    if (rc >= 0)
        rc = seccomp_tree_eval(t, &p, 0, 0, &t->other, e);
    return rc;
}

/* The fate that the profile's rules give to one call that libseccomp does not know. */
static int decide_newer(const struct seccomp_rules *r, const char *name, struct seccomp_tree *t,
                        struct err *e)
{
    AUTO_SECCOMP_PROGRAM struct seccomp_program p = { 0 };
    int rc = 0;

    for (size_t i = 0; rc >= 0 && i < r->n_lanes; i++) {
        int64_t number = seccomp_rules_number(&r->lanes[i], name);
        int64_t stand_in = seccomp_rules_number(&r->lanes[i], SECCOMP_STAND_IN);
        uint32_t node;
        if (number < 0 || stand_in < 0)
            continue;
        if (!p.insns)
            rc = seccomp_rules_program(r, name, NULL, &p, e);
        if (rc >= 0)
            rc = seccomp_tree_eval(t, &p, r->lanes[i].audit, (uint32_t)stand_in, &node, e);
        if (rc >= 0)
            rc =
                seccomp_tree_set(t, r->lanes[i].audit, (uint32_t)number, (uint32_t)number, node, e);
    }
    return rc;
}

/* Newer calls one after the other; a name that stands in several rules is decided once for each,
 * with the same result. */
static int decide_newer_calls(const struct seccomp_rules *r, const struct seccomp_direct *d,
                              struct seccomp_tree *t, struct err *e)
{
    for (size_t i = 0; i < r->config->n_syscalls; i++)
        strv_foreach (name, r->config->syscalls[i].names) {
            if (seccomp_direct_has(d, *name) || seccomp_rules_known(*name))
                continue;
            int rc = decide_newer(r, *name, t, e);
            if (rc < 0)
                return rc;
        }
    return 0;
}

/* True when calls that the profile could not know should look as if the kernel lacked them, so
 * that libraries fall back to older ones (as runc does). A permissive default lets them through,
 * and a tracer is expected to deal with them itself. */
static bool wants_enosys(const struct config_seccomp *c)
{
    if (c->default_errno_ret.set && c->default_errno_ret.val == ENOSYS)
        return false;
    return c->default_action != CONFIG_ACT_ALLOW && c->default_action != CONFIG_ACT_LOG &&
           c->default_action != CONFIG_ACT_TRACE;
}

static int add_enosys(const struct seccomp_rules *r, struct seccomp_tree *t, struct err *e)
{
    uint32_t node;
    int rc;

    rc = seccomp_tree_action(t, SECCOMP_RET_ERRNO | ENOSYS, &node, e);
    for (size_t i = 0; rc >= 0 && i < r->n_lanes; i++) {
        const struct seccomp_lane *l = &r->lanes[i];
        int64_t newest = -1;
        for (size_t j = 0; j < r->config->n_syscalls; j++)
            strv_foreach (name, r->config->syscalls[j].names) {
                int64_t n = seccomp_rules_number(l, *name);
                if (n > newest && n <= l->last)
                    newest = n;
            }
        if (newest < 0)
            continue;
        rc = seccomp_tree_set(t, l->audit, (uint32_t)newest + 1, l->last, node, e);
        /* Numbers that do not fit s390's instruction come as 0, and stay 0 when the kernel does
         * not know them. */
        if (rc >= 0 && (l->audit == AUDIT_ARCH_S390 || l->audit == AUDIT_ARCH_S390X))
            rc = seccomp_tree_set(t, l->audit, 0, 0, node, e);
    }
    return rc;
}

/* 0 when `d` turns out to be wrong. */
static int decide_all(const struct seccomp_rules *r, const struct seccomp_direct *d,
                      struct seccomp_tree *t, struct err *e)
{
    int rc = decide(r, d, t, e);

    if (rc >= 0)
        rc = decide_newer_calls(r, d, t, e);
    return rc < 0 ? rc : seccomp_direct_apply(d, r, t, e);
}

int seccomp_compile_program(const struct config_seccomp *c, struct seccomp_program *ret,
                            struct err *e)
{
    AUTO_SECCOMP_TREE struct seccomp_tree t = { 0 };
    AUTO_SECCOMP_DIRECT struct seccomp_direct d = { 0 };
    struct seccomp_rules r;
    int rc;

    rc = seccomp_rules_init(c, &r, e);
    if (rc >= 0)
        rc = seccomp_direct_find(c, &d, e);
    if (rc >= 0)
        rc = decide_all(&r, &d, &t, e);
    if (rc == 0) {
        seccomp_tree_free(&t);
        seccomp_direct_free(&d);
        rc = decide_all(&r, &d, &t, e);
    }
    if (rc >= 0 && wants_enosys(c))
        rc = add_enosys(&r, &t, e);
    if (rc >= 0)
        rc = seccomp_emit(&t, ret, e);
    return rc;
}
