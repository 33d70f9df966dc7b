/* SPDX-License-Identifier: MIT */
/* The parts of a plan that both kinds of archive share. */
#include "image/tool/plan.h"

#include "base/str.h"
#include "base/vec.h"
#include "image/overlay.h"
#include "image/ref.h"
#include "image/tool/digest.h"

#include <sys/utsname.h>

static const struct {
    const char *machine; /* uname(2) */
    const char *architecture;
    const char *variant;
} machines[] = {
    { "x86_64", "amd64", NULL },        { "aarch64", "arm64", "v8" },   { "armv7l", "arm", "v7" },
    { "armv6l", "arm", "v6" },          { "i686", "386", NULL },        { "i386", "386", NULL },
    { "riscv64", "riscv64", NULL },     { "ppc64le", "ppc64le", NULL }, { "s390x", "s390x", NULL },
    { "loongarch64", "loong64", NULL }, { "mips64", "mips64le", NULL },
};

static int host_platform(struct plan_platform *ret, struct err *e)
{
    struct utsname u;

    if (uname(&u) < 0)
        return err_sys(e, "uname", NULL);
    *ret = (struct plan_platform){ .os = "linux" };
    for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
        if (!STREQ(machines[i].machine, u.machine))
            continue;
        ret->architecture = machines[i].architecture;
        ret->variant = machines[i].variant;
        return 0;
    }
    return err_set(e, ERR_UNSUPPORTED, "machine type %s has no name in the image-spec", u.machine);
}

int plan_parse_platform(char *text, struct plan_platform *ret, struct err *e)
{
    if (!text)
        return host_platform(ret, e);
    char *arch = strchr(text, '/');
    char *variant = arch ? strchr(arch + 1, '/') : NULL;
    if (!arch || arch == text || arch[1] == '\0' || arch[1] == '/')
        return err_set(e, ERR_INVALID, "platform \"%s\": expected OS/ARCH or OS/ARCH/VARIANT",
                       text);
    *arch = '\0';
    if (variant)
        *variant = '\0';
    *ret = (struct plan_platform){ true, text, arch + 1, variant ? variant + 1 : NULL };
    return 0;
}

static void free_image(struct plan_image *img)
{
    for (size_t i = 0; i < img->n_layers; i++) {
        free(img->layers[i].digest);
        free(img->layers[i].diff_id);
    }
    free(img->layers);
    free(img->id);
    free(img->platform);
    free(img->config);
    free(img->manifest);
    free(img->manifest_type);
    strv_free(img->refs);
}

void plan_free(struct plan *p)
{
    for (size_t i = 0; i < p->n; i++)
        free_image(&p->images[i]);
    free(p->images);
    *p = (struct plan){ 0 };
}

struct plan_image *plan_add_image(struct plan *p, struct err *e)
{
    struct plan_image *img = VEC_ADD(p->images, p->n);

    if (!img)
        err_nomem(e);
    return img;
}

int plan_add_ref(struct plan_image *img, const char *name, struct err *e)
{
    CLEANUP(ref) struct ref ref = { 0 };
    AUTO_FREE char *full = NULL;
    int r = ref_parse(name, &ref, e);

    if (r < 0)
        return r;
    free(TAKE_PTR(ref.digest)); /* a tag is what is given */
    if (!ref.tag)
        ref.tag = strdup("latest");
    full = ref.tag ? ref_full(&ref) : NULL;
    if (!full || (!strv_has(img->refs, full) && strv_add(&img->refs, full) < 0))
        return err_nomem(e);
    return 0;
}

/* One layer a diff-id. */
static int set_diff_ids(struct plan_image *img, char *const *diff_ids, struct err *e)
{
    size_t n = strv_len(diff_ids);

    if (n == 0)
        return err_set(e, ERR_INVALID, "the image has no layers");
    if (n >= OVERLAY_LAYERS_MAX)
        return err_set(e, ERR_LIMIT, "%zu layers: a container can stack fewer than %d", n,
                       OVERLAY_LAYERS_MAX);
    img->layers = calloc(n, sizeof(*img->layers));
    if (!img->layers)
        return err_nomem(e);
    img->n_layers = n;
    for (size_t i = 0; i < n; i++) {
        img->layers[i].diff_id = strdup(diff_ids[i]);
        if (!img->layers[i].diff_id)
            return err_nomem(e);
    }
    return 0;
}

static char *platform_text(const char *os, const char *arch, const char *variant)
{
    return str_fmt("%s/%s%s%s", str_empty(os) ? "linux" : os, arch ? arch : "",
                   str_empty(variant) ? "" : "/", variant ? variant : "");
}

int plan_set_config(struct plan_image *img, char *text, size_t len, struct err *e)
{
    CLEANUP(image_config) struct image_config config = { 0 };
    char id[DIGEST_TEXT_MAX];

    img->config = text;
    img->config_len = len;
    int r = image_config_read(text, len, &config, e);
    if (r >= 0)
        r = digest_of("sha256", text, len, id, e);
    if (r < 0)
        return r;
    img->id = strdup(id);
    img->platform = platform_text(config.os, config.architecture, config.variant);
    return img->id && img->platform ? set_diff_ids(img, config.rootfs.diff_ids, e) : err_nomem(e);
}

/* Whoever says nothing of a variant fits any. */
static bool fits(const char *want, const char *have)
{
    size_t len = strlen(want);

    return str_starts(have, want) && (have[len] == '\0' || have[len] == '/');
}

/* Leaves out the images of other platforms than the one that was asked for. */
static int choose_images(const struct plan_platform *want, struct plan *p, struct err *e)
{
    AUTO_FREE char *text = platform_text(want->os, want->architecture, want->variant);
    AUTO_BUF struct buf have = { 0 };
    size_t kept = 0;

    if (!text)
        return err_nomem(e);
    for (size_t i = 0; i < p->n; i++) {
        const char *has = p->images[i].platform;
        if (fits(text, has) || fits(has, text)) {
            p->images[kept++] = p->images[i];
            continue;
        }
        buf_fmt(&have, "%s%s", have.len ? ", " : "", has);
        free_image(&p->images[i]);
    }
    p->n = kept;
    if (kept > 0)
        return 0;
    err_set(e, ERR_NOT_FOUND, "no image for platform %s", text);
    return err_hint(e, "the archive has: %s", have.data ? have.data : "nothing");
}

static int no_archive(const struct source *src, struct err *e)
{
    if (!source_find(src, "repositories"))
        return err_set(e, ERR_INVALID,
                       "no image archive: neither manifest.json nor index.json in it");
    err_set(e, ERR_UNSUPPORTED, "saved by a docker older than 1.10, without a manifest.json");
    return err_hint(e, "load it with a newer docker or podman, and save it again");
}

int plan_read(const struct source *src, const struct plan_platform *want, struct plan *ret,
              struct err *e)
{
    CLEANUP(plan) struct plan p = { 0 };
    int r;

    if (source_find(src, "manifest.json"))
        r = plan_docker(src, &p, e);
    else if (source_find(src, "index.json"))
        r = plan_oci(src, want, &p, e);
    else
        r = no_archive(src, e);
    if (r >= 0 && want->asked)
        r = choose_images(want, &p, e);
    if (r < 0)
        return r;
    *ret = p;
    p = (struct plan){ 0 };
    return 0;
}
