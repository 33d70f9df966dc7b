/* SPDX-License-Identifier: MIT */
/* Container ids and the names that containers get when nobody names them. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

#define ID_LEN      64 /* hex digits */
#define ID_SHORT    12 /* as shown in lists */
#define ID_NAME_MAX 64

/* 32 random bytes in hex. `ret` holds ID_LEN + 1 bytes. */
int id_new(char *ret, struct err *e);

/* Two random words, "amber_crane"; a number behind them from the fourth try on. `ret` holds
 * ID_NAME_MAX bytes. */
int id_random_name(unsigned tries, char *ret, struct err *e);

/* docker's grammar: [a-zA-Z0-9][a-zA-Z0-9_.-]+ . */
int id_check_name(const char *name, struct err *e);

/* True for 1 to ID_LEN lower-case hex digits. */
bool id_is_prefix(const char *s);
/* True for ID_LEN of them. */
bool id_is_whole(const char *s);
