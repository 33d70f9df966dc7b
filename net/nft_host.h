/* SPDX-License-Identifier: MIT */
/* What rules of the host's own mean for containers. */
#pragma once

#include "base/err.h"

#include <stddef.h>

/* 1 when a chain of the host's firewall drops whatever no rule lets it forward, as Docker's does;
 * `buf` names it then ("table ip filter, chain FORWARD"). 0: there is none. One dump. */
int nft_host_drops(char *buf, size_t len, struct err *e);
