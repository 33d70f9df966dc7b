/* SPDX-License-Identifier: MIT */
/* Writes hako-oci's messages. */
#include "cli/oci/oci_log.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/str.h"
#include "base/utc.h"
#include "cli/oci/oci_log_target.h"

#include <string.h>
#include <time.h>

static struct oci_log_target target = { .kind = OCI_LOG_STDERR, .fd = -1 };
static bool log_json;

static const char *const level_names[] = { "error", "warning", "info", "debug" };

/* One write a line: several processes may append to one file. */
static void write_line(int fd, struct buf *line)
{
    buf_char(line, '\n');
    if (!line->failed)
        (void)!fs_write_all(fd, line->data, line->len);
}

#define STAMP_MAX (UTC_TEXT_MAX + 1)
static const char *stamp(char buf[STAMP_MAX])
{
    char now[UTC_TEXT_MAX];

    snprintf(buf, STAMP_MAX, "%sZ", utc_text(time(NULL), now));
    return buf;
}

static void format_json(struct buf *b, enum log_level level, const char *text)
{
    struct json_out o = { .buf = b };
    char when[STAMP_MAX];

    json_out_object(&o);
    json_out_member_str(&o, "level", level_names[level]);
    json_out_member_str(&o, "msg", text);
    json_out_member_str(&o, "time", stamp(when));
    json_out_object_end(&o);
}

/* runc's lines: time="…" level=error msg="…". */
static void format_text(struct buf *b, enum log_level level, const char *text)
{
    struct json_out o = { .buf = b };
    char when[STAMP_MAX];

    buf_fmt(b, "time=\"%s\" level=%s msg=", stamp(when), level_names[level]);
    json_out_str(&o, text);
}

static void to_file(int fd, enum log_level level, const char *text)
{
    AUTO_BUF struct buf b = { 0 };

    if (log_json)
        format_json(&b, level, text);
    else
        format_text(&b, level, text);
    write_line(fd, &b);
}

static void to_stderr(enum log_level level, const char *text)
{
    AUTO_BUF struct buf b = { 0 };

    if (level == LOG_LVL_ERROR)
        buf_fmt(&b, "hako-oci: %s", text);
    else
        buf_fmt(&b, "hako-oci: %s: %s", level_names[level], text);
    write_line(STDERR_FILENO, &b);
}

static void sink(enum log_level level, const char *line)
{
    switch (target.kind) {
    case OCI_LOG_FILE: to_file(target.fd, level, line); break;
    case OCI_LOG_JOURNAL:
    case OCI_LOG_SYSLOG: oci_log_target_send(&target, level, line); break;
    case OCI_LOG_STDERR:
        if (log_json)
            to_file(STDERR_FILENO, level, line);
        else
            to_stderr(level, line);
    }
}

int oci_log_open(const struct oci *o, struct err *e)
{
    log_json = o->log_format == OCI_LOG_JSON;
    if (o->debug)
        log_set(sink, LOG_LVL_DEBUG);
    else if (o->timings && o->log_level < LOG_LVL_INFO)
        log_set(sink, LOG_LVL_INFO);
    else
        log_set(sink, (enum log_level)o->log_level);
    return str_empty(o->log) ? 0 : oci_log_target_open(o->log, &target, e);
}

void oci_log_error(const struct err *e)
{
    bool elsewhere = target.kind != OCI_LOG_STDERR;

    sink(LOG_LVL_ERROR, e->msg);
    if (elsewhere)
        to_stderr(LOG_LVL_ERROR, e->msg);
    if (e->hint[0] && (elsewhere || !log_json))
        dprintf(STDERR_FILENO, "hint: %s\n", e->hint);
}
