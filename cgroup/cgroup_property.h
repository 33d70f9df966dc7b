/* SPDX-License-Identifier: MIT */
/* Properties of a systemd unit: from limits, and from annotations. */
#pragma once

#include "base/err.h"
#include "base/json_map.h"
#include "base/mem.h"
#include "cgroup/cgroup_limit.h"

#include <stddef.h>
#include <stdint.h>

/* One property, of the D-Bus types that units' properties have (org.freedesktop.systemd1(5)). */
struct cgroup_property {
    char *name;
    const char *type; /* signature: a number's or 'b', 's', "as", "ay", "au", "a(st)" */
    union {
        int b;
        uint8_t y;
        int16_t n;
        uint16_t q;
        int32_t i;
        uint32_t u;
        int64_t x;
        uint64_t t;
        double d;
    } v;            /* of number types; of "a(st)" and "au" the one element's number as t and u */
    char *text;     /* s; of "a(st)" the one element's text */
    char **texts;   /* as */
    uint8_t *bytes; /* ay */
    size_t n_bytes;
};

struct cgroup_properties {
    struct cgroup_property *v;
    size_t n;
};
void cgroup_properties_free(struct cgroup_properties *p);
DEFINE_CLEANUP(struct cgroup_properties, cgroup_properties, cgroup_properties_free(p))
#define AUTO_CGROUP_PROPERTIES CLEANUP(cgroup_properties)

/* Appends an empty one of this name, for the caller to fill in; NULL when memory ran out. */
struct cgroup_property *cgroup_property_add(struct cgroup_properties *p, const char *name,
                                            const char *type);
int cgroup_property_add_bool(struct cgroup_properties *p, const char *name, bool value,
                             struct err *e);
int cgroup_property_add_text(struct cgroup_properties *p, const char *name, const char *value,
                             struct err *e);

/*
 * What systemd has to know of limits so that it does not take them back when it writes a unit's
 * files again (daemon-reload, set-property). Limits that it knows no property for are left to the
 * files alone (systemd.resource-control(5)).
 */
int cgroup_property_limits(const struct cgroup_limits *l, struct cgroup_properties *p,
                           struct err *e);

/*
 * Annotations "org.systemd.property.NAME" with a value in GVariant's text form, as runc and crun
 * have them: "true", "'text'", "uint64 5", "['a', 'b']"; of a NAME that ends in "Sec" a number of
 * seconds, for the property NAME with "USec". ERR_INVALID names the annotation.
 */
int cgroup_property_annotations(const struct json_map *annotations, struct cgroup_properties *p,
                                struct err *e);
