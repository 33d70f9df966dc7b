/* SPDX-License-Identifier: MIT */
/* How the engine gets connections to monitors; see attach.h for what is said over them. */
#pragma once

#include "base/err.h"
#include "engine/attach.h"
#include "engine/container.h"

/* Wraps a connected socket, taken over also on failure. */
int client_new(int fd, struct attach **ret, struct err *e);

/* Connects to the monitor's socket. ERR_STATE when nobody listens. */
int client_connect(const struct container *c, struct attach **ret, struct err *e);

/* Says which streams are wanted and waits for the answer. */
int client_hello(struct attach *a, unsigned streams, struct err *e);
