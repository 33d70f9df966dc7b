/* SPDX-License-Identifier: MIT */
/* Runs a function in a child: what it loads, opens and allocates goes with it. */
#pragma once

#include "base/err.h"

/* 0, or the error that `fn` failed with. The child has a copy of the caller's memory; what `fn`
 * changes there, the caller never sees. It dies with the caller. */
int apart(int (*fn)(void *arg, struct err *e), void *arg, struct err *e);
