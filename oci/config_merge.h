/* SPDX-License-Identifier: MIT */
/* One set of resources laid over another: what holds after an update. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

/*
 * Every field that `more` has takes the place of the one in `to`. Lists by device, page size or key
 * are merged by what the entries are about: those of `more` come as they are, also when two are
 * about the same, as a config.json may have it. A list of device rules, whose order matters,
 * replaces the other whole. Only memory can run out; then `to` is part old and part new, but sound.
 */
int config_merge_resources(struct config_resources *to, const struct config_resources *more,
                           struct err *e);
