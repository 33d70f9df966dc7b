/* SPDX-License-Identifier: MIT */
/* Universal time as text: what gmtime_r(3) and strftime(3) make, without reading /etc/localtime. */
#pragma once

#include <stdint.h>

/* Nanoseconds since 1970, by the clock on the wall. */
int64_t utc_now_ns(void);
/* "2026-01-02T15:04:05" of seconds since 1970, in the years 0 to 9999; returns `buf`. */
#define UTC_TEXT_MAX 20
const char *utc_text(int64_t seconds, char buf[static UTC_TEXT_MAX]);
