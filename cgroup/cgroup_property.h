/* SPDX-License-Identifier: MIT */
/* Properties of a systemd unit: from limits, and from annotations. */
#pragma once

#include "base/err.h"
#include "base/json_map.h"
#include "base/mem.h"
#include "cgroup/cgroup_limit.h"
#include "cgroup/cgroup_variant.h"

#include <stdbool.h>
#include <stddef.h>

/* One property (org.freedesktop.systemd1(5)). */
struct cgroup_property {
    char *name;
    struct cgroup_variant value;
    bool dispensable; /* a systemd that does not know it does without */
};

struct cgroup_properties {
    struct cgroup_property *v;
    size_t n;
};
void cgroup_properties_free(struct cgroup_properties *p);
DEFINE_CLEANUP(struct cgroup_properties, cgroup_properties, cgroup_properties_free(p))
#define AUTO_CGROUP_PROPERTIES CLEANUP(cgroup_properties)

/* Appends one whose value is what the format makes, in cgroup_variant_parse()'s grammar. */
__attribute__((format(printf, 4, 5))) int cgroup_property_add(struct cgroup_properties *p,
                                                              const char *name, struct err *e,
                                                              const char *fmt, ...);
/* Takes the i-th one away. */
void cgroup_property_drop(struct cgroup_properties *p, size_t i);

/*
 * What systemd has to know of limits so that it does not take them back when it writes a unit's
 * files again (daemon-reload, set-property). Limits that it knows no property for it never writes;
 * values that it would refuse are left to the kernel, whose files decide. systemd counts io weights
 * in io.weight's range and writes io.bfq.weight from them: `bfq`, where that file is there.
 * (systemd.resource-control(5))
 */
int cgroup_property_limits(const struct cgroup_limits *l, bool bfq, struct cgroup_properties *p,
                           struct err *e);

/*
 * Annotations "org.systemd.property.NAME" with a value in GVariant's text form, as runc and crun
 * have them; of a NAME that ends in "Sec" a number of seconds, for the property NAME with "USec".
 * ERR_INVALID names the annotation.
 */
int cgroup_property_annotations(const struct json_map *annotations, struct cgroup_properties *p,
                                struct err *e);
