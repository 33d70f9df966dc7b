/* SPDX-License-Identifier: MIT */
/* Messages of hako-oci: text or JSON lines, to standard error or the --log file. */
#pragma once

#include "base/err.h"
#include "cli/oci/oci.h"

/* Opens what --log names (oci_log_target.h) and makes it the sink of log lines. */
int oci_log_open(const struct oci *o, struct err *e);

/* An error: to standard error as text, and to the --log file in its format; engines read the last
 * line of level "error" there. */
void oci_log_error(const struct err *e);
