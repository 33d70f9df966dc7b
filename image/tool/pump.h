/* SPDX-License-Identifier: MIT */
/* Reads a stream in a thread of its own, some chunks ahead of who consumes it. */
#pragma once

#include "base/err.h"
#include "image/tool/stream.h"

#include <stddef.h>
#include <sys/types.h>

struct pump; /* opaque */

/* Takes `from` over, unless this fails. */
int pump_start(struct stream *from, struct pump **ret, struct err *e);

/* The next chunk, valid until the next call; its length, 0 at the end, negative: the stream's
 * error. */
ssize_t pump_next(struct pump *p, const void **ret, struct err *e);

/* Stops the thread wherever it is, waits for it, closes the stream. NULL is fine. */
void pump_stop(struct pump *p);
