/* SPDX-License-Identifier: MIT */
/* Reading a container's log, to its end or for as long as it runs. */
#pragma once

#include "base/err.h"
#include "engine/paths.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logs_want {
    bool follow;
    int64_t tail;     /* last lines only; ARG_UNSET or negative: all */
    int64_t since_ns; /* since the epoch; 0: from the start */
    int64_t until_ns; /* 0: to the end */
};

/* One chunk of output as it was written: `fd` 1 or 2, `time_ns` since the epoch; a chunk ends with
 * a newline unless the program's did not. A negative return stops the reading with that result. */
typedef int (*logs_fn)(void *arg, int fd, int64_t time_ns, const char *data, size_t len,
                       struct err *e);

int logs_read(const struct paths *p, const char *name, const struct logs_want *want, logs_fn fn,
              void *arg, struct err *e);
