/* SPDX-License-Identifier: MIT */
/* The filters of `hako ps -f KEY=VALUE`. */
#include "cli/ps_filter.h"

#include "base/num.h"
#include "base/str.h"
#include "cli/ps_row.h"
#include "cli/rows.h"

#include <regex.h>

/* What a filter needs beside its text; which of it is set depends on the key. */
struct ps_filter_state {
    regex_t regex;
    bool has_regex;
    int64_t number;
    struct store_image *image;
};

struct lookup {
    const struct container_list *list;
    const struct store *store;
};

struct ps_filter_key {
    const char *name;
    bool all;       /* it speaks of stopped containers too */
    bool and_again; /* given twice, both must hold */
    int (*resolve)(struct ps_filter *f, const struct lookup *l, struct err *e); /* may be NULL */
    bool (*match)(const struct ps_filter *f, const struct container_info *c);
};

static int resolve_regex(struct ps_filter *f, const struct lookup *l, struct err *e)
{
    int r = regcomp(&f->state->regex, f->value, REG_EXTENDED | REG_NOSUB);

    if (r != 0)
        return err_set(e, ERR_INVALID, "invalid filter '%s=%s': bad regular expression",
                       f->key->name, f->value);
    f->state->has_regex = true;
    return 0;
}

static bool matches(const struct ps_filter *f, const char *text)
{
    return text && regexec(&f->state->regex, text, 0, NULL, 0) == 0;
}

static bool match_id(const struct ps_filter *f, const struct container_info *c)
{
    return matches(f, c->record.id);
}

/* docker's names start with a slash; people's patterns know it ("^/web$"). */
static bool match_name(const struct ps_filter *f, const struct container_info *c)
{
    AUTO_FREE char *slashed = str_fmt("/%s", c->record.name);

    return matches(f, c->record.name) || matches(f, slashed);
}

static bool match_label(const struct ps_filter *f, const struct container_info *c)
{
    return rows_has_label(&c->record.labels, f->value);
}

static int resolve_number(struct ps_filter *f, const struct lookup *l, struct err *e)
{
    int r = num_i64(f->value, 0, 255, &f->state->number, e);

    return r < 0 ? err_wrap(e, "invalid filter '%s=%s'", f->key->name, f->value) : 0;
}

static bool match_exited(const struct ps_filter *f, const struct container_info *c)
{
    return c->status.state == RECORD_STOPPED && c->status.exit_code == f->state->number;
}

static int resolve_status(struct ps_filter *f, const struct lookup *l, struct err *e)
{
    static const char *const states[] = { "created", "restarting", "running", "removing",
                                          "paused",  "exited",     "dead" };

    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (STREQ(states[i], f->value))
            return 0;
    return err_set(e, ERR_INVALID, "invalid filter 'status=%s'", f->value);
}

static bool match_status(const struct ps_filter *f, const struct container_info *c)
{
    return STREQ(ps_row_state(c), f->value);
}

/* The image itself, by name or id, and what was made from it, by its layers. */
static int resolve_ancestor(struct ps_filter *f, const struct lookup *l, struct err *e)
{
    int r = store_find(l->store, f->value, &f->state->image, e);

    if (r != -ERR_NOT_FOUND)
        return r;
    err_clear(e);
    return 0;
}

static bool match_ancestor(const struct ps_filter *f, const struct container_info *c)
{
    const struct store_image *image = f->state->image;
    char *const *have = c->record.layers;

    if (!image)
        return STREQ(c->record.image ? c->record.image : "", f->value);
    if (STREQ(c->record.image_id, image->id))
        return true;
    strv_foreach (layer, image->diff_ids) {
        if (!have || !*have || !STREQ(*have, *layer))
            return false;
        have++;
    }
    return image->diff_ids != NULL;
}

static const struct container_info *find(const struct container_list *list, const char *name)
{
    const struct container_info *by_id = NULL;

    for (size_t i = 0; i < list->count; i++) {
        const struct container_info *c = &list->items[i];
        if (STREQ(c->record.name, name))
            return c;
        if (*name && str_starts(c->record.id, name))
            by_id = c;
    }
    return by_id;
}

static int resolve_time(struct ps_filter *f, const struct lookup *l, struct err *e)
{
    const struct container_info *c = find(l->list, f->value);

    if (!c)
        return err_set(e, ERR_NOT_FOUND, "No such container: %s", f->value);
    f->state->number = c->record.created;
    return 0;
}

static bool match_before(const struct ps_filter *f, const struct container_info *c)
{
    return c->record.created < f->state->number;
}

static bool match_since(const struct ps_filter *f, const struct container_info *c)
{
    return c->record.created > f->state->number;
}

static bool match_network(const struct ps_filter *f, const struct container_info *c)
{
    for (size_t i = 0; i < c->record.n_networks; i++)
        if (STREQ(c->record.networks[i].name, f->value))
            return true;
    return STREQ(c->record.network_mode ? c->record.network_mode : "", f->value);
}

static bool match_volume(const struct ps_filter *f, const struct container_info *c)
{
    for (size_t i = 0; i < c->record.n_mounts; i++) {
        const struct record_mount *m = &c->record.mounts[i];
        const char *name = m->name ? m->name : m->source;
        if (STREQ(m->destination, f->value) || (name && STREQ(name, f->value)))
            return true;
    }
    return false;
}

static const struct ps_filter_key keys[] = {
    { "ancestor", false, false, resolve_ancestor, match_ancestor },
    { "before", true, false, resolve_time, match_before },
    { "exited", true, false, resolve_number, match_exited },
    { "id", false, false, resolve_regex, match_id },
    { "label", false, true, NULL, match_label },
    { "name", false, false, resolve_regex, match_name },
    { "network", false, false, NULL, match_network },
    { "since", true, false, resolve_time, match_since },
    { "status", true, false, resolve_status, match_status },
    { "volume", false, false, NULL, match_volume },
};

static const struct ps_filter_key *key_of(const char *text, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strlen(keys[i].name) == len && memcmp(keys[i].name, text, len) == 0)
            return &keys[i];
    return NULL;
}

int ps_filters_parse(char *const *texts, struct ps_filters *ret, struct err *e)
{
    CLEANUP(ps_filters) struct ps_filters f = { 0 };

    f.items = calloc(strv_len(texts) + 1, sizeof(*f.items));
    if (!f.items)
        return err_nomem(e);
    strv_foreach (text, texts) {
        struct ps_filter *item = &f.items[f.count];
        size_t len = strcspn(*text, "=");
        if ((*text)[len] == '\0')
            return err_set(e, ERR_INVALID, "invalid filter '%s': expected KEY=VALUE", *text);
        item->key = key_of(*text, len);
        if (!item->key)
            return err_set(e, ERR_INVALID, "invalid filter '%.*s'", (int)len, *text);
        item->value = *text + len + 1;
        item->state = calloc(1, sizeof(*item->state));
        if (!item->state)
            return err_nomem(e);
        f.all |= item->key->all;
        f.count++;
    }
    *ret = f;
    f = (struct ps_filters){ 0 };
    return 0;
}

int ps_filters_resolve(struct ps_filters *f, const struct container_list *list,
                       const struct store *store, struct err *e)
{
    const struct lookup l = { list, store };

    for (size_t i = 0; i < f->count; i++) {
        struct ps_filter *item = &f->items[i];
        int r = item->key->resolve ? item->key->resolve(item, &l, e) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

/* True when the filters of one key let the container through. */
static bool match_key(const struct ps_filters *f, const struct ps_filter_key *key,
                      const struct container_info *c)
{
    bool any = false;
    bool given = false;

    for (size_t i = 0; i < f->count; i++) {
        const struct ps_filter *item = &f->items[i];
        if (item->key != key)
            continue;
        bool match = key->match(item, c);
        if (key->and_again && !match)
            return false;
        given = true;
        any |= match;
    }
    return any || !given;
}

bool ps_filters_match(const struct ps_filters *f, const struct container_info *c)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (!match_key(f, &keys[i], c))
            return false;
    return true;
}

void ps_filters_free(struct ps_filters *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->items[i].state->has_regex)
            regfree(&f->items[i].state->regex);
        store_image_free(f->items[i].state->image);
        free(f->items[i].state);
    }
    free(f->items);
    *f = (struct ps_filters){ 0 };
}
