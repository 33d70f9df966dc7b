/* SPDX-License-Identifier: MIT */
/* The set of containers whose numbers are read: who belongs to it, and what each uses. */
#include "engine/meter.h"

#include "base/log.h"
#include "base/str.h"
#include "base/vec.h"
#include "cgroup/cgroup_control.h"
#include "engine/group.h"
#include "engine/heal.h"
#include "engine/list.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>

int meter_open(const struct paths *p, unsigned flags, struct meter *ret, struct err *e)
{
    struct meter m = METER_INIT;
    struct rlimit files;
    struct sysinfo host;
    struct err none = ERR_INIT;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (sysinfo(&host) < 0)
        return err_sys(e, "sysinfo", NULL);
    m.memory = (uint64_t)host.totalram * host.mem_unit;
    m.paths = p;
    m.flags = flags;
    cgroup_tree_open(&m.tree, &none); /* without one nothing is counted */
    *ret = m;
    return 0;
}

static void stop(struct meter *m, struct meter_item *item)
{
    if (item->counted)
        cgroup_meter_close(&item->group);
    item->counted = item->cpu_known = item->running = false;
    item->then = 0;
    item->now = (struct cgroup_meter_reading){ 0 };
    m->links_stale = m->links_stale || item->n_links > 0;
    item->n_links = 0;
}

static void free_item(struct meter *m, struct meter_item *item)
{
    stop(m, item);
    free(item->name);
    free(item->word);
    free(item->links);
}

void meter_close(struct meter *m)
{
    for (size_t i = 0; i < m->n; i++)
        free_item(m, &m->items[i]);
    free(m->items);
    free(m->links);
    netlink_close(&m->nl);
    cgroup_tree_close(&m->tree);
    *m = (struct meter)METER_INIT;
}

static void drop(struct meter *m, struct meter_item *item)
{
    size_t i = (size_t)(item - m->items);

    free_item(m, item);
    memmove(item, item + 1, (--m->n - i) * sizeof(*item));
}

static struct meter_item *find(struct meter *m, const char *id)
{
    for (size_t i = 0; i < m->n; i++)
        if (STREQ(m->items[i].id, id))
            return &m->items[i];
    return NULL;
}

/* ---- one container ---- */

static int read_item(struct meter_item *item, struct err *e)
{
    int r = cgroup_meter_read(&item->group, &item->now, e);
    if (r < 0)
        return r;
    int64_t ns = item->now.time - item->then;
    uint64_t used = item->now.cpu.usage;
    if (item->then != 0 && ns < METER_TICK_NS)
        return 0;
    if (item->then != 0) {
        item->cpu = (double)(used - item->used_then) * 1000 / (double)ns * 100;
        item->cpu_known = used >= item->used_then;
    }
    item->then = item->now.time;
    item->used_then = used;
    return 0;
}

/* A container without a group, or whose group has just gone, has no numbers. */
static void open_group(struct meter *m, const struct container *c, struct meter_item *item)
{
    unsigned what = m->flags & METER_PRESSURE ? CGROUP_STAT_PRESSURE : 0;
    AUTO_GROUP struct group g = GROUP_INIT;
    struct err e = ERR_INIT;

    int r = group_open(&c->record, &g, &e);
    if (r >= 0 && g.cgroup.fd < 0)
        return;
    if (r >= 0)
        r = cgroup_meter_open(&g.cgroup, what, &item->group, &e);
    item->counted = r >= 0;
    if (r >= 0 && read_item(item, &e) < 0) {
        cgroup_meter_close(&item->group);
        item->counted = false;
    }
    if (e.kind != ERR_NONE)
        log_debug("container %.12s: %s", c->id, e.msg);
}

static void start(struct meter *m, const struct container *c, struct meter_item *item)
{
    stop(m, item);
    item->running = true;
    item->started = c->status.started;
    open_group(m, c, item);
}

static int update(struct meter *m, const struct container *c, struct meter_item *item,
                  struct err *e)
{
    bool running = container_running(c);

    if (str_set(&item->name, c->record.name) < 0)
        return err_nomem(e);
    if (!running)
        stop(m, item);
    else if (!item->running || item->started != c->status.started)
        start(m, c, item);
    return running ? meter_links_find(m, c, item, e) : 0;
}

/* Takes it in if it belongs to the set; what is there already is brought up to date. */
static int take(struct meter *m, const struct container *c, const char *word, struct err *e)
{
    bool belongs = m->named || m->flags & METER_STOPPED || container_running(c);
    struct meter_item *item = find(m, c->id);

    if (item && !belongs) {
        drop(m, item);
        return 0;
    }
    if (!item && (!belongs || (m->named && !word)))
        return 0;
    if (!item) {
        item = VEC_ADD(m->items, m->n);
        if (!item)
            return err_nomem(e);
        *item = (struct meter_item){ .group = CGROUP_METER_INIT, .word = str_dup(word) };
        memcpy(item->id, c->id, sizeof(item->id));
    }
    return update(m, c, item, e);
}

/* ---- the set ---- */

int meter_add(struct meter *m, const char *name, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    m->named = true;
    int r = heal_open(m->paths, name, &c, e);
    return r < 0 ? r : take(m, &c, name, e);
}

int meter_add_all(struct meter *m, struct err *e)
{
    struct container_list list = { 0 };
    int r = list_containers(m->paths, m->flags & METER_STOPPED, &list, e);

    for (size_t i = 0; r >= 0 && i < list.count; i++) {
        const struct container_info *info = &list.items[i];
        struct container c = CONTAINER_INIT; /* the list's */
        c.record = info->record;
        c.status = info->status;
        snprintf(c.id, sizeof(c.id), "%s", info->record.id);
        r = take(m, &c, NULL, e);
    }
    list_free(&list);
    return r;
}

static int changed_all(struct meter *m, struct err *e)
{
    int r = m->named ? 0 : meter_add_all(m, e);

    for (size_t i = m->n; r >= 0 && i > 0; i--)
        if (i <= m->n)
            r = meter_changed(m, m->items[i - 1].id, e);
    return r;
}

int meter_changed(void *meter, const char *id, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    struct meter *m = meter;
    struct err gone = ERR_INIT;

    if (!id)
        return changed_all(m, e);
    struct meter_item *item = find(m, id);
    if (m->named && !item)
        return 0;
    if (container_open(m->paths, id, &c, &gone) >= 0)
        return take(m, &c, NULL, e);
    if (gone.kind != ERR_NOT_FOUND)
        log_debug("%s", gone.msg); /* half written: the rest is a change, too */
    else if (item)
        drop(m, item);
    return 0;
}

int meter_read(struct meter *m, struct err *e)
{
    struct err gone = ERR_INIT;

    for (size_t i = 0; i < m->n; i++) {
        struct meter_item *item = &m->items[i];
        if (!item->counted || read_item(item, &gone) >= 0)
            continue;
        cgroup_meter_close(&item->group); /* its end will be told */
        item->counted = item->cpu_known = false;
        item->then = 0;
        item->now = (struct cgroup_meter_reading){ 0 };
    }
    return meter_links_read(m, e);
}

bool meter_counts(const struct meter *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->items[i].counted)
            return true;
    return false;
}

/* Why a group does not count what others may. */
static void add_reason(const struct meter *m, const struct cgroup *cg, unsigned bit,
                       struct buf *out)
{
    AUTO_FREE char *place = NULL;

    buf_fmt(out, "%s%s ", out->len ? ", " : "", cgroup_control_name(bit));
    if (cgroup_control_state(&m->tree, cg->path, bit, &place) == CGROUP_CONTROL_AVAILABLE)
        buf_fmt(out, "is off in %s", cg->abs_path);
    else
        cgroup_control_reason(&m->tree, cg->path, bit, out);
}

void meter_missing(const struct meter *m, struct buf *out)
{
    const struct {
        unsigned bit;
        enum cgroup_meter_file file;
    } wanted[] = { { CGROUP_MEMORY, CGROUP_METER_MEMORY },
                   { CGROUP_IO, CGROUP_METER_IO },
                   { CGROUP_PIDS, CGROUP_METER_PIDS } };

    for (size_t k = 0; k < ARRAY_LEN(wanted); k++)
        for (size_t i = 0; i < m->n; i++) {
            const struct meter_item *item = &m->items[i];
            if (!item->counted || item->group.there[wanted[k].file])
                continue;
            add_reason(m, &item->group.group, wanted[k].bit, out);
            break;
        }
}
