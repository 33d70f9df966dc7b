/* SPDX-License-Identifier: MIT */
/* Writes hako-oci's messages. */
#include "cli/oci/oci_log.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/json_out.h"
#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

static int log_fd = -1;
static bool log_json;

static const char *const level_names[] = { "error", "warning", "info", "debug" };

/* One write a line: several processes may append to one file. */
static void write_line(int fd, struct buf *line)
{
    buf_char(line, '\n');
    if (!line->failed)
        (void)!fs_write_all(fd, line->data, line->len);
}

static void format_json(struct buf *b, enum log_level level, const char *text)
{
    struct json_out o = { .buf = b };
    char stamp[40];
    time_t now = time(NULL);
    struct tm tm;

    gmtime_r(&now, &tm);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
    json_out_object(&o);
    json_out_member_str(&o, "level", level_names[level]);
    json_out_member_str(&o, "msg", text);
    json_out_member_str(&o, "time", stamp);
    json_out_object_end(&o);
}

static void emit(int fd, bool json, enum log_level level, const char *text)
{
    AUTO_BUF struct buf b = { 0 };

    if (json)
        format_json(&b, level, text);
    else if (level == LOG_LVL_ERROR)
        buf_fmt(&b, "hako-oci: %s", text);
    else
        buf_fmt(&b, "hako-oci: %s: %s", level_names[level], text);
    write_line(fd, &b);
}

static void sink(enum log_level level, const char *line)
{
    if (log_fd >= 0)
        emit(log_fd, log_json, level, line);
    else
        emit(STDERR_FILENO, log_json, level, line);
}

int oci_log_open(const struct oci *o, struct err *e)
{
    log_json = o->log_format == OCI_LOG_JSON;
    log_set(sink, o->debug ? LOG_LVL_DEBUG : (enum log_level)o->log_level);
    if (!o->log)
        return 0;
    log_fd = open(o->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return log_fd < 0 ? err_sys(e, "open", o->log) : 0;
}

void oci_log_error(const struct err *e)
{
    if (log_fd >= 0)
        emit(log_fd, log_json, LOG_LVL_ERROR, e->msg);
    emit(STDERR_FILENO, log_json && log_fd < 0, LOG_LVL_ERROR, e->msg);
    if (e->hint[0] && !(log_json && log_fd < 0))
        dprintf(STDERR_FILENO, "hint: %s\n", e->hint);
}
