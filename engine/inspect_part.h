/* SPDX-License-Identifier: MIT */
/* The parts of a container's document that have files of their own. */
#pragma once

#include "base/json_out.h"
#include "engine/container.h"

/* The member NetworkSettings (inspect_network.c). */
void inspect_network(struct json_out *o, const struct paths *p, const struct container *c);

/* Members of HostConfig that config.json and the record hold (inspect_spec.c). */
void inspect_spec(struct json_out *o, const struct record *r, const struct config *c);
