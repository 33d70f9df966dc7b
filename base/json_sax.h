/* SPDX-License-Identifier: MIT */
/* Inside base/json*.c only: a document as a stream of events, limits and grammar enforced. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum json_event_type {
    JSON_EV_NULL,
    JSON_EV_BOOL,
    JSON_EV_NUMBER,
    JSON_EV_STRING,
    JSON_EV_KEY,
    JSON_EV_OBJECT,
    JSON_EV_ARRAY,
    JSON_EV_OBJECT_END,
    JSON_EV_ARRAY_END,
};

struct json_event {
    enum json_event_type type;
    bool truth;        /* JSON_EV_BOOL */
    const char *s;     /* strings and keys: decoded, UTF-8 without NUL; numbers: the digits */
    size_t len;        /* of s, which is not NUL-terminated */
    size_t start, end; /* where the token stands in the document */
};

/* A negative return (with e filled) ends the parse; the event's JSON pointer is put before e's
 * message. */
typedef int (*json_event_fn)(void *arg, const struct json_event *ev, struct err *e);

/* Parses the whole text, at most JSON_SIZE_MAX, JSON_DEPTH_MAX and JSON_ITEMS_MAX of it. */
int json_sax(const char *text, size_t len, json_event_fn fn, void *arg, struct err *e);
