/* SPDX-License-Identifier: MIT */
/* The twin of a statically linked program: the same, dynamically linked. */
#pragma once

#include "base/err.h"

#include <stddef.h>

/*
 * A static program starts in two thirds of the time, and cannot load a shared library. Beside
 * NAME, or in the libexec directory, lies NAME-dynamic.
 */

/*
 * 0 in a program that can load shared libraries. A static one becomes its twin, with the same
 * arguments, environment and open descriptors (those that survive an exec): what it did before is
 * done once more, so it is called before anything that may not be. Then it returns on failure
 * only: ERR_NOT_FOUND, ERR_SYS.
 */
int twin_need(struct err *e);

/* Puts back what was read from standard input, for a twin to read again. Nothing in a program that
 * is no static one. */
int twin_unread(const char *text, size_t len, struct err *e);
