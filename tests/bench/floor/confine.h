/* SPDX-License-Identifier: MIT */
/* Docker's default capabilities and a system call filter of its profile's size. */
#pragma once

#include <stdbool.h>

/* Applies both, or the capabilities alone, to the calling process, whose children inherit them. */
void confine_self(bool filter);
