/* SPDX-License-Identifier: MIT */
/* Attributes of the process: scheduling, io priority, affinity, memory policy, personality. */
#include "base/cpulist.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/launch.h"
#include "runtime/setup.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/personality.h>

/* ---- set by the parent ---- */

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
    uint32_t util_min;
    uint32_t util_max;
};

/* Utilization goes from 0 to this (SCHED_CAPACITY_SCALE). The spec has flags for clamps, but no
 * values: the whole range. */
#define UTIL_MAX 1024

static int set_scheduler(pid_t pid, const struct config_scheduler *c, struct err *e)
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
        .util_max = UTIL_MAX,
    };

    if (syscall(SYS_sched_setattr, pid, &a, 0) == 0)
        return 0;
    err_sysf(e, "sched_setattr", "%s", json_enum_name(config_sched_policy_names, (int)c->policy));
    if (e->errnum == EINVAL || e->errnum == EOPNOTSUPP)
        err_hint(e, "this kernel may lack the policy or one of the flags");
    if (e->errnum == EPERM)
        err_hint(e, "it needs CAP_SYS_NICE, and real-time bandwidth in its control group");
    return err_wrap(e, "/process/scheduler");
}

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_CLASS_SHIFT 13

static int set_io_priority(pid_t pid, const struct config_io_priority *c, struct err *e)
{
    int value = (int)c->io_class << IOPRIO_CLASS_SHIFT | c->priority;

    if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, value) == 0)
        return 0;
    err_sys(e, "ioprio_set", json_enum_name(config_io_class_names, (int)c->io_class));
    return err_wrap(e, "/process/ioPriority");
}

static int set_affinity(pid_t pid, const char *cpus, const char *field, struct err *e)
{
    cpu_set_t set;
    uint64_t *bits = (uint64_t *)(void *)&set;

    memset(&set, 0, sizeof(set));
    int r = cpulist_parse(cpus, bits, sizeof(set) * 8, e);
    if (r >= 0 && sched_setaffinity(pid, sizeof(set), &set) < 0)
        r = err_sysf(e, "sched_setaffinity", "cpus %s", cpus);
    return r < 0 ? err_wrap(e, "/process/execCPUAffinity/%s", field) : 0;
}

/* Every cpu, whatever the caller is confined to (as runc and crun): the kernel leaves those of the
 * control group's cpuset. Where it refuses, the caller's stay. */
static void forget_affinity(pid_t pid)
{
    cpu_set_t all;

    memset(&all, 0xff, sizeof(all));
    (void)sched_setaffinity(pid, sizeof(all), &all);
}

static int set_oom_score(pid_t pid, int score, struct err *e)
{
    char path[48], text[16];

    snprintf(path, sizeof(path), pid ? "/proc/%d/oom_score_adj" : "/proc/self/oom_score_adj",
             (int)pid);
    snprintf(text, sizeof(text), "%d", score);
    if (fs_put(AT_FDCWD, path, text) == 0)
        return 0;
    if (errno != EACCES)
        return err_sys(e, "write", path);
    log_warn("oom_score_adj %d: lowering it needs CAP_SYS_RESOURCE", score);
    return 0;
}

/* Runs while the runtime's own /proc is still in sight. */
int attr_oom_score(struct setup *s, struct err *e)
{
    const struct opt_i32 *score = &s->process->oom_score_adj;

    return score->set && !s->parent_oom ? set_oom_score(0, score->val, e) : 0;
}

int attr_start_cpus(const struct setup *s, cpu_set_t *ret_own, struct err *e)
{
    const struct config_cpu_affinity *a = s->launch ? NULL : s->process->exec_cpu_affinity;

    if (!a || str_empty(a->initial))
        return 0;
    if (sched_getaffinity(0, sizeof(*ret_own), ret_own) < 0)
        return err_sys(e, "sched_getaffinity", NULL);
    int r = set_affinity(0, a->initial, "initial", e);
    return r < 0 ? r : 1;
}

int attr_of_child(const struct setup *s, pid_t pid, struct err *e)
{
    const struct config_process *p = s->process;
    const struct config_cpu_affinity *a = s->launch ? NULL : p->exec_cpu_affinity;
    int r = 0;

    if (s->parent_oom && p->oom_score_adj.set)
        r = set_oom_score(pid, p->oom_score_adj.val, e);
    if (r >= 0 && a && !str_empty(a->final))
        r = set_affinity(pid, a->final, "final", e);
    else
        forget_affinity(pid);
    if (r >= 0 && p->scheduler)
        r = set_scheduler(pid, p->scheduler, e);
    if (r >= 0 && p->io_priority)
        r = set_io_priority(pid, p->io_priority, e);
    return r;
}

/* ---- set by the process itself ---- */

static int set_memory_policy(const struct config_memory_policy *c, struct err *e)
{
    uint64_t nodes[16] = { 0 };
    bool none = str_empty(c->nodes);
    int r = none ? 0 : cpulist_parse(c->nodes, nodes, sizeof(nodes) * 8, e);

    if (r < 0)
        return err_wrap(e, "/linux/memoryPolicy/nodes");
    long mode = (long)c->mode | (long)c->flags.bits;
    if (syscall(SYS_set_mempolicy, mode, none ? NULL : nodes, none ? 0 : sizeof(nodes) * 8) == 0)
        return 0;
    err_sysf(e, "set_mempolicy", "%s nodes \"%s\"", json_enum_name(config_mpol_names, (int)c->mode),
             none ? "" : c->nodes);
    if (e->errnum == EINVAL)
        err_hint(e, "this kernel may lack the mode or a flag, or this machine the nodes");
    return err_wrap(e, "/linux/memoryPolicy");
}

int attr_kernel_view(struct setup *s, struct err *e)
{
    const struct config_linux *l = s->config ? &s->config->lnx : NULL;
    int r = l && l->memory_policy ? set_memory_policy(l->memory_policy, e) : 0;

    if (r >= 0 && l && l->personality && personality((unsigned long)l->personality->domain) < 0)
        r = err_sys(e, "/linux/personality/domain: personality", NULL);
    return r;
}
