/* SPDX-License-Identifier: MIT */
/* Reads what a trigger is to be, and sets it. */
#include "cgroup/cgroup_pressure.h"

#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#define US         1000 /* ns */
#define SECOND     1000000u
#define WINDOW_MIN (SECOND / 2)
#define WINDOW_MAX (10 * SECOND)

const char *const cgroup_pressure_resources[] = { "cpu", "memory", "io", NULL };

static int bad(const char *spec, const char *why, struct err *e)
{
    err_set(e, ERR_INVALID, "\"%s\": %s", spec, why);
    return err_hint(e, "write RESOURCE[:some|full][:STALL/WINDOW], such as memory:some:200ms/2s");
}

static int parse_times(const char *spec, const char *text, struct cgroup_pressure *p, struct err *e)
{
    const char *slash = strchr(text, '/');
    AUTO_FREE char *stall = slash ? strndup(text, (size_t)(slash - text)) : NULL;
    int64_t stall_ns;
    int64_t window_ns;

    if (!slash)
        return bad(spec, "expected some, full or STALL/WINDOW", e);
    if (!stall)
        return err_nomem(e);
    int r = num_duration(stall, &stall_ns, e);
    if (r >= 0)
        r = num_duration(slash + 1, &window_ns, e);
    if (r < 0)
        return err_wrap(e, "\"%s\"", spec);
    if (window_ns < WINDOW_MIN * (int64_t)US || window_ns > WINDOW_MAX * (int64_t)US)
        return bad(spec, "the window must be from 500ms to 10s", e);
    if (stall_ns < US || stall_ns > window_ns)
        return bad(spec, "the stall must be longer than 0 and no longer than the window", e);
    p->stall_us = (uint32_t)(stall_ns / US);
    p->window_us = (uint32_t)(window_ns / US);
    return 0;
}

int cgroup_pressure_parse(const char *spec, struct cgroup_pressure *ret, struct err *e)
{
    AUTO_STRV char **words = strv_split(spec, ':', false);
    struct cgroup_pressure p = { .stall_us = SECOND / 5, .window_us = 2 * SECOND };
    char *const *word = words;

    if (!words)
        return err_nomem(e);
    for (const char *const *it = cgroup_pressure_resources; *it; it++)
        if (*word && STREQ(*word, *it))
            p.resource = *it;
    if (!p.resource)
        return bad(spec, "resources are cpu, memory and io", e);
    word++;
    if (*word && (STREQ(*word, "some") || STREQ(*word, "full")))
        p.full = STREQ(*word++, "full");
    if (*word) {
        int r = parse_times(spec, *word++, &p, e);
        if (r < 0)
            return r;
    }
    if (*word)
        return bad(spec, "too many parts", e);
    *ret = p;
    return 0;
}

static void add_time(struct buf *out, uint32_t us)
{
    if (us % SECOND == 0)
        buf_fmt(out, "%" PRIu32 "s", us / SECOND);
    else if (us % 1000 == 0)
        buf_fmt(out, "%" PRIu32 "ms", us / 1000);
    else
        buf_fmt(out, "%" PRIu32 "us", us);
}

void cgroup_pressure_text(const struct cgroup_pressure *p, struct buf *out)
{
    buf_fmt(out, "%s:%s:", p->resource, p->full ? "full" : "some");
    add_time(out, p->stall_us);
    buf_char(out, '/');
    add_time(out, p->window_us);
}

const struct cgroup_stat_psi_line *cgroup_pressure_now(const struct cgroup_pressure *p,
                                                       const struct cgroup_stat *s)
{
    const struct cgroup_stat_psi *psi = STREQ(p->resource, "cpu")      ? &s->cpu.psi
                                        : STREQ(p->resource, "memory") ? &s->memory.psi
                                                                       : &s->io_psi;

    return p->full ? &psi->full : &psi->some;
}

/* The file is not there, or is there and does nothing. */
static int unaccounted(const struct cgroup *cg, const char *file, struct err *e)
{
    char text[8];

    err_set(e, ERR_UNSUPPORTED, "%s/%s: pressure is not accounted here", cg->abs_path, file);
    if (fs_read_small(cg->fd, "cgroup.pressure", text, sizeof(text)) > 0 && STREQ(text, "0"))
        return err_hint(e, "it is switched off in cgroup.pressure of this group");
    return err_hint(e, "boot the kernel with psi=1");
}

int cgroup_pressure_open(const struct cgroup *cg, const struct cgroup_pressure *p, int *ret_fd,
                         struct err *e)
{
    char file[32];
    char text[64];

    if (cg->fd < 0)
        return err_set(e, ERR_UNSUPPORTED, "pressure: the container has no cgroup of its own");
    snprintf(file, sizeof(file), "%s.pressure", p->resource);
    int len = snprintf(text, sizeof(text), "%s %" PRIu32 " %" PRIu32, p->full ? "full" : "some",
                       p->stall_us, p->window_us);
    AUTO_FD int fd = openat(cg->fd, file, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return unaccounted(cg, file, e);
    if (fd < 0)
        return err_sysf(e, "open", "%s/%s", cg->abs_path, file);
    if (write(fd, text, (size_t)len + 1) < 0) {
        if (errno == EOPNOTSUPP)
            return unaccounted(cg, file, e);
        err_sysf(e, "write", "\"%s\" to %s/%s", text, cg->abs_path, file);
        if (e->errnum == EINVAL)
            err_hint(e, "without CAP_SYS_RESOURCE windows are 2s or a multiple of it");
        return -e->kind;
    }
    *ret_fd = TAKE_FD(fd);
    return 0;
}
