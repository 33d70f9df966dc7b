/* SPDX-License-Identifier: MIT */
/* What this runtime understands, read off the tables that its parsers use. */
#pragma once

#include "base/err.h"
#include "oci/features.h"

#include <stddef.h>

/* The features document (features.md, features-linux.md): what is built in, whatever the kernel
 * that happens to run. *ret is the caller's to features_free(). */
int supported_features(struct features *ret, struct err *e);

/* "2.5.4": the library that compiles filters, into a buffer; returns it. */
const char *supported_libseccomp(char *buf, size_t len);
