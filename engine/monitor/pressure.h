/* SPDX-License-Identifier: MIT */
/* --pressure: what the container's processes wait for, noted in its log and status. */
#pragma once

#include "base/err.h"

struct monitor;
struct pressure; /* the triggers of one container */

/* Sets the triggers of the record on the group, before the first process runs. */
int pressure_prepare(struct monitor *m, struct err *e);
/* From now on each event is a line in the log and a number in the status. */
int pressure_watch(struct monitor *m, struct err *e);
/* Lets go of the group, before it is removed. */
void pressure_end(struct monitor *m);
