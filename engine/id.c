/* SPDX-License-Identifier: MIT */
/* Random ids and random names. */
#include "engine/id.h"

#include "base/mem.h"
#include "base/str.h"

#include <ctype.h>
#include <sys/random.h>

static const char *const colours[] = {
    "amber",  "azure",  "bold",   "brave",  "bright",  "brisk",  "calm",   "clear",
    "clever", "cosy",   "crisp",  "curly",  "dapper",  "deft",   "eager",  "early",
    "fair",   "fancy",  "fleet",  "fresh",  "gentle",  "glad",   "golden", "grand",
    "happy",  "hardy",  "honest", "humble", "jade",    "jolly",  "keen",   "kind",
    "light",  "lively", "loyal",  "lucid",  "lucky",   "mellow", "merry",  "mild",
    "neat",   "nimble", "noble",  "olive",  "patient", "plain",  "polite", "proud",
    "quick",  "quiet",  "rapid",  "ready",  "rosy",    "sharp",  "silent", "silver",
    "smart",  "snug",   "solid",  "steady", "sunny",   "swift",  "tidy",   "warm",
};

static const char *const things[] = {
    "acorn",  "anchor",  "badger",  "bamboo", "basket", "beacon", "bell",   "birch",
    "bridge", "brook",   "canoe",   "cedar",  "chest",  "cloud",  "clover", "comet",
    "crane",  "crate",   "daisy",   "dune",   "falcon", "fern",   "finch",  "forest",
    "garden", "harbor",  "heron",   "hill",   "island", "ivy",    "kettle", "kite",
    "lake",   "lantern", "lark",    "leaf",   "lotus",  "maple",  "marble", "meadow",
    "moss",   "orchid",  "otter",   "paper",  "pebble", "pine",   "plum",   "pond",
    "quartz", "raven",   "reed",    "river",  "robin",  "sail",   "shell",  "sparrow",
    "stone",  "tea",     "thistle", "valley", "walnut", "willow", "wren",   "zephyr",
};

static int random_bytes(void *buf, size_t len, struct err *e)
{
    if (getrandom(buf, len, 0) != (ssize_t)len)
        return err_sys(e, "getrandom", NULL);
    return 0;
}

int id_new(char *ret, struct err *e)
{
    unsigned char bytes[ID_LEN / 2];

    int r = random_bytes(bytes, sizeof(bytes), e);
    if (r < 0)
        return r;
    str_hex(bytes, sizeof(bytes), ret);
    return 0;
}

int id_random_name(unsigned tries, char *ret, struct err *e)
{
    unsigned char pick[4];

    int r = random_bytes(pick, sizeof(pick), e);
    if (r < 0)
        return r;
    const char *colour = colours[pick[0] % ARRAY_LEN(colours)];
    const char *thing = things[pick[1] % ARRAY_LEN(things)];
    if (tries < 3)
        snprintf(ret, ID_NAME_MAX, "%s_%s", colour, thing);
    else
        snprintf(ret, ID_NAME_MAX, "%s_%s%d", colour, thing, pick[2] * 256 + pick[3]);
    return 0;
}

int id_check_name(const char *name, struct err *e)
{
    bool ok = isalnum((unsigned char)name[0]) && name[1] != '\0' && strlen(name) <= 255;

    for (const char *p = name; ok && *p; p++)
        ok = isalnum((unsigned char)*p) || str_has("_.-", *p);
    if (!ok)
        return err_set(e, ERR_INVALID,
                       "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, "
                       "2 to 255 characters",
                       name);
    return 0;
}

bool id_is_prefix(const char *s)
{
    size_t len = strspn(s, "0123456789abcdef");

    return len > 0 && len <= ID_LEN && s[len] == '\0';
}

bool id_is_whole(const char *s)
{
    return strlen(s) == ID_LEN && id_is_prefix(s);
}
