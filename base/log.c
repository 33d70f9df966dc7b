/* SPDX-License-Identifier: MIT */
/* Hands log lines to the program's sink. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static log_sink_fn log_sink;
static enum log_level log_max = LOG_LVL_WARN;

void log_set(log_sink_fn sink, enum log_level max)
{
    log_sink = sink;
    log_max = max;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    int saved = errno;
    char line[2048];
    va_list ap;

    if (!log_sink || level > log_max)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    log_sink(level, line);
    errno = saved;
}
