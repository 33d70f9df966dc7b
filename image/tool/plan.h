/* SPDX-License-Identifier: MIT */
/* What an archive holds: its images, each with config, layers and names, read and verified. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "image/tool/source.h"
#include "oci/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_layer {
    const struct source_member *member;
    const char *name; /* the member's, for messages */
    char *digest;     /* the blob's, as the archive claims; NULL: it does not say */
    char *diff_id;    /* as the config claims */
};

struct plan_image {
    char *id; /* the config's digest, computed */
    char *config;
    size_t config_len;
    char *manifest; /* as it stands in an OCI archive, verified; NULL: to be made */
    size_t manifest_len;
    char *manifest_type;
    struct plan_layer *layers; /* the lowest first */
    size_t n_layers;
    char **refs;    /* full references */
    char *platform; /* what its config says: "linux/arm64/v8" */
};

struct plan {
    struct plan_image *images;
    size_t n;
};

/* What nested indexes are asked for; NULL members: anything. */
struct plan_platform {
    bool asked; /* by the user: nothing else is taken */
    const char *os;
    const char *architecture;
    const char *variant;
};

/* "OS/ARCH[/VARIANT]" or, for NULL, this machine's. The text is kept and changed. */
int plan_parse_platform(char *text, struct plan_platform *ret, struct err *e);

/* manifest.json rules where there is one (docker-archive, and what newer `docker save` writes),
 * else index.json (OCI archive). Errors name the file inside the archive. */
int plan_read(const struct source *src, const struct plan_platform *want, struct plan *ret,
              struct err *e);
void plan_free(struct plan *p);
DEFINE_CLEANUP(struct plan, plan, plan_free(p))

/* For the two readers. */
int plan_docker(const struct source *src, struct plan *p, struct err *e);
int plan_oci(const struct source *src, const struct plan_platform *want, struct plan *p,
             struct err *e);
struct plan_image *plan_add_image(struct plan *p, struct err *e);
/* Takes the config's text over, computes the id, and makes a layer for each diff-id. */
int plan_set_config(struct plan_image *img, char *text, size_t len, struct err *e);
/* Adds a name as an archive spells it. */
int plan_add_ref(struct plan_image *img, const char *name, struct err *e);
