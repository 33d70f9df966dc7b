/* SPDX-License-Identifier: MIT */
/* Capabilities: names, docker's --cap-add and --cap-drop, and the sets of a process. */
#pragma once

#include "base/err.h"
#include "oci/config.h"

#include <stdbool.h>
#include <stdint.h>

/* Sets are bits 1 << CAP_* (capabilities(7)). */
#define CAPS_BIT(cap) (UINT64_C(1) << (cap))

/* Docker's default: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE
 * NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP. */
#define CAPS_DEFAULT UINT64_C(0xa80425fb)

/* "CAP_CHOWN"; NULL for a number that hako does not know. */
const char *caps_name(int cap);
/* "CAP_CHOWN", "chown": the number, or -1. */
int caps_number(const char *name);

/* Every capability that both hako and the running kernel know. */
uint64_t caps_all(void);

/*
 * What docker makes of --cap-add and --cap-drop (strv, NULL allowed): `privileged` has all of
 * them. ALL among the added: all but the dropped. ALL among the dropped: only the added. Else the
 * default without the dropped, with the added: who is in both lists is added. Unknown names:
 * ERR_INVALID with the nearest name as hint.
 */
int caps_resolve(char *const *add, char *const *drop, bool privileged, uint64_t *ret,
                 struct err *e);

/* The five sets of a process (config.md, process.capabilities). */
struct caps {
    uint64_t bounding;
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
    uint64_t ambient;
};

/* From a config: unknown names are warned of. NULL gives empty sets. */
void caps_from_config(const struct config_capabilities *c, struct caps *ret);

/* Fills bounding, permitted and effective of a config with one set, as docker does. */
void caps_to_config(uint64_t set, struct config_capabilities *ret);

/* Removes what this process's own bounding and permitted sets lack, and with log_warn() says what
 * that was. For the parent, when the container gets no user namespace of its own (in a new one its
 * process has them all). */
void caps_limit(struct caps *c);

/* True when this process may use the capability. */
bool caps_have(int cap);

/* Gives up all but these, of every set. */
int caps_shed(uint64_t keep, struct err *e);

/*
 * In the process to be, in this order; no memory is allocated and nothing logged:
 *     caps_bound()   drops everything else from the bounding set; needs CAP_SETPCAP
 *     caps_keep()    the permitted set will survive the change of uid (PR_SET_KEEPCAPS)
 *     setgroups(), setresgid(), setresuid()
 *     caps_apply()   permitted, effective, inheritable, then ambient; forgets caps_keep()
 * What the kernel does not let us keep is left out silently: caps_limit() has warned of it.
 * caps_bound() without CAP_SETPCAP succeeds when there is nothing to drop.
 */
int caps_bound(const struct caps *c, struct err *e);
int caps_keep(struct err *e);
int caps_apply(const struct caps *c, struct err *e);
