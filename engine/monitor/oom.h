/* SPDX-License-Identifier: MIT */
/* The container's out-of-memory kills: noticed as they happen, kept in its status, said in its log.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct monitor;

/* Notes where the counters stand, before the first process runs. */
void oom_prepare(struct monitor *m);
/* From now on a kill is in the status and the log as soon as it has happened. */
int oom_watch(struct monitor *m, struct err *e);
/* The last look: the first process has ended, is not waited for yet, and the group is still there.
 * True when there was a kill that the log does not have yet. */
bool oom_end(struct monitor *m);
/* Writes the line about the last kill into the log. */
void oom_log(const struct monitor *m);
