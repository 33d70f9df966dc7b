/* SPDX-License-Identifier: MIT */
/* Image references: docker's grammar and normal form, and what counts as an id. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * [DOMAIN/]PATH[:TAG][@DIGEST], as github.com/distribution/reference defines it. The first
 * component is a domain when it holds a '.' or a ':', is "localhost", or has an upper-case letter;
 * else the domain is docker.io, and a path of one component is below library/. So "busybox",
 * "busybox:latest" and "docker.io/library/busybox:latest" are one image.
 */
struct ref {
    char *domain;    /* "docker.io", "localhost:5000" */
    char *path;      /* "library/busybox" */
    char *tag;       /* "latest" where neither tag nor digest is given; NULL with a digest alone */
    char *digest;    /* "sha256:…" or NULL */
    bool short_name; /* no domain was written */
};

#define REF_NAME_MAX 255 /* of DOMAIN/PATH */

/* ERR_INVALID "invalid reference format: …". ref_free() afterwards; on failure *ret is zero. */
int ref_parse(const char *text, struct ref *ret, struct err *e);
void ref_free(struct ref *r);
DEFINE_CLEANUP(struct ref, ref, ref_free(p))

/* malloc'd; NULL when memory ran out. The whole, normal form: "docker.io/library/busybox:latest".
 * This is what the store keeps in org.opencontainers.image.ref.name. */
char *ref_full(const struct ref *r);
/* What people read and docker prints: "busybox:latest". */
char *ref_familiar(const struct ref *r);
/* The same without tag and digest: "busybox". */
char *ref_familiar_name(const struct ref *r);
/* "busybox:latest" for a full reference of the store; a text that does not parse is copied. */
char *ref_shorten(const char *full);

/* True for "ALGORITHM:HEX" with an algorithm we verify (sha256, sha512) and hex of its length in
 * lower case (image-spec, descriptor.md "Digests"). */
bool ref_is_digest(const char *text);
/* The hex part of a digest; the whole text when there is no colon. */
const char *ref_digest_hex(const char *digest);
/* True when the text may be (the beginning of) an image id: 1 to 64 hex digits in lower case,
 * with or without "sha256:". */
bool ref_is_id(const char *text);
