/* SPDX-License-Identifier: MIT */
/* Keeps a group's files open and reads them. */
#include "cgroup/cgroup_meter.h"

#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup_text.h"

#include <fcntl.h>
#include <time.h>

#define TEXT_MAX 16384 /* io.stat of a hundred devices */

/* ---- what stands in each file ---- */

static void take_cpu(const char *text, struct cgroup_meter_reading *r)
{
    cgroup_text_keys(text, cgroup_text_cpu, &r->cpu);
}

static void take_memory(const char *text, struct cgroup_meter_reading *r)
{
    r->memory.there = true;
    r->memory.current = cgroup_text_number(text);
}

static void take_memory_max(const char *text, struct cgroup_meter_reading *r)
{
    r->memory.max = cgroup_text_number(text);
}

static void take_memory_stat(const char *text, struct cgroup_meter_reading *r)
{
    static const struct cgroup_text_key keys[] = {
        CGROUP_TEXT_KEY(cgroup_stat_memory, "inactive_file", inactive_file),
        { 0 },
    };

    cgroup_text_keys(text, keys, &r->memory);
}

static void take_pids(const char *text, struct cgroup_meter_reading *r)
{
    r->pids_there = true;
    r->pids = cgroup_text_number(text);
}

static void take_io(const char *text, struct cgroup_meter_reading *r)
{
    struct cgroup_stat_io device;

    r->io_there = true;
    while (cgroup_text_io(&text, &device)) {
        r->read += device.rbytes;
        r->written += device.wbytes;
    }
}

static void take_cpu_psi(const char *text, struct cgroup_meter_reading *r)
{
    cgroup_text_psi(text, &r->cpu.psi);
}

static void take_memory_psi(const char *text, struct cgroup_meter_reading *r)
{
    cgroup_text_psi(text, &r->memory.psi);
}

static void take_io_psi(const char *text, struct cgroup_meter_reading *r)
{
    cgroup_text_psi(text, &r->io_psi);
}

static const struct {
    const char *name;
    void (*take)(const char *text, struct cgroup_meter_reading *r);
    unsigned what; /* of cgroup_stat_what, 0: always */
} files[CGROUP_METER_FILES] = {
    [CGROUP_METER_CPU] = { "cpu.stat", take_cpu, 0 },
    [CGROUP_METER_MEMORY] = { "memory.current", take_memory, 0 },
    [CGROUP_METER_MEMORY_MAX] = { "memory.max", take_memory_max, 0 },
    [CGROUP_METER_MEMORY_STAT] = { "memory.stat", take_memory_stat, 0 },
    [CGROUP_METER_PIDS] = { "pids.current", take_pids, 0 },
    [CGROUP_METER_IO] = { "io.stat", take_io, 0 },
    [CGROUP_METER_CPU_PSI] = { "cpu.pressure", take_cpu_psi, CGROUP_STAT_PRESSURE },
    [CGROUP_METER_MEMORY_PSI] = { "memory.pressure", take_memory_psi, CGROUP_STAT_PRESSURE },
    [CGROUP_METER_IO_PSI] = { "io.pressure", take_io_psi, CGROUP_STAT_PRESSURE },
};

/* ---- the meter ---- */

int cgroup_meter_open(struct cgroup *cg, unsigned what, struct cgroup_meter *ret, struct err *e)
{
    struct cgroup_meter m = CGROUP_METER_INIT;

    for (size_t i = 0; i < CGROUP_METER_FILES; i++) {
        bool wanted = !files[i].what || files[i].what & what;
        m.fd[i] = wanted ? openat(cg->fd, files[i].name, O_RDONLY | O_CLOEXEC) : -1;
        m.there[i] = wanted && (m.fd[i] >= 0 || (errno != ENOENT && errno != EOPNOTSUPP));
    }
    if (!m.there[CGROUP_METER_CPU]) {
        cgroup_meter_close(&m);
        return err_set(e, ERR_NOT_FOUND, "cgroup %s is gone", cg->abs_path);
    }
    m.group = *cg;
    *cg = (struct cgroup)CGROUP_INIT;
    *ret = m;
    return 0;
}

void cgroup_meter_close(struct cgroup_meter *m)
{
    for (size_t i = 0; i < CGROUP_METER_FILES; i++)
        if (m->there[i])
            mem_close(&m->fd[i]);
    cgroup_close(&m->group);
    *m = (struct cgroup_meter)CGROUP_METER_INIT;
}

/* The file's text as it is now; false with errno. */
static bool read_file(const struct cgroup_meter *m, size_t i, char *text)
{
    if (m->fd[i] < 0)
        return fs_read_small(m->group.fd, files[i].name, text, TEXT_MAX) >= 0;
    ssize_t n = pread(m->fd[i], text, TEXT_MAX - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return n >= 0;
}

int cgroup_meter_read(const struct cgroup_meter *m, struct cgroup_meter_reading *ret, struct err *e)
{
    struct cgroup_meter_reading r = { .memory.max = CGROUP_STAT_NO_LIMIT };
    struct timespec now;
    char text[TEXT_MAX];

    for (size_t i = 0; i < CGROUP_METER_FILES; i++) {
        if (!m->there[i])
            continue;
        if (read_file(m, i, text))
            files[i].take(text, &r);
        else if (errno == ENODEV || (errno == ENOENT && i == CGROUP_METER_CPU))
            return err_set(e, ERR_NOT_FOUND, "cgroup %s is gone", m->group.abs_path);
        if (i == CGROUP_METER_CPU)
            clock_gettime(CLOCK_MONOTONIC, &now);
    }
    r.time = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
    *ret = r;
    return 0;
}
