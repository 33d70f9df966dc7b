/* SPDX-License-Identifier: MIT */
/* Repair: a container whose monitor died is killed, torn down and recorded by whoever meets it. */
#pragma once

#include "base/err.h"
#include "engine/container.h"
#include "engine/paths.h"

/* Opens a container by name (names_resolve) and heals it first if it needs that. */
int heal_open(const struct paths *p, const char *name, struct container *ret, struct err *e);
/* The same by full id. */
int heal_open_id(const struct paths *p, const char *id, struct container *ret, struct err *e);

/* Heals an open container if its monitor is dead: afterwards it is stopped, or, with --rm,
 * removed (then ERR_NOT_FOUND). Otherwise nothing happens. */
int heal(const struct paths *p, struct container *c, struct err *e);

/* Removes what a killed command left in the making: directories of containers without a record and
 * without a maker, run directories and names without a container. Damaged things are named by
 * log_warn(). */
int heal_garbage(const struct paths *p, struct err *e);
