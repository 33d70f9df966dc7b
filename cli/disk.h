/* SPDX-License-Identifier: MIT */
/* How much a container takes on disk, for ps -s and inspect -s. */
#pragma once

#include "engine/paths.h"
#include "image/store.h"

#include <stdint.h>

/* Bytes of the files that it has written, and of these with its image. Unknown parts count 0. */
void disk_container(const struct paths *p, const struct store *store, const char *id,
                    const char *image_id, uint64_t *ret_own, uint64_t *ret_all);
