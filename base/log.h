/* SPDX-License-Identifier: MIT */
/* Warnings and debug lines: handed to one sink that the program sets; nothing below cli/ prints. */
#pragma once

enum log_level { LOG_LVL_ERROR, LOG_LVL_WARN, LOG_LVL_INFO, LOG_LVL_DEBUG };

typedef void (*log_sink_fn)(enum log_level level, const char *line);

/* Lines up to `max` go to `sink`; without a sink they are dropped. */
void log_set(log_sink_fn sink, enum log_level max);

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *fmt, ...);

#define log_warn(...)  log_line(LOG_LVL_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_LVL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LVL_DEBUG, __VA_ARGS__)
