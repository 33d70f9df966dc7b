/* SPDX-License-Identifier: MIT */
/* Parsing and printing of image references. */
#include "image/ref.h"

#include "base/str.h"

#include <ctype.h>
#include <string.h>

#define DEFAULT_DOMAIN "docker.io"
#define OFFICIAL_REPO  "library/"
#define TAG_MAX        128

static const struct {
    const char *name;
    size_t hex_len;
} algorithms[] = {
    { "sha256:", 64 },
    { "sha512:", 128 },
};

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_hex(const char *s, size_t len)
{
    return strspn(s, "0123456789abcdef") >= len;
}

bool ref_is_digest(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        const char *hex = str_after(text, algorithms[i].name);
        if (hex)
            return strlen(hex) == algorithms[i].hex_len && is_hex(hex, algorithms[i].hex_len);
    }
    return false;
}

const char *ref_digest_hex(const char *digest)
{
    const char *colon = strchr(digest, ':');

    return colon ? colon + 1 : digest;
}

bool ref_is_id(const char *text)
{
    const char *hex = str_after(text, "sha256:");
    size_t len;

    if (!hex)
        hex = text;
    len = strlen(hex);
    return len >= 1 && len <= 64 && is_hex(hex, len);
}

/* The length of a separator between two alphanumeric runs of a path component: one of "." "_"
 * "__" or any number of "-"; 0 for none. */
static size_t separator_len(const char *s)
{
    if (s[0] == '-')
        return strspn(s, "-");
    if (s[0] == '_')
        return s[1] == '_' ? 2 : 1;
    return s[0] == '.' ? 1 : 0;
}

static bool valid_path(const char *s)
{
    for (;;) {
        size_t len = 0;
        while (is_lower_alnum(s[len]))
            len++;
        if (len == 0)
            return false;
        s += len;
        if (*s == '\0')
            return true;
        size_t sep = *s == '/' ? 1 : separator_len(s);
        if (sep == 0)
            return false;
        s += sep;
    }
}

static bool valid_port(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

static bool valid_domain(const char *s)
{
    if (*s == '[') {
        const char *end = strchr(s, ']');
        if (!end || end == s + 1 || s + 1 + strspn(s + 1, "0123456789abcdefABCDEF:") != end)
            return false;
        return end[1] == '\0' || (end[1] == ':' && valid_port(end + 2));
    }
    for (bool start = true; *s && *s != ':'; s++) {
        bool last = s[1] == '\0' || s[1] == '.' || s[1] == ':';
        if (!isalnum((unsigned char)*s) && (*s != '-' || start || last) && (*s != '.' || start))
            return false;
        if (*s == '.' && last)
            return false;
        start = *s == '.';
    }
    return *s == '\0' || valid_port(s + 1);
}

static bool valid_tag(const char *s)
{
    size_t len = strlen(s);

    if (len == 0 || len > TAG_MAX || *s == '.' || *s == '-')
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("_.-", *s))
            return false;
    return true;
}

/* Where the first component of the name is a registry: its length, else 0. */
static size_t domain_len(const char *name)
{
    size_t len = strcspn(name, "/");

    if (name[len] == '\0')
        return 0;
    for (size_t i = 0; i < len; i++)
        if (strchr(".:[", name[i]) || isupper((unsigned char)name[i]))
            return len;
    return len == 9 && strncmp(name, "localhost", 9) == 0 ? len : 0;
}

static int bad(struct err *e, const char *text, const char *why)
{
    return err_set(e, ERR_INVALID, "invalid reference format: \"%s\"%s%s", text, why ? ": " : "",
                   why ? why : "");
}

/* Splits what stands before tag and digest into domain and path. */
static int split_name(const char *text, const char *name, struct ref *ret, struct err *e)
{
    size_t dlen = domain_len(name);
    const char *path = dlen ? name + dlen + 1 : name;

    if (dlen == 0 && strlen(name) == 64 && is_hex(name, 64))
        return bad(e, text, "a name cannot be 64 hexadecimal digits");
    ret->short_name = dlen == 0;
    ret->domain = dlen ? strndup(name, dlen) : strdup(DEFAULT_DOMAIN);
    if (ret->domain && STREQ(ret->domain, "index.docker.io"))
        str_set(&ret->domain, DEFAULT_DOMAIN);
    if (!ret->domain)
        return err_nomem(e);
    bool official = STREQ(ret->domain, DEFAULT_DOMAIN) && !strchr(path, '/');
    ret->path = str_fmt("%s%s", official ? OFFICIAL_REPO : "", path);
    if (!ret->path)
        return err_nomem(e);
    if (!valid_domain(ret->domain))
        return bad(e, text, "bad registry name");
    if (!valid_path(ret->path)) {
        for (const char *p = path; *p; p++)
            if (isupper((unsigned char)*p))
                return bad(e, text, "repository name must be lowercase");
        return bad(e, text, NULL);
    }
    if (strlen(ret->domain) + 1 + strlen(ret->path) > REF_NAME_MAX)
        return bad(e, text, "repository name must not be more than 255 characters");
    return 0;
}

static int parse_into(const char *text, char *name, struct ref *ret, struct err *e)
{
    char *at = strchr(name, '@');
    char *slash;
    char *colon;

    if (at) {
        *at = '\0';
        if (!ref_is_digest(at + 1))
            return bad(e, text, "bad digest");
        ret->digest = strdup(at + 1);
    }
    slash = strrchr(name, '/');
    colon = strchr(slash ? slash : name, ':');
    if (colon) {
        *colon = '\0';
        if (!valid_tag(colon + 1))
            return bad(e, text, "bad tag");
    }
    if (colon || !at)
        ret->tag = strdup(colon ? colon + 1 : "latest");
    if ((at && !ret->digest) || ((colon || !at) && !ret->tag))
        return err_nomem(e);
    return split_name(text, name, ret, e);
}

int ref_parse(const char *text, struct ref *ret, struct err *e)
{
    AUTO_FREE char *name = strdup(text);
    struct ref r = { 0 };

    *ret = r;
    if (!name)
        return err_nomem(e);
    int res = parse_into(text, name, &r, e);
    if (res < 0) {
        ref_free(&r);
        return res;
    }
    *ret = r;
    return 0;
}

void ref_free(struct ref *r)
{
    free(r->domain);
    free(r->path);
    free(r->tag);
    free(r->digest);
    *r = (struct ref){ 0 };
}

char *ref_familiar_name(const struct ref *r)
{
    if (!STREQ(r->domain, DEFAULT_DOMAIN))
        return str_fmt("%s/%s", r->domain, r->path);
    const char *official = str_after(r->path, OFFICIAL_REPO);
    return str_dup(official && !strchr(official, '/') ? official : r->path);
}

static char *with_suffix(const struct ref *r, const char *name)
{
    return str_fmt("%s%s%s%s%s", name, r->tag ? ":" : "", r->tag ? r->tag : "",
                   r->digest ? "@" : "", r->digest ? r->digest : "");
}

char *ref_full(const struct ref *r)
{
    AUTO_FREE char *name = str_fmt("%s/%s", r->domain, r->path);

    return name ? with_suffix(r, name) : NULL;
}

char *ref_familiar(const struct ref *r)
{
    AUTO_FREE char *name = ref_familiar_name(r);

    return name ? with_suffix(r, name) : NULL;
}

char *ref_shorten(const char *full)
{
    CLEANUP(ref) struct ref r = { 0 };
    struct err e = ERR_INIT;

    return ref_parse(full, &r, &e) < 0 ? str_dup(full) : ref_familiar(&r);
}
