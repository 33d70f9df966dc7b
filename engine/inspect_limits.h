/* SPDX-License-Identifier: MIT */
/* The limits in docker-shaped JSON of a container. */
#pragma once

#include "base/json_out.h"
#include "oci/record.h"

/* Members of HostConfig: docker's, then those for what docker has no options for. */
void inspect_limits(struct json_out *o, const struct record_limits *l);
