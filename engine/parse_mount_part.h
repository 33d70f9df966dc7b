/* SPDX-License-Identifier: MIT */
/* What the grammars of mounts share. For engine/parse_mount*.c. */
#pragma once

#include "engine/parse_mount.h"

/* A host path, made absolute from the working directory and cleaned. */
int parse_mount_host(const char *text, char **ret, struct err *e);
/* A path inside the container: absolute and not "/". What *ret held is freed. */
int parse_mount_target(const char *text, char **ret, struct err *e);
bool parse_mount_is_propagation(const char *word);
