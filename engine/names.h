/* SPDX-License-Identifier: MIT */
/* Names: ROOT/names/<name> is a symlink to the id; a name whose container is gone is free. */
#pragma once

#include "base/err.h"
#include "engine/id.h"
#include "engine/paths.h"

/* Makes the name point to id. Taken by a container that exists (or is being made): ERR_EXISTS with
 * docker's "Conflict. …" text. */
int names_claim(const struct paths *p, const char *name, const char *id, struct err *e);

/* Removes the name if it still points to id. To be called before the container's record goes. */
int names_release(const struct paths *p, const char *name, const char *id, struct err *e);

/* Removes the name if the container that it points to is gone. */
int names_release_stale(const struct paths *p, const char *name, struct err *e);

/* The id behind a full id, a name, or an unambiguous id prefix, in this order. */
int names_resolve(const struct paths *p, const char *name, char ret_id[ID_LEN + 1], struct err *e);
