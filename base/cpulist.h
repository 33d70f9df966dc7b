/* SPDX-License-Identifier: MIT */
/* Lists of cpus and memory nodes: "0-3,7". */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Sets the listed bits in `bits` (`nbits` of them, 64 in an element, zeroed by the caller).
 * ERR_INVALID when the text breaks the grammar or names a bit that is too high. */
int cpulist_parse(const char *text, uint64_t *bits, size_t nbits, struct err *e);
