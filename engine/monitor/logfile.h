/* SPDX-License-Identifier: MIT */
/* Writes a container's log in the CRI format: "2026-01-31T12:00:00.000000000Z stdout F text". */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define LOGFILE_NAME "log"

/*
 * One record a line of output. F ends a line; P is a piece whose line goes on in the stream's next
 * record, so that a prompt without newline is in the log at once. The time is UTC. (Kubernetes,
 * "CRI container log format".)
 */

/* Opens (appends to) the log in a container's directory. */
int logfile_open(int dirfd, int *ret_fd, struct err *e);

/* Appends one chunk of a stream (1: stdout, 2: stderr) in as few writes as possible. */
int logfile_write(int fd, int stream, const char *data, size_t len, struct err *e);

/* Formats `ns` since the epoch as RFC 3339 with nanoseconds, UTC. `buf` holds LOGFILE_TIME + 1. */
#define LOGFILE_TIME 30
void logfile_time(int64_t ns, char *buf);
