/* SPDX-License-Identifier: MIT */
/* The nearest known name to a mistyped one: restricted edit distance with transpositions. */
#include "base/opt_row.h"

#include "base/str.h"

#define MAX_LEN 63

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* Optimal string alignment: insert, delete, replace, swap two neighbours; each costs 1. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
    unsigned rows[3][MAX_LEN + 2];

    for (size_t j = 0; j <= nb; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        unsigned *cur = rows[i % 3];
        const unsigned *above = rows[(i - 1) % 3];
        const unsigned *above2 = rows[(i + 1) % 3];
        cur[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned same = above[j - 1] + (a[i - 1] != b[j - 1]);
            cur[j] = min3(above[j] + 1, cur[j - 1] + 1, same);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && above2[j - 2] + 1 < cur[j])
                cur[j] = above2[j - 2] + 1;
        }
    }
    return rows[na % 3][nb];
}

void opt_near_offer(struct opt_near *n, const char *name, size_t len)
{
    size_t wlen = strlen(n->word);

    if (len == 0 || len > MAX_LEN || wlen == 0 || wlen > MAX_LEN)
        return;
    /* An abbreviation counts as one mistake; otherwise up to a third of the word may be wrong. */
    unsigned d = distance(n->word, wlen, name, len);
    if (wlen >= 3 && wlen < len && memcmp(n->word, name, wlen) == 0)
        d = 1;
    if (d > (wlen < 3 ? 1 : wlen / 3) || (n->best[0] && d >= n->distance))
        return;
    n->distance = d;
    memcpy(n->best, name, len);
    n->best[len] = '\0';
}
