/* SPDX-License-Identifier: MIT */
/* Digests by libcrypto. */
/* OpenSSL has a type of this name, base/err.h an enumerator. */
#define ERR_STATE openssl_err_state
#include <openssl/evp.h>
#undef ERR_STATE

#include "base/mem.h"
#include "base/str.h"
#include "image/tool/digest.h"

struct digest {
    EVP_MD_CTX *ctx;
    const char *name;
    bool failed;
};

static const struct {
    const char *name;
    const EVP_MD *(*md)(void);
} algorithms[] = {
    { "sha256", EVP_sha256 },
    { "sha512", EVP_sha512 },
};

int digest_new(const char *like, struct digest **ret, struct err *e)
{
    size_t len = strcspn(like, ":");

    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        const char *name = algorithms[i].name;
        if (strlen(name) != len || strncmp(name, like, len) != 0)
            continue;
        struct digest *d = calloc(1, sizeof(*d));
        if (!d)
            return err_nomem(e);
        d->name = name;
        d->ctx = EVP_MD_CTX_new();
        if (!d->ctx || EVP_DigestInit_ex(d->ctx, algorithms[i].md(), NULL) != 1) {
            digest_free(d);
            return err_nomem(e);
        }
        *ret = d;
        return 0;
    }
    return err_set(e, ERR_UNSUPPORTED, "digest \"%s\": unknown algorithm", like);
}

void digest_add(struct digest *d, const void *data, size_t len)
{
    if (EVP_DigestUpdate(d->ctx, data, len) != 1)
        d->failed = true;
}

void digest_text(struct digest *d, char out[DIGEST_TEXT_MAX])
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char hex[2 * EVP_MAX_MD_SIZE + 1];

    out[0] = '\0';
    if (d->failed || EVP_DigestFinal_ex(d->ctx, raw, &len) != 1)
        return;
    str_hex(raw, len, hex);
    snprintf(out, DIGEST_TEXT_MAX, "%s:%s", d->name, hex);
}

void digest_free(struct digest *d)
{
    if (!d)
        return;
    EVP_MD_CTX_free(d->ctx);
    free(d);
}

int digest_of(const char *like, const void *data, size_t len, char out[DIGEST_TEXT_MAX],
              struct err *e)
{
    struct digest *d = NULL;
    int r = digest_new(like, &d, e);

    if (r < 0)
        return r;
    digest_add(d, data, len);
    digest_text(d, out);
    digest_free(d);
    return 0;
}
