/* SPDX-License-Identifier: MIT */
/* Where hako-oci's messages go: a file, the journal, syslog. */
#pragma once

#include "base/err.h"
#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>

enum oci_log_kind { OCI_LOG_STDERR, OCI_LOG_FILE, OCI_LOG_JOURNAL, OCI_LOG_SYSLOG };

struct oci_log_target {
    enum oci_log_kind kind;
    int fd;           /* of a file or of the journal's socket, else -1 */
    const char *name; /* the program's name in the journal and in syslog */
};

/* --log: PATH or "file:PATH" (appended to, made 0600), "journald:NAME", "syslog:NAME". `text` must
 * outlive the target. */
int oci_log_target_open(const char *text, struct oci_log_target *ret, struct err *e);

/* A message to the journal or to syslog, which have a time and a level of their own. */
void oci_log_target_send(const struct oci_log_target *t, enum log_level level, const char *text);
