/* SPDX-License-Identifier: MIT */
/* Reads what a group has used. */
#include "cgroup/cgroup_stat.h"

#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"
#include "cgroup/cgroup_text.h"

#include <fcntl.h>
#include <stdio.h>

#define FILE_MAX 16384 /* memory.stat has about 2000 bytes */

static const struct cgroup_text_key memory_keys[] = {
    CGROUP_TEXT_KEY(cgroup_stat_memory, "anon", anon),
    CGROUP_TEXT_KEY(cgroup_stat_memory, "file", file),
    CGROUP_TEXT_KEY(cgroup_stat_memory, "inactive_file", inactive_file),
    { 0 },
};

static const struct cgroup_text_key event_keys[] = {
    CGROUP_TEXT_KEY(cgroup_stat_memory, "low", low_events),
    CGROUP_TEXT_KEY(cgroup_stat_memory, "high", high_events),
    CGROUP_TEXT_KEY(cgroup_stat_memory, "max", max_events),
    CGROUP_TEXT_KEY(cgroup_stat_memory, "oom", oom_events),
    CGROUP_TEXT_KEY(cgroup_stat_memory, "oom_kill", oom_kills),
    { 0 },
};

/* Reads the keys of a file into the struct; false when it is not there. `raw`: every line goes
 * there, too. */
static bool read_keys(int dirfd, const char *file, const struct cgroup_text_key *keys, void *to,
                      struct json_map *raw)
{
    char text[FILE_MAX];

    if (fs_read_small(dirfd, file, text, sizeof(text)) < 0)
        return false;
    cgroup_text_keys(text, keys, to);
    if (raw)
        cgroup_text_map(text, raw);
    return true;
}

/* A file with one number or "max". */
static bool read_number(int dirfd, const char *file, uint64_t *ret)
{
    char text[32];

    if (fs_read_small(dirfd, file, text, sizeof(text)) < 0)
        return false;
    *ret = cgroup_text_number(text);
    return true;
}

static void read_psi(int dirfd, const char *file, struct cgroup_stat_psi *ret)
{
    char text[512];

    if (fs_read_small(dirfd, file, text, sizeof(text)) >= 0)
        cgroup_text_psi(text, ret);
}

static int read_io(int dirfd, struct cgroup_stat *s, struct err *e)
{
    AUTO_FREE char *text = NULL;
    struct err ignored = ERR_INIT;
    struct cgroup_stat_io io;

    if (fs_read(dirfd, "io.stat", 1 << 20, &text, NULL, &ignored) < 0)
        return 0;
    for (const char *p = text; cgroup_text_io(&p, &io);) {
        struct cgroup_stat_io *one = VEC_ADD(s->io, s->n_io);
        if (!one)
            return err_nomem(e);
        *one = io;
    }
    return 0;
}

/* ---- hugetlb.SIZE.* ---- */

static void read_hugetlb_size(int dirfd, struct cgroup_stat_hugetlb *h)
{
    static const struct cgroup_text_key keys[] = {
        CGROUP_TEXT_KEY(cgroup_stat_hugetlb, "max", events),
        { 0 },
    };
    char file[64];

    snprintf(file, sizeof(file), "hugetlb.%s.rsvd.current", h->size);
    bool rsvd = read_number(dirfd, file, &h->current);
    if (!rsvd) {
        snprintf(file, sizeof(file), "hugetlb.%s.current", h->size);
        read_number(dirfd, file, &h->current);
    }
    snprintf(file, sizeof(file), "hugetlb.%s.%smax", h->size, rsvd ? "rsvd." : "");
    read_number(dirfd, file, &h->max);
    snprintf(file, sizeof(file), "hugetlb.%s.events", h->size);
    read_keys(dirfd, file, keys, h, NULL);
}

static int read_hugetlb(int dirfd, struct cgroup_stat *s, struct err *e)
{
    AUTO_STRV char **names = NULL;
    int r = fs_list(dirfd, ".", &names, e);

    strv_foreach (name, names) {
        const char *size = str_after(*name, "hugetlb.");
        size_t len = size ? strcspn(size, ".") : 0;
        if (len == 0 || len >= sizeof(s->hugetlb->size) || !STREQ(size + len, ".max"))
            continue;
        struct cgroup_stat_hugetlb *h = VEC_ADD(s->hugetlb, s->n_hugetlb);
        if (!h)
            return err_nomem(e);
        memcpy(h->size, size, len);
        read_hugetlb_size(dirfd, h);
    }
    return r;
}

static void read_memory(int dirfd, unsigned what, struct cgroup_stat *s)
{
    struct cgroup_stat_memory *m = &s->memory;
    struct json_map *raw = what & CGROUP_STAT_DETAIL ? &s->memory_raw : NULL;

    m->max = m->swap_max = CGROUP_STAT_NO_LIMIT;
    m->there = read_number(dirfd, "memory.current", &m->current);
    if (!m->there)
        return;
    read_number(dirfd, "memory.max", &m->max);
    read_keys(dirfd, "memory.stat", memory_keys, m, raw);
    if (!(what & CGROUP_STAT_DETAIL))
        return;
    read_number(dirfd, "memory.peak", &m->peak);
    read_number(dirfd, "memory.swap.current", &m->swap_current);
    if (!read_number(dirfd, "memory.swap.max", &m->swap_max))
        m->swap_max = 0;
    read_keys(dirfd, "memory.events", event_keys, m, NULL);
}

int cgroup_stat_read(const struct cgroup *cg, unsigned what, struct cgroup_stat *ret, struct err *e)
{
    AUTO_CGROUP_STAT struct cgroup_stat s = { .pids_max = CGROUP_STAT_NO_LIMIT };

    /* cpu.stat is there whether the controller is on or not. */
    if (!read_keys(cg->fd, "cpu.stat", cgroup_text_cpu, &s.cpu, NULL))
        return errno == ENODEV || errno == ENOENT
                   ? err_set(e, ERR_NOT_FOUND, "cgroup %s is gone", cg->abs_path)
                   : err_sysf(e, "read", "%s/cpu.stat", cg->abs_path);
    read_memory(cg->fd, what, &s);
    if (read_number(cg->fd, "pids.current", &s.pids))
        read_number(cg->fd, "pids.max", &s.pids_max);
    int r = read_io(cg->fd, &s, e);
    if (r >= 0 && (what & CGROUP_STAT_DETAIL))
        r = read_hugetlb(cg->fd, &s, e);
    if (what & CGROUP_STAT_PRESSURE) {
        read_psi(cg->fd, "cpu.pressure", &s.cpu.psi);
        read_psi(cg->fd, "memory.pressure", &s.memory.psi);
        read_psi(cg->fd, "io.pressure", &s.io_psi);
    }
    if (r < 0)
        return r;
    *ret = s;
    s = (struct cgroup_stat){ 0 };
    return 0;
}

void cgroup_stat_free(struct cgroup_stat *s)
{
    json_map_free(&s->memory_raw);
    free(s->io);
    free(s->hugetlb);
    *s = (struct cgroup_stat){ 0 };
}

uint64_t cgroup_stat_working_set(const struct cgroup_stat_memory *m)
{
    return m->current > m->inactive_file ? m->current - m->inactive_file : 0;
}
