/* SPDX-License-Identifier: MIT */
/* Inside base/json*.c only: UTF-8, excerpts for messages, numbers, duplicate keys. */
#pragma once

#include "base/json_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many leading bytes are well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong). */
size_t json_text_utf8(const char *s, size_t len);

/* A string between its quotes as the document has it: NULL, or what is wrong with its bytes or
 * with its \u escapes. */
const char *json_text_check(const char *raw, size_t len);

/* Room for an excerpt. */
#define JSON_EXCERPT_MAX 80
/* The text for a message: without control characters, cut with "..." if it is long. Returns out. */
const char *json_text_excerpt(const char *s, size_t len, char out[static JSON_EXCERPT_MAX]);

/* Digits with an optional minus. False: no integer ("1.0", "1e3"), or not in 64 bits. */
bool json_text_i64(const char *s, size_t len, int64_t *ret);
bool json_text_u64(const char *s, size_t len, uint64_t *ret);

/* A string that occurs twice among n, which stand `stride` bytes apart; NULL if all differ or
 * (*ret_oom) memory ran out. */
const char *json_text_duplicate(char *const *first, size_t n, size_t stride, bool *ret_oom);
