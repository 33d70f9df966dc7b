/* SPDX-License-Identifier: MIT */
/* Attributes of the process: scheduling, io priority, affinity, memory policy, personality. */
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/cpulist.h"
#include "runtime/launch.h"
#include "runtime/setup.h"

#include <sched.h>
#include <string.h>
#include <sys/personality.h>

/* linux/sched/types.h and sched.h cannot both be included everywhere. */
struct sched_attributes {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
};

static int set_scheduler(const struct config_scheduler *c, struct err *e)
{
    struct sched_attributes a = {
        .size = sizeof(a),
        .policy = (uint32_t)c->policy,
        .flags = c->flags.bits,
        .nice = c->nice,
        .priority = (uint32_t)c->priority,
        .runtime = c->runtime,
        .deadline = c->deadline,
        .period = c->period,
    };

    if (syscall(SYS_sched_setattr, 0, &a, 0) < 0)
        return err_sys(e, "sched_setattr", "process.scheduler");
    return 0;
}

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_CLASS_SHIFT 13

static int set_io_priority(const struct config_io_priority *c, struct err *e)
{
    int value = (int)c->io_class << IOPRIO_CLASS_SHIFT | c->priority;

    if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, value) < 0)
        return err_sys(e, "ioprio_set", "process.ioPriority");
    return 0;
}

static int set_affinity(const char *cpus, struct err *e)
{
    cpu_set_t set;
    uint64_t *bits = (uint64_t *)(void *)&set;

    CPU_ZERO(&set);
    int r = cpulist_parse(cpus, bits, sizeof(set) * 8, e);
    if (r < 0)
        return err_wrap(e, "process.execCPUAffinity");
    if (sched_setaffinity(0, sizeof(set), &set) < 0)
        return err_sysf(e, "sched_setaffinity", "cpus %s", cpus);
    return 0;
}

static int set_memory_policy(const struct config_memory_policy *c, struct err *e)
{
    uint64_t nodes[16] = { 0 };
    int r = str_empty(c->nodes) ? 0 : cpulist_parse(c->nodes, nodes, sizeof(nodes) * 8, e);

    if (r < 0)
        return err_wrap(e, "linux.memoryPolicy");
    long mode = (long)c->mode | (long)c->flags.bits;
    if (syscall(SYS_set_mempolicy, mode, str_empty(c->nodes) ? NULL : nodes,
                str_empty(c->nodes) ? 0 : sizeof(nodes) * 8) < 0)
        return err_sys(e, "set_mempolicy", "linux.memoryPolicy");
    return 0;
}

static int set_personality(const struct config_personality *c, struct err *e)
{
    if (c->flags && *c->flags)
        return err_set(e, ERR_UNSUPPORTED, "/linux/personality/flags: no flag is supported");
    if (personality((unsigned long)c->domain) < 0)
        return err_sys(e, "personality", NULL);
    return 0;
}

int attr_scheduling(struct setup *s, struct err *e)
{
    const struct config_process *p = s->process;
    const struct config_linux *l = s->launch ? &s->config->lnx : NULL;
    const struct config_cpu_affinity *cpus = s->launch ? NULL : p->exec_cpu_affinity;
    int r = 0;

    if (cpus && (cpus->final || cpus->initial))
        r = set_affinity(cpus->final ? cpus->final : cpus->initial, e);
    if (r >= 0 && p->scheduler)
        r = set_scheduler(p->scheduler, e);
    if (r >= 0 && p->io_priority)
        r = set_io_priority(p->io_priority, e);
    if (r >= 0 && l && l->memory_policy)
        r = set_memory_policy(l->memory_policy, e);
    if (r >= 0 && l && l->personality)
        r = set_personality(l->personality, e);
    return r;
}

/* Labels take effect at the next exec, so command_exec() then does without runtime/stub. */
int attr_labels(struct setup *s, struct err *e)
{
    const struct config_process *p = s->process;
    char text[512];
    int r;

    if (!str_empty(p->apparmor_profile)) {
        snprintf(text, sizeof(text), "exec %s", p->apparmor_profile);
        r = setup_proc_write(s, "self/attr/apparmor/exec", text, e);
        if (r < 0)
            r = setup_proc_write(s, "self/attr/exec", text, e);
        if (r < 0)
            return err_wrap(e, "AppArmor profile %s", p->apparmor_profile);
    }
    if (!str_empty(p->selinux_label)) {
        r = setup_proc_write(s, "self/attr/exec", p->selinux_label, e);
        if (r < 0)
            return err_wrap(e, "SELinux label %s", p->selinux_label);
    }
    return 0;
}
