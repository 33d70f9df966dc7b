/* SPDX-License-Identifier: MIT */
/* Cross-field rules of config.json's linux.seccomp. */
#include "base/str.h"
#include "oci/annotation.h"
#include "oci/valid_rule.h"

static bool carries_errno(enum config_seccomp_action action)
{
    return action == CONFIG_ACT_ERRNO || action == CONFIG_ACT_TRACE;
}

static bool default_errno(const struct config *c, struct valid_found *ret)
{
    const struct config_seccomp *s = c->lnx.seccomp;

    return s && s->default_errno_ret.set && !carries_errno(s->default_action);
}

static bool rule_errno(const struct config *c, struct valid_found *ret)
{
    const struct config_seccomp *s = c->lnx.seccomp;

    for (size_t i = 0; s && i < s->n_syscalls; i++) {
        ret->index = i;
        if (s->syscalls[i].errno_ret.set && !carries_errno(s->syscalls[i].action))
            return true;
    }
    return false;
}

static bool no_names(const struct config *c, struct valid_found *ret)
{
    const struct config_seccomp *s = c->lnx.seccomp;

    for (size_t i = 0; s && i < s->n_syscalls; i++) {
        ret->index = i;
        if (!s->syscalls[i].names[0])
            return true;
    }
    return false;
}

static bool notify_by_default(const struct config *c, struct valid_found *ret)
{
    return c->lnx.seccomp && c->lnx.seccomp->default_action == CONFIG_ACT_NOTIFY;
}

/* The first rule that notifies, if any. */
static const struct config_syscall *notifying(const struct config *c, struct valid_found *ret)
{
    const struct config_seccomp *s = c->lnx.seccomp;

    for (size_t i = 0; s && i < s->n_syscalls; i++) {
        ret->index = i;
        if (s->syscalls[i].action == CONFIG_ACT_NOTIFY)
            return &s->syscalls[i];
    }
    return NULL;
}

static bool notify_write(const struct config *c, struct valid_found *ret)
{
    const struct config_seccomp *s = c->lnx.seccomp;

    for (size_t i = 0; s && i < s->n_syscalls; i++) {
        ret->index = i;
        if (s->syscalls[i].action == CONFIG_ACT_NOTIFY && strv_has(s->syscalls[i].names, "write"))
            return true;
    }
    return false;
}

/* crun's annotation names a receiver, too. */
static bool no_listener(const struct config *c, struct valid_found *ret)
{
    return notifying(c, ret) && str_empty(c->lnx.seccomp->listener_path) &&
           !config_annotation(c, ANNOTATION_SECCOMP_RECEIVER);
}

static bool metadata_alone(const struct config *c, struct valid_found *ret)
{
    const struct config_seccomp *s = c->lnx.seccomp;

    return s && !str_empty(s->listener_metadata) && str_empty(s->listener_path);
}

const struct valid_rule valid_seccomp_rules[] = {
    { "/linux/seccomp/defaultErrnoRet", default_errno, "this action carries no errno", NULL },
    { "/linux/seccomp/syscalls/#/errnoRet", rule_errno, "this action carries no errno", NULL },
    { "/linux/seccomp/syscalls/#/names", no_names, "no system call is named", NULL },
    { "/linux/seccomp/defaultAction", notify_by_default,
      "SCMP_ACT_NOTIFY cannot be the default action", NULL },
    { "/linux/seccomp/syscalls/#", notify_write, "SCMP_ACT_NOTIFY cannot be used for write",
      "the process that loads the filter still has to report by write" },
    { "/linux/seccomp/syscalls/#/action", no_listener, "SCMP_ACT_NOTIFY needs a listenerPath",
      NULL },
    { "/linux/seccomp/listenerMetadata", metadata_alone, "needs a listenerPath", NULL },
    { 0 },
};
