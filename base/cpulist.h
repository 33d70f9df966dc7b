/* SPDX-License-Identifier: MIT */
/* Lists of cpus and memory nodes: "0-3,7". */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPULIST_MAX 8192 /* cpus: the largest NR_CPUS of any kernel */

/* Sets the listed bits in `bits` (`nbits` of them, 64 in an element, zeroed by the caller).
 * ERR_INVALID when the text breaks the grammar or names a bit that is too high. */
int cpulist_parse(const char *text, uint64_t *bits, size_t nbits, struct err *e);

/* Is every bit of `part` one of `whole`? */
bool cpulist_within(const uint64_t *part, const uint64_t *whole, size_t nbits);
