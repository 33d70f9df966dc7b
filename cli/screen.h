/* SPDX-License-Identifier: MIT */
/* Text that is redrawn in place on a terminal. */
#pragma once

#include "base/buf.h"

/*
 * Escapes that put the text's lines over what the screen shows: nothing is blank in between, so
 * that nothing flickers. Lines are cut at `cols` characters; what does not fit into `rows` is
 * counted in the last line. 0: any number.
 */
void screen_frame(const char *text, unsigned rows, unsigned cols, struct buf *out);
