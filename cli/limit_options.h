/* SPDX-License-Identifier: MIT */
/* The options that limit a container, which `hako run`, `create` and `update` share. */
#pragma once

#include "base/opt.h"

/* Over struct limit_args, with which the args structs of these commands begin. */
extern const struct opt limit_options[];
