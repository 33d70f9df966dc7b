/* SPDX-License-Identifier: MIT */
/* Who was killed for lack of memory, and whose limit it was: the counters of memory.events. */
#include "cgroup/cgroup_oom.h"

#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"
#include "cgroup/cgroup_procs.h"
#include "cgroup/cgroup_text.h"

#include <fcntl.h>
#include <sys/sysinfo.h>
#include <time.h>

#define EVENTS_MAX 512 /* memory.events has about 70 bytes */
#define LOCAL      "memory.events.local"

/* The log's clock and CLOCK_MONOTONIC drift apart: by this much at once, and in so many years. */
#define DRIFT_US    (10 * UINT64_C(1000000))
#define DRIFT_SHARE 1000

/* From the hit of a limit to the kill that it leads to, at most. */
#define KILL_US (10 * UINT64_C(1000000))

/* ---- files ---- */

/* The number behind a key of a flat-keyed file's text; 0 when there is none. */
static uint64_t value_of(const char *text, const char *key)
{
    const struct cgroup_text_key keys[] = { { key, 0 }, { 0 } };
    uint64_t value = 0;

    cgroup_text_keys(text, keys, &value);
    return value;
}

/* False when the file is not there. */
static bool read_value(int dirfd, const char *file, const char *key, uint64_t *ret)
{
    char text[EVENTS_MAX];

    if (fs_read_small(dirfd, file, text, sizeof(text)) < 0)
        return false;
    *ret = value_of(text, key);
    return true;
}

/* A file with one number below a directory below the group's; "max" and what is missing is 0. */
static uint64_t read_number(const struct cgroup *cg, const char *dir, const char *name)
{
    AUTO_FREE char *file = dir ? str_fmt("%s/%s", dir, name) : NULL;
    char text[32];

    return file && fs_read_small(cg->fd, file, text, sizeof(text)) > 0 ? strtoull(text, NULL, 10)
                                                                       : 0;
}

/* ---- the groups above ---- */

static size_t depth_of(const char *path)
{
    size_t n = 0;

    for (; *path; path++)
        n += *path == '/' && path[1] != '\0';
    return n;
}

/* "../.." for 2, "." for 0. malloc'd, or NULL. */
static char *up(size_t levels)
{
    AUTO_BUF struct buf dir = { 0 };

    buf_char(&dir, '.');
    for (size_t i = 0; i < levels; i++)
        buf_str(&dir, "/..");
    return buf_take(&dir);
}

/* How often the limit of each group was hit, from the container's upwards. True when that is all of
 * them: only the machine's root has no such file. */
static bool read_hits(const struct cgroup *cg, uint64_t ret[CGROUP_OOM_LEVELS])
{
    size_t depth = depth_of(cg->path);

    for (size_t i = 0; i <= depth && i < CGROUP_OOM_LEVELS; i++) {
        AUTO_FREE char *dir = up(i);
        AUTO_FREE char *file = dir ? str_fmt("%s/" LOCAL, dir) : NULL;
        if (!file || !read_value(cg->fd, file, "oom", &ret[i]))
            return i == depth;
    }
    return false;
}

/* The path of the group so many levels up. malloc'd, or NULL. */
static char *path_above(const struct cgroup *cg, size_t levels)
{
    AUTO_FREE char *path = str_dup(cg->path);

    for (; path && levels > 0; levels--)
        *strrchr(path, '/') = '\0';
    return path && path[0] ? TAKE_PTR(path) : path ? str_dup("/") : NULL;
}

/* The directory of the group at `path`, which is the container's, or below or above it, as seen
 * from the container's. malloc'd; NULL when it is none of these. */
static char *dir_of(const struct cgroup *cg, const char *path)
{
    const char *below = str_after(path, cg->path);
    const char *rest = str_after(cg->path, STREQ(path, "/") ? "" : path);

    if (below && (*below == '/' || *below == '\0'))
        return str_fmt(".%s", below);
    return rest && *rest == '/' ? up(depth_of(rest)) : NULL;
}

/* ---- the groups below ---- */

/* Goes down to the group whose own limit was hit; `arg` collects its path and ends with it. */
static int find_below(int dirfd, int child_fd, const char *name, void *arg, struct err *e)
{
    struct buf *path = arg;
    uint64_t hits = 0;

    if (path->len > 0 || !read_value(child_fd, "memory.events", "oom", &hits) || hits == 0)
        return 0;
    if (!read_value(child_fd, LOCAL, "oom", &hits) || hits == 0) {
        AUTO_BUF struct buf deeper = { 0 };
        cgroup_procs_children(child_fd, find_below, &deeper, e);
        buf_fmt(path, "/%s%s", name, deeper.data ? deeper.data : "");
    } else {
        buf_fmt(path, "/%s", name);
    }
    return path->failed ? err_nomem(e) : 0;
}

/* ---- what a kill was for ---- */

/* The kernel counts what it asks for beyond the limit of swap; where exactly all of it is used it
 * does not ask. Then the limit was the reason if the machine has more. */
static bool swap_ran_out(const struct cgroup *cg, const char *dir, uint64_t limit)
{
    AUTO_FREE char *events = dir ? str_fmt("%s/memory.swap.events", dir) : NULL;
    struct sysinfo host;
    uint64_t hits = 0;

    if (events && read_value(cg->fd, events, "max", &hits) && hits > 0)
        return true;
    return limit > 0 && sysinfo(&host) == 0 && (uint64_t)host.freeswap * host.mem_unit > limit;
}

static void fill_limit(const struct cgroup *cg, struct oom *o)
{
    AUTO_FREE char *dir = dir_of(cg, o->cgroup);
    uint64_t swap = read_number(cg, dir, "memory.swap.max");

    o->limit = read_number(cg, dir, "memory.max");
    o->swap_limit = swap_ran_out(cg, dir, swap) ? swap : 0;
}

/* The kernel writes of groups as the machine's root sees them, which may be above ours. */
static int from_line(const struct cgroup *cg, struct cgroup_oom_line *l, struct oom *o,
                     struct err *e)
{
    size_t prefix = (size_t)(strstr(l->task, cg->path) - l->task);

    o->cause = l->cause;
    o->victim = TAKE_PTR(l->victim);
    o->victim_pid = l->pid;
    if (l->cause != OOM_LIMIT)
        return 0;
    bool ours = strncmp(l->cgroup, l->task, prefix) == 0 && strlen(l->cgroup) >= prefix &&
                (l->cgroup[prefix] == '/' || l->cgroup[prefix] == '\0');
    if (!ours) {
        o->cause = OOM_OUTSIDE;
        o->cgroup = TAKE_PTR(l->cgroup);
        return 0;
    }
    o->cgroup = str_dup(l->cgroup[prefix] ? l->cgroup + prefix : "/");
    if (!o->cgroup)
        return err_nomem(e);
    fill_limit(cg, o);
    return 0;
}

/* The nearest group whose limit was hit since the last look: one below the container's, its own,
 * one above. */
static int from_counters(const struct cgroup_oom *before, const struct cgroup_oom *now,
                         const struct cgroup *cg, struct oom *o, struct err *e)
{
    AUTO_BUF struct buf below = { 0 };
    size_t i = 0;

    if (now->all - before->all > now->hits[0] - before->hits[0]) {
        cgroup_procs_children(cg->fd, find_below, &below, e);
        o->cgroup = str_fmt("%s%s", cg->path, below.data ? below.data : "");
    } else {
        while (i < CGROUP_OOM_LEVELS && now->hits[i] == before->hits[i])
            i++;
        o->cause = now->whole ? OOM_HOST : OOM_OUTSIDE;
        if (i == CGROUP_OOM_LEVELS)
            return 0;
        o->cgroup = path_above(cg, i);
    }
    if (!o->cgroup)
        return err_nomem(e);
    o->cause = OOM_LIMIT;
    fill_limit(cg, o);
    return 0;
}

/* Before Linux 5.19 there is no memory.peak. */
static uint64_t peak_of(const struct cgroup *cg, const struct oom *o)
{
    uint64_t peak = read_number(cg, ".", "memory.peak");

    if (peak == 0 && o->cgroup && STREQ(o->cgroup, cg->path))
        peak = o->limit;
    return peak ? peak : read_number(cg, ".", "memory.current");
}

/* ---- looking ---- */

/* A read also arms the descriptor for the next change. */
static bool count(struct cgroup_oom *w, const struct cgroup *cg)
{
    char text[EVENTS_MAX];
    ssize_t len = w->fd < 0 ? -1 : pread(w->fd, text, sizeof(text) - 1, 0);

    if (len < 0)
        return false;
    text[len] = '\0';
    w->kills = value_of(text, "oom_kill");
    w->all = value_of(text, "oom");
    w->whole = read_hits(cg, w->hits);
    return true;
}

static uint64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t log_now(void)
{
    uint64_t us = now_us();
    uint64_t drift = DRIFT_US + us / DRIFT_SHARE;
    return us > drift ? us - drift : 0;
}

void cgroup_oom_open(const struct cgroup *cg, struct cgroup_oom *ret)
{
    *ret = (struct cgroup_oom)CGROUP_OOM_INIT;
    ret->fd = openat(cg->fd, "memory.events", O_RDONLY | O_CLOEXEC);
    if (count(ret, cg))
        ret->since_us = log_now();
    else
        cgroup_oom_close(ret);
}

void cgroup_oom_rewind(struct cgroup_oom *w, uint64_t kills)
{
    w->kills = kills;
    w->all = 0;
    w->hits[0] = 0;
    w->since_us = 0;
}

void cgroup_oom_close(struct cgroup_oom *w)
{
    if (w->fd >= 0)
        mem_close(&w->fd);
}

static bool is_pending(const struct cgroup_oom *w)
{
    return w->pending_us && now_us() - w->pending_us < KILL_US;
}

/* The kernel counts a hit, then kills: a look between the two leaves both to the next one. */
static void leave_hits(const struct cgroup_oom *before, struct cgroup_oom *now)
{
    if ((now->all == before->all && now->hits[0] == before->hits[0]) || is_pending(before))
        return;
    now->pending_us = now_us();
    now->all_before = before->all;
    now->own_before = before->hits[0];
}

static struct cgroup_oom before_hits(const struct cgroup_oom *w)
{
    struct cgroup_oom before = *w;

    if (is_pending(w)) {
        before.all = w->all_before;
        before.hits[0] = w->own_before;
    }
    return before;
}

int cgroup_oom_look(struct cgroup_oom *w, const struct cgroup *cg, struct oom *o, struct err *e)
{
    CLEANUP(cgroup_oom_line) struct cgroup_oom_line line = { 0 };
    struct cgroup_oom now = *w, before = before_hits(w);
    int r;

    if (!count(&now, cg) || now.kills <= w->kills) {
        leave_hits(w, &now);
        *w = now;
        return 0;
    }
    uint64_t kills = o->kills + now.kills - w->kills;
    oom_free(o);
    if (cgroup_oom_line_find(cg->path, now.whole, &now.since_us, &line))
        r = from_line(cg, &line, o, e);
    else
        r = from_counters(&before, &now, cg, o, e);
    o->kills = kills;
    o->peak = peak_of(cg, o);
    now.pending_us = 0;
    *w = now;
    return r < 0 ? r : 1;
}

int cgroup_oom_recall(struct cgroup_oom *w, const struct cgroup *cg, struct oom *o, struct err *e)
{
    CLEANUP(cgroup_oom_line) struct cgroup_oom_line line = { 0 };
    struct cgroup_oom now = *w;

    if (w->fd < 0 || count(&now, cg) ||
        !cgroup_oom_line_find(cg->path, w->whole, &w->since_us, &line))
        return 0;
    uint64_t kills = o->kills + 1;
    oom_free(o);
    int r = from_line(cg, &line, o, e);
    o->kills = kills;
    return r < 0 ? r : 1;
}
