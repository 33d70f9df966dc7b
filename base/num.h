/* SPDX-License-Identifier: MIT */
/* Numbers as people write them: integers, sizes, durations, fractions of cpus. */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* Every function takes the whole string; anything left over is ERR_INVALID, out of range too. */
int num_i64(const char *s, int64_t min, int64_t max, int64_t *ret, struct err *e);
int num_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret, struct err *e);
/* Octal digits only, as in a file mode. */
int num_octal(const char *s, uint32_t max, uint32_t *ret, struct err *e);

/* Bytes: digits with an optional fraction and suffix b, k, m, g, t, p (powers of 1024; "kb",
 * "kib", "KiB" too), as docker's go-units RAMInBytes reads them. */
int num_size(const char *s, int64_t *ret, struct err *e);

/* Go's time.ParseDuration ("1m30s", "1.5h", "300ms"); a bare integer counts seconds. Result in
 * nanoseconds, never negative. */
int num_duration(const char *s, int64_t *ret_ns, struct err *e);

/* A decimal fraction in units of 1e-9 ("0.5" -> 500000000), as docker's --cpus. */
int num_nano(const char *s, int64_t *ret, struct err *e);

/* "12.3MB"-like text of a byte count, powers of 1000 as docker prints sizes. buf >= 16 bytes. */
const char *num_size_text(uint64_t bytes, char *buf, size_t len);
/* "1.5MiB"-like text of a byte count, powers of 1024 as docker prints memory. buf >= 16 bytes. */
const char *num_memory_text(uint64_t bytes, char *buf, size_t len);
/* "About a minute", "3 hours" … as docker's units.HumanDuration. buf >= 32 bytes. */
const char *num_age_text(int64_t seconds, char *buf, size_t len);
