/* SPDX-License-Identifier: MIT */
/* Looks at memory.events when it changes, and writes down what it finds. */
#include "engine/monitor/oom.h"

#include "base/buf.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utc.h"
#include "engine/monitor/logfile.h"
#include "engine/monitor/state.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

/* A container at its limit changes memory.events a hundred times a second without any kill. */
#define PAUSE_NS 250000000LL

/* Has it ended, and in what way? It stays to be waited for. */
enum ending { LIVES, KILLED, OTHERWISE };
static enum ending ending_of(pid_t pid)
{
    siginfo_t end = { 0 };

    if (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) < 0 || end.si_pid != pid)
        return LIVES;
    return end.si_code == CLD_KILLED && end.si_status == SIGKILL ? KILLED : OTHERWISE;
}

/* If the first process was killed, or is about to be, it is the victim. A name is whatever the
 * process has made it: nothing of it may reach a terminal as it is. */
static void name_victim(struct oom *o, pid_t pid)
{
    char name[PROC_NAME_MAX];

    if (ending_of(pid) == OTHERWISE || !proc_dying(pid, name))
        return;
    o->victim = str_dup(name);
    for (char *c = o->victim; c && *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    o->victim_pid = (int32_t)pid;
}

/* cgroup_oom_look or cgroup_oom_recall. */
typedef int (*look_fn)(struct cgroup_oom *w, const struct cgroup *cg, struct oom *o, struct err *e);

/* True when there has been a kill: it is in the status. */
static bool look(struct monitor *m, look_fn look_at)
{
    struct status *s = &m->c.status;
    struct err ignored;

    if (m->oom.fd < 0 || (!s->oom && !(s->oom = calloc(1, sizeof(*s->oom)))))
        return false;
    if (look_at(&m->oom, &m->cgroup, s->oom, &ignored) != 1) {
        if (!s->oom_killed) {
            free(s->oom);
            s->oom = NULL;
        }
        return false;
    }
    s->oom_killed = true;
    s->oom->time = utc_now_ns();
    if (!s->oom->victim)
        name_victim(s->oom, m->proc.pid);
    return true;
}

void oom_log(const struct monitor *m)
{
    AUTO_BUF struct buf line = { 0 };
    struct err ignored;

    buf_str(&line, "hako: ");
    cgroup_oom_text(m->c.status.oom, &line);
    buf_char(&line, '\n');
    if (!line.failed && m->log_fd >= 0)
        logfile_write(m->log_fd, 2, line.data, line.len, &ignored);
}

static int on_change(struct loop_source *src, uint32_t events, void *arg, struct err *e);

int oom_watch(struct monitor *m, struct err *e)
{
    if (m->oom.fd < 0)
        return 0;
    return loop_add(m->loop, m->oom.fd, EPOLLPRI, on_change, m, &m->oom_src, e);
}

static int on_pause_over(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    loop_del(src);
    return oom_watch(arg, e);
}

/* EPOLLERR comes with EPOLLPRI and cannot be masked, so the source goes for the pause. */
static int on_change(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct monitor *m = arg;
    struct err ignored;

    if (look(m, cgroup_oom_look)) {
        container_save_status(&m->c, &ignored);
        oom_log(m);
    }
    loop_del(src);
    return loop_add_timer(m->loop, PAUSE_NS, 0, on_pause_over, m, &m->oom_src, e);
}

void oom_prepare(struct monitor *m)
{
    cgroup_oom_open(&m->cgroup, &m->oom);
}

bool oom_end(struct monitor *m)
{
    bool found = look(m, cgroup_oom_look) ||
                 (ending_of(m->proc.pid) == KILLED && look(m, cgroup_oom_recall));

    loop_del(m->oom_src);
    m->oom_src = NULL;
    cgroup_oom_close(&m->oom);
    return found;
}
