/* SPDX-License-Identifier: MIT */
/* The log reader: tail, time window, follow. */
#include "engine/logs.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/proc.h"
#include "base/str.h"
#include "engine/args.h"
#include "engine/heal.h"
#include "engine/life.h"
#include "engine/monitor/logfile.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <time.h>

#define BLOCK 65536

struct reader {
    const struct logs_want *want;
    logs_fn fn;
    void *arg;
    int fd;
    struct buf line; /* a record not yet complete */
    bool ended;      /* until_ns has passed */
};

/* "2026-01-31T12:00:00.123456789Z" to nanoseconds since the epoch, or -1. */
static int64_t parse_time(const char *s)
{
    struct tm tm = { 0 };
    const char *frac = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
    int64_t ns = 0;
    int64_t unit = 100000000;

    if (!frac)
        return -1;
    if (*frac == '.')
        for (frac++; *frac >= '0' && *frac <= '9' && unit > 0; frac++, unit /= 10)
            ns += unit * (*frac - '0');
    return timegm(&tm) * 1000000000LL + ns;
}

/* One record, its newline cut: "TIME STREAM F|P TEXT". What does not parse is skipped: a crash may
 * have left half a line. */
static int emit(struct reader *rd, char *line, size_t len, struct err *e)
{
    char *stream = memchr(line, ' ', len);
    int64_t ns = parse_time(line);

    if (ns < 0 || !stream || line + len - stream < (ptrdiff_t)strlen(" stdout F "))
        return 0;
    int fd = str_starts(stream, " stderr ") ? 2 : 1;
    bool full = stream[8] == 'F';
    char *text = stream + strlen(" stdout F ");
    if (ns < rd->want->since_ns)
        return 0;
    if (rd->want->until_ns > 0 && ns > rd->want->until_ns) {
        rd->ended = true;
        return 0;
    }
    size_t n = (size_t)(line + len - text);
    if (full)
        text[n++] = '\n'; /* where the record's own newline was */
    return rd->fn(rd->arg, fd, ns, text, n, e);
}

/* Reads to the present end of the file. */
static int read_on(struct reader *rd, struct err *e)
{
    while (!rd->ended) {
        char *to = buf_room(&rd->line, BLOCK);
        if (!to)
            return err_nomem(e);
        ssize_t n = read(rd->fd, to, BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(e, "read", LOGFILE_NAME);
        if (n == 0)
            return 0;
        buf_grew(&rd->line, (size_t)n);
        char *at = rd->line.data;
        char *end = at + rd->line.len;
        for (char *nl; !rd->ended && (nl = memchr(at, '\n', (size_t)(end - at))); at = nl + 1) {
            int r = emit(rd, at, (size_t)(nl - at), e);
            if (r < 0)
                return r;
        }
        size_t rest = (size_t)(end - at);
        memmove(rd->line.data, at, rest);
        rd->line.len = rest;
    }
    return 0;
}

static bool is_full(const char *rec, const char *end)
{
    const char *stream = memchr(rec, ' ', (size_t)(end - rec));

    return stream && end - stream > 8 && stream[8] == 'F';
}

/* Where the last `lines` lines begin. A line is its pieces (P) and the record that ends it (F), so
 * going backwards an F opens the line before. */
static size_t tail_start(const char *base, size_t size, int64_t lines)
{
    const char *at = base + size;
    int64_t seen = 0;

    while (at > base) {
        const char *nl = memrchr(base, '\n', (size_t)(at - 1 - base));
        const char *rec = nl ? nl + 1 : base;
        if ((seen == 0 || is_full(rec, at)) && seen++ == lines)
            break;
        at = rec;
    }
    return (size_t)(at - base);
}

static int seek_tail(int fd, int64_t lines, struct err *e)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return err_sys(e, "stat", LOGFILE_NAME);
    if (st.st_size == 0)
        return 0;
    size_t size = (size_t)st.st_size;
    char *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return err_sys(e, "mmap", LOGFILE_NAME);
    const char *last = memrchr(map, '\n', size);
    size_t start = tail_start(map, last ? (size_t)(last + 1 - map) : 0, lines);
    munmap(map, size);
    if (lseek(fd, (off_t)start, SEEK_SET) < 0)
        return err_sys(e, "seek", LOGFILE_NAME);
    return 0;
}

#define OLD_LOOK_MS 50 /* without pidfds */

/* Waits for more: 1 look again, 0 the container has ended. */
static int wait_more(int notify, int monitor, struct err *e)
{
    char events[4096];
    struct pollfd p[2] = { { .fd = notify, .events = POLLIN },
                           { .fd = monitor, .events = POLLIN } };

    if (proc_pidfd_is_old(monitor))
        return proc_pidfd_wait(monitor, OLD_LOOK_MS) > 0 ? 0 : 1;
    while (poll(p, 2, -1) < 0)
        if (errno != EINTR)
            return err_sys(e, "poll", LOGFILE_NAME);
    if (p[0].revents && read(notify, events, sizeof(events)) < 0 && errno != EAGAIN)
        return err_sys(e, "read", "inotify");
    return p[1].revents ? 0 : 1;
}

static int follow(struct reader *rd, struct container *c, struct err *e)
{
    char path[FS_FD_PATH_MAX];
    AUTO_FD int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    AUTO_FD int monitor = proc_pidfd_open(c->status.monitor_pid);
    int r = 1;

    if (notify < 0 || inotify_add_watch(notify, fs_fd_path(rd->fd, path), IN_MODIFY) < 0)
        return err_sys(e, "inotify", LOGFILE_NAME);
    if (monitor < 0 || life_lost(c))
        r = 0;
    while (r > 0 && !rd->ended) {
        r = read_on(rd, e);
        if (r >= 0 && !rd->ended)
            r = wait_more(notify, monitor, e);
    }
    return r < 0 ? r : read_on(rd, e);
}

static int read_container(struct container *c, const struct logs_want *want, logs_fn fn, void *arg,
                          struct err *e)
{
    AUTO_FD int fd = openat(c->dir_fd, LOGFILE_NAME, O_RDONLY | O_CLOEXEC);
    struct reader rd = { .want = want, .fn = fn, .arg = arg, .fd = fd };
    int r = 0;

    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(e, "open", LOGFILE_NAME);
    if (want->tail >= 0)
        r = seek_tail(fd, want->tail, e);
    if (r >= 0)
        r = want->follow && container_running(c) ? follow(&rd, c, e) : read_on(&rd, e);
    buf_free(&rd.line);
    return r;
}

int logs_read(const struct paths *p, const char *name, const struct logs_want *want, logs_fn fn,
              void *arg, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    int r = heal_open(p, name, &c, e);
    return r < 0 ? r : read_container(&c, want, fn, arg, e);
}
