/* SPDX-License-Identifier: MIT */
/* This machine's platform in the words that images use. */
#pragma once

#include "base/err.h"

#include <sys/utsname.h>

/* Go's name of the machine's architecture: "amd64". Static, or inside `u`. */
const char *platform_arch(const struct utsname *u);

/* ERR_UNSUPPORTED unless OS[/ARCH[/VARIANT]] is this machine's. NULL and "" are. */
int platform_check(const char *text, struct err *e);
