/* SPDX-License-Identifier: MIT */
/* docker-shaped JSON of a container, as `hako inspect` prints it. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "engine/paths.h"

/* Appends one object (compact JSON; cli/ parses, formats and prints it). */
int inspect_container(const struct paths *p, const char *name, struct buf *ret, struct err *e);
