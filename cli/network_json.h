/* SPDX-License-Identifier: MIT */
/* docker-shaped JSON of a network, with the containers that are on it. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "net/network.h"

/* Appends one object (compact). ERR_NOT_FOUND. */
int network_json(const struct net_place *place, const char *name, struct buf *ret, struct err *e);
