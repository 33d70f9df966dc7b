/* SPDX-License-Identifier: MIT */
/* The rules of a profile that need no libseccomp: a number alone decides. */
#include "runtime/seccomp_direct.h"

#include "base/str.h"
#include "base/vec.h"

#include <string.h>

/* Calls that go through one number on some ABI, and those that are always libseccomp's, so that its
 * program has at least one rule on every architecture. Sorted. */
static const char *const indirect[] = {
    "accept",  "accept4",     "bind",       "connect",    "exit",     "getpeername", "getpid",
    "getppid", "getsockname", "getsockopt", "ipc",        "listen",   "msgctl",      "msgget",
    "msgrcv",  "msgsnd",      "read",       "recv",       "recvfrom", "recvmmsg",    "recvmsg",
    "semctl",  "semget",      "semop",      "semtimedop", "send",     "sendmmsg",    "sendmsg",
    "sendto",  "setsockopt",  "shmat",      "shmctl",     "shmdt",    "shmget",      "shutdown",
    "socket",  "socketcall",  "socketpair",
};
/* Those of them that every ABI has. */
static const char *const anchors[] = { "exit", "getpid", "getppid", "read" };

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct seccomp_direct_name *)a)->name,
                  ((const struct seccomp_direct_name *)b)->name);
}

static int by_text(const void *key, const void *text)
{
    return strcmp(key, *(const char *const *)text);
}

static const struct seccomp_direct_name *find(const struct seccomp_direct *d, const char *name)
{
    const struct seccomp_direct_name key = { .name = name };

    return d->n ? bsearch(&key, d->v, d->n, sizeof(*d->v), by_name) : NULL;
}

static bool is_direct(const struct seccomp_direct_name *n)
{
    enum config_seccomp_action a = n->rule->action;
    bool everywhere = a == CONFIG_ACT_ALLOW || a == CONFIG_ACT_ERRNO || a == CONFIG_ACT_KILL ||
                      a == CONFIG_ACT_KILL_THREAD || a == CONFIG_ACT_TRAP;

    return everywhere && n->rule->n_args == 0 &&
           !bsearch(n->name, indirect, ARRAY_LEN(indirect), sizeof(*indirect), by_text);
}

static bool has_anchor(const struct seccomp_direct *d, const struct config_seccomp *c)
{
    bool has = false;

    for (size_t i = 0; i < ARRAY_LEN(anchors); i++) {
        const struct seccomp_direct_name *n = find(d, anchors[i]);
        has = has || (n && n->rule->action != c->default_action);
    }
    return has;
}

int seccomp_direct_find(const struct config_seccomp *c, struct seccomp_direct *ret, struct err *e)
{
    AUTO_SECCOMP_DIRECT struct seccomp_direct d = { 0 };

    for (size_t i = 0; i < c->n_syscalls; i++)
        strv_foreach (name, c->syscalls[i].names) {
            struct seccomp_direct_name *n = VEC_ADD(d.v, d.n);
            if (!n)
                return err_nomem(e);
            *n = (struct seccomp_direct_name){ .name = *name, .rule = &c->syscalls[i] };
        }
    if (d.n)
        qsort(d.v, d.n, sizeof(*d.v), by_name);
    bool any = has_anchor(&d, c);
    for (size_t i = 0; i < d.n; i++)
        d.v[i].direct = any && is_direct(&d.v[i]) && (i == 0 || by_name(&d.v[i - 1], &d.v[i])) &&
                        (i + 1 == d.n || by_name(&d.v[i], &d.v[i + 1]));
    *ret = d;
    d = (struct seccomp_direct){ 0 };
    return 0;
}

bool seccomp_direct_has(const struct seccomp_direct *d, const char *name)
{
    const struct seccomp_direct_name *n = find(d, name);

    return n && n->direct;
}

/* ---- numbers ---- */

struct points {
    struct seccomp_range *v; /* single numbers */
    size_t n;
};
DEFINE_CLEANUP(struct points, points, free(p->v))

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const struct seccomp_range *)a)->first;
    uint32_t y = ((const struct seccomp_range *)b)->first;

    return (x > y) - (x < y);
}

static int add_lane(const struct seccomp_direct *d, const struct seccomp_rules *r,
                    const struct seccomp_lane *lane, struct seccomp_tree *t, struct points *to,
                    struct err *e)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct config_syscall *s = d->v[i].rule;
        int64_t number = d->v[i].direct ? seccomp_rules_number(lane, d->v[i].name) : -1;
        uint32_t action, node;
        if (number < 0)
            continue;
        int rc = seccomp_rules_action(s->action, s->errno_ret, &action, e);
        if (rc < 0)
            return rc;
        if (action == r->default_action)
            continue;
        rc = seccomp_tree_action(t, action, &node, e);
        if (rc < 0)
            return rc;
        struct seccomp_range *p = VEC_ADD(to->v, to->n);
        if (!p)
            return err_nomem(e);
        *p = (struct seccomp_range){ (uint32_t)number, node };
    }
    return 0;
}

/* All numbers of one AUDIT_ARCH_*, of every ABI that it stands for. */
static int apply_audit(const struct seccomp_direct *d, const struct seccomp_rules *r,
                       uint32_t audit, struct seccomp_tree *t, struct err *e)
{
    CLEANUP(points) struct points p = { 0 };
    uint32_t none;
    int rc = seccomp_tree_action(t, r->default_action, &none, e);

    for (size_t i = 0; rc >= 0 && i < r->n_lanes; i++)
        if (r->lanes[i].audit == audit)
            rc = add_lane(d, r, &r->lanes[i], t, &p, e);
    if (rc < 0)
        return rc;
    if (p.n)
        qsort(p.v, p.n, sizeof(*p.v), by_number);
    return seccomp_tree_points(t, audit, p.v, p.n, none, e);
}

int seccomp_direct_apply(const struct seccomp_direct *d, const struct seccomp_rules *r,
                         struct seccomp_tree *t, struct err *e)
{
    int rc = 1;

    for (size_t i = 0; rc > 0 && i < r->n_lanes; i++) {
        bool done = false;
        for (size_t j = 0; j < i; j++)
            done = done || r->lanes[j].audit == r->lanes[i].audit;
        if (!done)
            rc = apply_audit(d, r, r->lanes[i].audit, t, e);
    }
    return rc;
}
