/* SPDX-License-Identifier: MIT */
/* The filters of `hako images -f KEY=VALUE`. */
#include "cli/image_filter.h"

#include "cli/rows.h"
#include "image/ref.h"
#include "oci/image.h"

#include <fnmatch.h>

typedef int (*set_fn)(struct image_filter *f, const char *value, const struct store *store,
                      struct err *e);

/* A pattern in the form that people read: "docker.io/library/busybox" is "busybox". */
static int set_reference(struct image_filter *f, const char *value, const struct store *store,
                         struct err *e)
{
    CLEANUP(ref) struct ref ref = { 0 };
    struct err ignored = ERR_INIT;
    AUTO_FREE char *shown = NULL;

    if (ref_parse(value, &ref, &ignored) == 0) {
        bool tagged = strrchr(value, ':') > strrchr(value, '/');
        shown = tagged ? ref_familiar(&ref) : ref_familiar_name(&ref);
    }
    return strv_add(&f->references, shown ? shown : value) < 0 ? err_nomem(e) : 0;
}

static int set_label(struct image_filter *f, const char *value, const struct store *store,
                     struct err *e)
{
    return strv_add(&f->labels, value) < 0 ? err_nomem(e) : 0;
}

static int set_dangling(struct image_filter *f, const char *value, const struct store *store,
                        struct err *e)
{
    bool yes = STREQ(value, "true") || STREQ(value, "1");

    if (!yes && !STREQ(value, "false") && !STREQ(value, "0"))
        return err_set(e, ERR_INVALID, "invalid filter 'dangling=%s'", value);
    f->dangling = yes ? 1 : -1;
    return 0;
}

static int created_of(const char *name, const struct store *store, int64_t *ret, struct err *e)
{
    CLEANUP(store_image) struct store_image *img = NULL;
    int r = store_find(store, name, &img, e);

    if (r >= 0)
        *ret = img->created;
    return r;
}

static int set_before(struct image_filter *f, const char *value, const struct store *store,
                      struct err *e)
{
    return created_of(value, store, &f->before, e);
}

static int set_since(struct image_filter *f, const char *value, const struct store *store,
                     struct err *e)
{
    return created_of(value, store, &f->since, e);
}

static const struct {
    const char *name;
    set_fn set;
} keys[] = {
    { "before", set_before },       { "dangling", set_dangling }, { "label", set_label },
    { "reference", set_reference }, { "since", set_since },
};

static int set_filter(struct image_filter *f, const char *text, const struct store *store,
                      struct err *e)
{
    size_t len = strcspn(text, "=");

    if (text[len] == '\0')
        return err_set(e, ERR_INVALID, "invalid filter '%s': expected KEY=VALUE", text);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strlen(keys[i].name) == len && memcmp(keys[i].name, text, len) == 0)
            return keys[i].set(f, text + len + 1, store, e);
    return err_set(e, ERR_INVALID, "invalid filter '%.*s'", (int)len, text);
}

int image_filter_parse(char *const *texts, const char *reference, const struct store *store,
                       struct image_filter *ret, struct err *e)
{
    CLEANUP(image_filter) struct image_filter f = { .before = INT64_MAX, .since = INT64_MIN };
    int r = reference ? set_reference(&f, reference, store, e) : 0;

    strv_foreach (text, texts)
        r = r < 0 ? r : set_filter(&f, *text, store, e);
    if (r < 0)
        return r;
    *ret = f;
    f = (struct image_filter){ 0 };
    return 0;
}

bool image_filter_match(const struct image_filter *f, const struct store_image *img)
{
    if (f->dangling && (f->dangling > 0) != !img->refs)
        return false;
    if (img->created >= f->before || img->created <= f->since)
        return false;
    strv_foreach (label, f->labels)
        if (!img->config || !rows_has_label(&img->config->config.labels, *label))
            return false;
    return true;
}

bool image_filter_match_ref(const struct image_filter *f, const char *full)
{
    CLEANUP(ref) struct ref ref = { 0 };
    struct err ignored = ERR_INIT;

    if (!f->references)
        return true;
    if (!full || ref_parse(full, &ref, &ignored) < 0)
        return false;
    AUTO_FREE char *tagged = ref_familiar(&ref);
    AUTO_FREE char *name = ref_familiar_name(&ref);
    strv_foreach (pattern, f->references)
        if ((name && fnmatch(*pattern, name, FNM_PATHNAME) == 0) ||
            (tagged && fnmatch(*pattern, tagged, FNM_PATHNAME) == 0))
            return true;
    return false;
}

void image_filter_free(struct image_filter *f)
{
    strv_free(f->references);
    strv_free(f->labels);
    *f = (struct image_filter){ 0 };
}
