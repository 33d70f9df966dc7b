/* SPDX-License-Identifier: MIT */
/* Writes a planned container to disk. */
#pragma once

#include "base/err.h"
#include "engine/container.h"
#include "engine/plan.h"

/*
 * Claims the name (another random one when a random one is taken) and writes the container's
 * directory; record.json comes last and makes it a container. Its lock is the caller's. Leaves
 * nothing when it fails; killed half-way it leaves garbage that heal_garbage() knows.
 */
int create_container(const struct paths *p, struct plan *plan, struct container *ret, int *ret_lock,
                     struct err *e);
