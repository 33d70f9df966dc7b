/* SPDX-License-Identifier: MIT */
/* Holds the triggers of --pressure, and writes down when they fire. */
#include "engine/monitor/pressure.h"

#include "base/str.h"
#include "base/utc.h"
#include "base/vec.h"
#include "cgroup/cgroup_pressure.h"
#include "engine/monitor/logfile.h"
#include "engine/monitor/state.h"

#include <sys/epoll.h>

struct pressure {
    struct monitor *m;
    struct status_pressure *status;
    struct cgroup_pressure trigger;
    struct loop_source *src;
    int fd;
};

static int set_one(struct monitor *m, const char *spec, struct err *e)
{
    struct pressure *p = &m->pressure[m->n_pressure];

    *p = (struct pressure){ .m = m, .fd = -1 };
    int r = cgroup_pressure_parse(spec, &p->trigger, e);
    if (r >= 0)
        r = cgroup_pressure_open(&m->cgroup, &p->trigger, &p->fd, e);
    if (r < 0)
        return r;
    m->n_pressure++;
    struct status_pressure *s = VEC_ADD(m->c.status.pressure, m->c.status.n_pressure);
    if (!s || !(s->trigger = str_dup(spec)))
        return err_nomem(e);
    return 0;
}

int pressure_prepare(struct monitor *m, struct err *e)
{
    char **specs = m->plan->record.pressure;
    int r = 0;

    if (!specs)
        return 0;
    m->pressure = calloc(strv_len(specs), sizeof(*m->pressure));
    if (!m->pressure)
        return err_nomem(e);
    for (size_t i = 0; r >= 0 && specs[i]; i++)
        r = set_one(m, specs[i], e);
    return r;
}

/* "memory pressure: some of its processes waited for memory (memory:some:200ms/2s, avg10 12.34%)"
 */
static void log_event(const struct pressure *p)
{
    const struct cgroup_pressure *t = &p->trigger;
    AUTO_CGROUP_STAT struct cgroup_stat s = { 0 };
    AUTO_BUF struct buf line = { 0 };
    struct err ignored;

    buf_fmt(&line, "hako: %s pressure: %s of its processes waited for %s (", t->resource,
            t->full ? "all" : "some", t->resource);
    cgroup_pressure_text(t, &line);
    if (cgroup_stat_read(&p->m->cgroup, CGROUP_STAT_PRESSURE, &s, &ignored) >= 0)
        buf_fmt(&line, ", avg10 %.2f%%", cgroup_pressure_now(t, &s)->avg10);
    buf_str(&line, ")\n");
    if (!line.failed && p->m->log_fd >= 0)
        logfile_write(p->m->log_fd, 2, line.data, line.len, &ignored);
}

static int on_pressure(struct loop_source *src, uint32_t events, void *arg, struct err *e)
{
    struct pressure *p = arg;
    struct status_pressure *s = &p->m->c.status.pressure[p - p->m->pressure];
    struct err ignored;

    if (events & EPOLLERR) {
        loop_del(src);
        return 0;
    }
    s->count++;
    s->last = utc_now_ns();
    log_event(p);
    container_save_status(&p->m->c, &ignored);
    return 0;
}

int pressure_watch(struct monitor *m, struct err *e)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < m->n_pressure; i++)
        r = loop_add(m->loop, m->pressure[i].fd, EPOLLPRI, on_pressure, &m->pressure[i],
                     &m->pressure[i].src, e);
    return r;
}

void pressure_end(struct monitor *m)
{
    for (size_t i = 0; i < m->n_pressure; i++) {
        loop_del(m->pressure[i].src);
        mem_close(&m->pressure[i].fd);
    }
    m->n_pressure = 0;
}
