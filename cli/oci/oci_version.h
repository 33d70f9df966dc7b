/* SPDX-License-Identifier: MIT */
/* hako-oci --version: the lines that engines and people look for in runc's and crun's. */
#pragma once

#include "base/err.h"

int oci_version_print(struct err *e);
