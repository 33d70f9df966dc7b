/* SPDX-License-Identifier: MIT */
/* The container's file systems by the new mount API, as docker lays them out. */
#pragma once

#include "tests/bench/floor/floor.h"

/* Mounts everything and makes it the calling process's root; it has a mount namespace of its own.
 * In o->state, `name` holds upper/, work/, root/ and, with a bridge, hosts and resolv.conf; with
 * o->rootfs it holds nothing. */
void rootfs_enter(const struct floor_opts *o, const char *name);
