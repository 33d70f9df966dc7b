/* SPDX-License-Identifier: MIT */
/* Reads what a group has used. */
#include "cgroup/cgroup_stat.h"

#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#define FILE_MAX 16384 /* memory.stat has about 2000 bytes */

/* A number behind a key of a flat-keyed file, and where it goes. */
struct key {
    const char *name;
    size_t off; /* of a uint64_t */
};

#define KEY(st, name, field)                                                                       \
    {                                                                                              \
        name, offsetof(struct st, field)                                                           \
    }

static const struct key cpu_keys[] = {
    KEY(cgroup_stat_cpu, "usage_usec", usage),
    KEY(cgroup_stat_cpu, "user_usec", user),
    KEY(cgroup_stat_cpu, "system_usec", system),
    KEY(cgroup_stat_cpu, "nr_periods", periods),
    KEY(cgroup_stat_cpu, "nr_throttled", throttled),
    KEY(cgroup_stat_cpu, "throttled_usec", throttled_usec),
    KEY(cgroup_stat_cpu, "nr_bursts", bursts),
    KEY(cgroup_stat_cpu, "burst_usec", burst_usec),
};

static const struct key memory_keys[] = {
    KEY(cgroup_stat_memory, "anon", anon),
    KEY(cgroup_stat_memory, "file", file),
    KEY(cgroup_stat_memory, "inactive_file", inactive_file),
};

static const struct key event_keys[] = {
    KEY(cgroup_stat_memory, "low", low_events),     KEY(cgroup_stat_memory, "high", high_events),
    KEY(cgroup_stat_memory, "max", max_events),     KEY(cgroup_stat_memory, "oom", oom_events),
    KEY(cgroup_stat_memory, "oom_kill", oom_kills),
};

/* The value in a line "NAME VALUE", or NULL. */
static const char *value_of(const char *line, const char *name)
{
    const char *rest = str_after(line, name);

    return rest && *rest == ' ' ? rest + 1 : NULL;
}

/* Reads the keys of a file into the struct; false when it is not there. `raw`: every line goes
 * there, too. */
static bool read_keys(int dirfd, const char *file, const struct key *keys, size_t n, void *to,
                      struct json_map *raw)
{
    char text[FILE_MAX];

    if (fs_read_small(dirfd, file, text, sizeof(text)) < 0)
        return false;
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        for (size_t i = 0; i < n; i++) {
            const char *value = value_of(line, keys[i].name);
            if (value)
                *(uint64_t *)(void *)((char *)to + keys[i].off) = strtoull(value, NULL, 10);
        }
        char *space = raw ? strchr(line, ' ') : NULL;
        if (space) {
            *space = '\0';
            json_map_set(raw, line, space + 1);
        }
    }
    return true;
}

/* A file with one number or "max". */
static bool read_number(int dirfd, const char *file, uint64_t *ret)
{
    char text[32];

    if (fs_read_small(dirfd, file, text, sizeof(text)) < 0)
        return false;
    *ret = STREQ(text, "max") ? CGROUP_STAT_NO_LIMIT : strtoull(text, NULL, 10);
    return true;
}

static void read_psi(int dirfd, const char *file, struct cgroup_stat_psi *ret)
{
    char text[512];

    if (fs_read_small(dirfd, file, text, sizeof(text)) < 0)
        return;
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        bool full = str_starts(line, "full ");
        struct cgroup_stat_psi_line *l = full ? &ret->full : &ret->some;
        if (sscanf(line,
                   full ? "full avg10=%lf avg60=%lf avg300=%lf total=%" SCNu64
                        : "some avg10=%lf avg60=%lf avg300=%lf total=%" SCNu64,
                   &l->avg10, &l->avg60, &l->avg300, &l->total) == 4)
            ret->there = true;
    }
}

/* ---- io.stat: "8:0 rbytes=1 wbytes=2 rios=3 …" ---- */

static const struct key io_keys[] = {
    KEY(cgroup_stat_io, "rbytes", rbytes), KEY(cgroup_stat_io, "wbytes", wbytes),
    KEY(cgroup_stat_io, "dbytes", dbytes), KEY(cgroup_stat_io, "rios", rios),
    KEY(cgroup_stat_io, "wios", wios),     KEY(cgroup_stat_io, "dios", dios),
};

static bool read_io_line(const char *line, struct cgroup_stat_io *ret)
{
    int at = 0;

    if (sscanf(line, "%" SCNu32 ":%" SCNu32 "%n", &ret->major, &ret->minor, &at) != 2)
        return false;
    for (const char *p = line + at; *p;) {
        p += strspn(p, " ");
        for (size_t i = 0; i < ARRAY_LEN(io_keys); i++) {
            const char *value = str_after(p, io_keys[i].name);
            if (value && *value == '=')
                *(uint64_t *)(void *)((char *)ret + io_keys[i].off) = strtoull(value + 1, NULL, 10);
        }
        p += strcspn(p, " ");
    }
    return true;
}

static int read_io(int dirfd, struct cgroup_stat *s, struct err *e)
{
    AUTO_FREE char *text = NULL;
    struct err ignored = ERR_INIT;

    if (fs_read(dirfd, "io.stat", 1 << 20, &text, NULL, &ignored) < 0)
        return 0;
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        struct cgroup_stat_io io = { 0 };
        if (!read_io_line(line, &io))
            continue;
        struct cgroup_stat_io *more = reallocarray(s->io, s->n_io + 1, sizeof(*more));
        if (!more)
            return err_nomem(e);
        s->io = more;
        s->io[s->n_io++] = io;
    }
    return 0;
}

/* ---- hugetlb.SIZE.* ---- */

static void read_hugetlb_size(int dirfd, struct cgroup_stat_hugetlb *h)
{
    static const struct key keys[] = { KEY(cgroup_stat_hugetlb, "max", events) };
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
    read_keys(dirfd, file, keys, ARRAY_LEN(keys), h, NULL);
}

static int read_hugetlb(int dirfd, struct cgroup_stat *s, struct err *e)
{
    AUTO_STRV char **names = NULL;
    int r = fs_list(dirfd, ".", &names, e);

    strv_foreach (name, names) {
        struct cgroup_stat_hugetlb h = { 0 };
        const char *size = str_after(*name, "hugetlb.");
        size_t len = size ? strcspn(size, ".") : 0;
        if (len == 0 || len >= sizeof(h.size) || !STREQ(size + len, ".max"))
            continue;
        struct cgroup_stat_hugetlb *more =
            reallocarray(s->hugetlb, s->n_hugetlb + 1, sizeof(*more));
        if (!more)
            return err_nomem(e);
        s->hugetlb = more;
        memcpy(h.size, size, len);
        read_hugetlb_size(dirfd, &h);
        s->hugetlb[s->n_hugetlb++] = h;
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
    read_keys(dirfd, "memory.stat", memory_keys, ARRAY_LEN(memory_keys), m, raw);
    if (!(what & CGROUP_STAT_DETAIL))
        return;
    read_number(dirfd, "memory.peak", &m->peak);
    read_number(dirfd, "memory.swap.current", &m->swap_current);
    read_number(dirfd, "memory.swap.max", &m->swap_max);
    read_keys(dirfd, "memory.events", event_keys, ARRAY_LEN(event_keys), m, NULL);
}

int cgroup_stat_read(const struct cgroup *cg, unsigned what, struct cgroup_stat *ret, struct err *e)
{
    AUTO_CGROUP_STAT struct cgroup_stat s = { .pids_max = CGROUP_STAT_NO_LIMIT };

    /* cpu.stat is there whether the controller is on or not. */
    if (!read_keys(cg->fd, "cpu.stat", cpu_keys, ARRAY_LEN(cpu_keys), &s.cpu, NULL))
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
