/* SPDX-License-Identifier: MIT */
/* Tables that only a command's own process needs, and how a long-lived one gives them back. */
#include "base/cold.h"

#include <stddef.h>
#include <sys/mman.h>

/* cold.ld's; both are at the start of a page. */
extern char cold_begin[] __attribute__((weak));
extern char cold_end[] __attribute__((weak));

void cold_drop(void)
{
    size_t len = (size_t)(cold_end - cold_begin);

    if (len > 0 && mprotect(cold_begin, len, PROT_NONE) == 0)
        madvise(cold_begin, len, MADV_DONTNEED);
}
