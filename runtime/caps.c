/* SPDX-License-Identifier: MIT */
/* Capability names and docker's rules for --cap-add and --cap-drop. */
#include "runtime/caps.h"

#include "base/log.h"
#include "base/opt_row.h"
#include "base/str.h"

#include <linux/capability.h>
#include <strings.h>
#include <sys/prctl.h>

_Static_assert(CAPS_DEFAULT ==
                   (CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_DAC_OVERRIDE) | CAPS_BIT(CAP_FOWNER) |
                    CAPS_BIT(CAP_FSETID) | CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_SETGID) |
                    CAPS_BIT(CAP_SETUID) | CAPS_BIT(CAP_SETPCAP) | CAPS_BIT(CAP_NET_BIND_SERVICE) |
                    CAPS_BIT(CAP_NET_RAW) | CAPS_BIT(CAP_SYS_CHROOT) | CAPS_BIT(CAP_MKNOD) |
                    CAPS_BIT(CAP_AUDIT_WRITE) | CAPS_BIT(CAP_SETFCAP)),
               "docker's fourteen");

const char *caps_name(int cap)
{
    return json_enum_name(config_cap_names, cap);
}

int caps_number(const char *name)
{
    size_t skip = strncasecmp(name, "CAP_", 4) == 0 ? 0 : 4;

    for (const struct json_enum *n = config_cap_names; n->name; n++)
        if (strcasecmp(n->name + skip, name) == 0)
            return n->value;
    return -1;
}

uint64_t caps_all(void)
{
    uint64_t all = 0;

    for (const struct json_enum *n = config_cap_names; n->name; n++)
        if (prctl(PR_CAPBSET_READ, n->value, 0, 0, 0) >= 0)
            all |= CAPS_BIT(n->value);
    return all;
}

static int unknown_name(const char *name, struct err *e)
{
    bool prefixed = strncasecmp(name, "CAP_", 4) == 0;
    struct opt_near near = { .word = name };
    AUTO_FREE char *upper = str_dup(name);

    if (!upper)
        return err_nomem(e);
    for (char *p = upper; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    near.word = upper;
    for (const struct json_enum *n = config_cap_names; n->name; n++) {
        const char *offer = prefixed ? n->name : n->name + 4;
        opt_near_offer(&near, offer, strlen(offer));
    }
    err_set(e, ERR_INVALID, "unknown capability: \"%s%s\"", prefixed ? "" : "CAP_", upper);
    if (near.best[0])
        err_hint(e, "did you mean %s?", near.best);
    return -ERR_INVALID;
}

/* One list as a set; ALL is told apart from its members, as docker does. */
static int read_list(char *const *names, uint64_t *ret, bool *ret_all, struct err *e)
{
    *ret = 0;
    *ret_all = false;
    strv_foreach (name, names) {
        if (strcasecmp(*name, "ALL") == 0) {
            *ret_all = true;
            continue;
        }
        int cap = caps_number(*name);
        if (cap < 0)
            return unknown_name(*name, e);
        *ret |= CAPS_BIT(cap);
    }
    return 0;
}

int caps_resolve(char *const *add, char *const *drop, bool privileged, uint64_t *ret, struct err *e)
{
    uint64_t added, dropped;
    bool add_all, drop_all;
    int r;

    r = read_list(add, &added, &add_all, e);
    if (r < 0)
        return r;
    r = read_list(drop, &dropped, &drop_all, e);
    if (r < 0)
        return r;
    if (privileged)
        *ret = caps_all();
    else if (add_all)
        *ret = caps_all() & ~dropped;
    else if (drop_all)
        *ret = added;
    else
        *ret = (CAPS_DEFAULT & ~dropped) | added;
    return 0;
}

static uint64_t known(const struct json_set *s, const char *which)
{
    strv_foreach (name, s->unknown)
        log_warn("capability %s (%s) is unknown and left out", *name, which);
    return s->bits;
}

void caps_from_config(const struct config_capabilities *c, struct caps *ret)
{
    *ret = (struct caps){ 0 };
    if (!c)
        return;
    ret->bounding = known(&c->bounding, "bounding");
    ret->effective = known(&c->effective, "effective");
    ret->permitted = known(&c->permitted, "permitted");
    ret->inheritable = known(&c->inheritable, "inheritable");
    ret->ambient = known(&c->ambient, "ambient");
}

void caps_to_config(uint64_t set, struct config_capabilities *ret)
{
    ret->bounding.bits = set;
    ret->permitted.bits = set;
    ret->effective.bits = set;
}
