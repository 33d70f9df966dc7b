/* SPDX-License-Identifier: MIT */
/* Running digests as the image-spec writes them: "sha256:HEX". */
#pragma once

#include "base/err.h"

#include <stddef.h>

struct digest; /* opaque */

#define DIGEST_TEXT_MAX 137 /* "sha512:", 128 digits, NUL */

/* For the algorithm that `like` (a digest, or "sha256") names; ERR_UNSUPPORTED for others. */
int digest_new(const char *like, struct digest **ret, struct err *e);
void digest_add(struct digest *d, const void *data, size_t len);
/* Ends it; "" if the library failed underway. */
void digest_text(struct digest *d, char out[DIGEST_TEXT_MAX]);
void digest_free(struct digest *d);

/* Of a whole buffer. */
int digest_of(const char *like, const void *data, size_t len, char out[DIGEST_TEXT_MAX],
              struct err *e);
