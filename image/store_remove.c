/* SPDX-License-Identifier: MIT */
/* Changing the store's tags, and removal of images by docker's rules. */
#include "base/str.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/ref.h"
#include "image/scratch.h"
#include "image/store.h"
#include "image/sweep.h"

/* One removal, with the store's lock held. */
struct removal {
    struct store *s;
    struct image_index idx;
    bool force;
    const struct store_use *uses;
    size_t n_uses;
    char *id;    /* the image's */
    char **refs; /* all references of the image */
    struct buf *report;
};

static void removal_free(struct removal *rm)
{
    image_index_free(&rm->idx);
    free(rm->id);
    strv_free(rm->refs);
}
DEFINE_CLEANUP(struct removal, removal, removal_free(p))

/* Asked before anything is locked or made: most failures are mistyped names. */
static int check_exists(const struct store *s, const char *text, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    bool by_id;
    int r = layout_read(s, &idx, e);

    return r < 0 ? r : store_find_entry(s, &idx, text, &by_id, e);
}

int store_tag(struct store *s, const char *text, const char *new_ref, struct err *e)
{
    CLEANUP(image_index) struct image_index idx = { 0 };
    CLEANUP(ref) struct ref ref = { 0 };
    AUTO_FREE char *full = NULL;
    AUTO_FD int lock = -1;
    bool by_id;
    int r = ref_parse(new_ref, &ref, e);

    if (r < 0)
        return r;
    if (ref.digest)
        return err_set(e, ERR_INVALID, "refusing to create a tag with a digest reference");
    full = ref_full(&ref);
    if (!full)
        return err_nomem(e);
    r = check_exists(s, text, e);
    if (r >= 0)
        r = scratch_lock_store(s, &lock, e);
    if (r >= 0)
        r = layout_read(s, &idx, e);
    int i = r < 0 ? r : store_find_entry(s, &idx, text, &by_id, e);
    if (i < 0)
        return i;
    CLEANUP(image_descriptor) struct image_descriptor d = { 0 };
    r = json_copy(&image_descriptor_table, &d, &idx.manifests[i], e);
    if (r >= 0)
        r = layout_set_ref(s, &idx, &d, full, e);
    return r < 0 ? r : layout_write(s, &idx, e);
}

/* A container that uses the image: a running one if there is any. NULL: none. */
static const struct store_use *user_of(const struct removal *rm)
{
    const struct store_use *found = NULL;

    for (size_t i = 0; i < rm->n_uses; i++)
        if (STREQ(rm->uses[i].image_id, rm->id) && (!found || rm->uses[i].running))
            found = &rm->uses[i];
    return found;
}

static bool is_of_image(const struct removal *rm, const struct image_descriptor *d)
{
    AUTO_FREE char *id = NULL;
    struct err ignored = ERR_INIT;

    return layout_entry_id(rm->s, d, &id, &ignored) >= 0 && STREQ(id, rm->id);
}

static int collect_refs(struct removal *rm, struct err *e)
{
    for (size_t i = 0; i < rm->idx.n_manifests; i++) {
        if (!is_of_image(rm, &rm->idx.manifests[i]))
            continue;
        AUTO_FREE char *ref = layout_entry_ref(&rm->idx.manifests[i]);
        if (ref && strv_add(&rm->refs, ref) < 0)
            return err_nomem(e);
    }
    return 0;
}

/* True when all references are tags of one repository, and there is at most one of them. */
static bool one_repository(const struct removal *rm)
{
    return strv_len(rm->refs) <= 1;
}

static int conflict(const struct removal *rm, bool can_force, const char *why, const char *who,
                    struct err *e)
{
    return err_set(e, ERR_IN_USE, "conflict: unable to delete %.12s (%s) - image is %s%s%s",
                   ref_digest_hex(rm->id), can_force ? "must be forced" : "cannot be forced", why,
                   who ? " " : "", who ? who : "");
}

/* Whether the image as a whole may go. */
static int check_conflicts(const struct removal *rm, bool by_id, struct err *e)
{
    const struct store_use *u = user_of(rm);

    if (u && u->running)
        return conflict(rm, false, "being used by running container", u->container, e);
    if (by_id && !rm->force && !one_repository(rm))
        return conflict(rm, true, "referenced in multiple repositories", NULL, e);
    if (u && !rm->force)
        return conflict(rm, true, "being used by stopped container", u->container, e);
    return 0;
}

static void report_untagged(struct removal *rm, const char *full)
{
    AUTO_FREE char *name = ref_shorten(full);

    buf_fmt(rm->report, "Untagged: %s\n", name ? name : full);
}

/* Takes all entries of the image out of the index. */
static void drop_entries(struct removal *rm)
{
    strv_foreach (ref, rm->refs)
        report_untagged(rm, *ref);
    for (size_t i = rm->idx.n_manifests; i > 0; i--)
        if (is_of_image(rm, &rm->idx.manifests[i - 1]))
            layout_drop_entry(&rm->idx, i - 1);
    buf_fmt(rm->report, "Deleted: %s\n", rm->id);
}

/* rmi by a name: only the last name takes the image with it. */
static int remove_ref(struct removal *rm, size_t i, struct err *e)
{
    AUTO_FREE char *full = layout_entry_ref(&rm->idx.manifests[i]);
    const struct store_use *u = user_of(rm);
    struct err ignored = ERR_INIT;

    if (!full)
        return err_nomem(e);
    if (strv_len(rm->refs) > 1) {
        report_untagged(rm, full);
        layout_drop_entry(&rm->idx, i);
        return 0;
    }
    if (u && !rm->force) {
        AUTO_FREE char *name = ref_shorten(full);
        return err_set(e, ERR_IN_USE,
                       "conflict: unable to remove repository reference \"%s\" (must force) - "
                       "container %s is using its referenced image %.12s",
                       name ? name : full, u->container, ref_digest_hex(rm->id));
    }
    /* What cannot go even by force stays, without a name. */
    if (check_conflicts(rm, false, &ignored) < 0) {
        report_untagged(rm, full);
        json_map_del(&rm->idx.manifests[i].annotations, IMAGE_REF_NAME);
        return 0;
    }
    drop_entries(rm);
    return 0;
}

static int remove_id(struct removal *rm, struct err *e)
{
    int r = check_conflicts(rm, true, e);

    if (r >= 0)
        drop_entries(rm);
    return r;
}

/* Everything that images, containers and loads under way still need. */
static int mark_needed(const struct removal *rm, struct sweep_marks *m, struct err *e)
{
    AUTO_STRV char **pins = NULL;
    int r = sweep_mark_index(rm->s, &rm->idx, m, e);

    for (size_t i = 0; i < rm->n_uses; i++)
        strv_foreach (key, rm->uses[i].layers)
            if (r >= 0)
                r = sweep_mark(m, ref_digest_hex(*key), e);
    if (r >= 0)
        r = scratch_pins(rm->s, &pins, e);
    strv_foreach (pin, pins)
        if (r >= 0)
            r = sweep_mark(m, *pin, e);
    sweep_seal(m);
    return r;
}

/* Writes the index and moves away what it no longer reaches. */
static int finish(struct removal *rm, struct scratch *trash, struct err *e)
{
    CLEANUP(sweep_marks) struct sweep_marks marks = { 0 };
    int r = layout_write(rm->s, &rm->idx, e);

    if (r >= 0)
        r = scratch_make(rm->s, "trash", trash, e);
    if (r >= 0)
        r = mark_needed(rm, &marks, e);
    return r < 0 ? r : sweep_store(rm->s, &marks, trash, rm->report, e);
}

static int remove_locked(struct removal *rm, const char *text, store_uses_fn uses, void *arg,
                         struct scratch *trash, struct err *e)
{
    bool by_id;
    int r = layout_read(rm->s, &rm->idx, e);
    int i = r < 0 ? r : store_find_entry(rm->s, &rm->idx, text, &by_id, e);

    if (i < 0)
        return i;
    r = layout_entry_id(rm->s, &rm->idx.manifests[i], &rm->id, e);
    if (r >= 0)
        r = collect_refs(rm, e);
    if (r >= 0 && uses)
        r = uses(arg, &rm->uses, &rm->n_uses, e);
    if (r >= 0)
        r = by_id ? remove_id(rm, e) : remove_ref(rm, (size_t)i, e);
    return r < 0 ? r : finish(rm, trash, e);
}

int store_remove(struct store *s, const char *text, unsigned flags, store_uses_fn uses, void *arg,
                 struct buf *report, struct err *e)
{
    CLEANUP(removal)
    struct removal rm = { .s = s, .force = flags & STORE_REMOVE_FORCE, .report = report };
    struct scratch trash = { .fd = -1, .lock_fd = -1 };
    int lock = -1;

    int r = check_exists(s, text, e);

    if (r >= 0)
        r = scratch_lock_store(s, &lock, e);
    if (r >= 0)
        r = remove_locked(&rm, text, uses, arg, &trash, e);
    mem_close(&lock);
    scratch_drop(s, &trash);
    return r;
}
