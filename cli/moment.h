/* SPDX-License-Identifier: MIT */
/* Points in time as people write and read them. */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* RFC 3339 with nanoseconds in UTC, as logs and inspect print times. */
#define MOMENT_MAX 40
const char *moment_text(int64_t ns, char buf[static MOMENT_MAX]);

/* "2026-01-02 15:04:05 +0000 UTC" in the local zone, as docker's lists print times. */
const char *moment_list_text(int64_t ns, char buf[static MOMENT_MAX]);

/*
 * docker's --since and --until in nanoseconds since 1970: a duration back from now ("10m",
 * "1h30m"), seconds since 1970 with an optional fraction, or RFC 3339, of which the zone (local),
 * the fraction, the seconds, the minutes and the time of day may be missing. NULL and "": 0.
 */
int moment_parse(const char *text, int64_t *ret_ns, struct err *e);
