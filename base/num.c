/* SPDX-License-Identifier: MIT */
/* Numbers as people write them. */
#include "base/num.h"

#include "base/mem.h"
#include "base/str.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>

#define NANO 1000000000LL

static int bad(struct err *e, const char *s, const char *wanted)
{
    return err_set(e, ERR_INVALID, "invalid value \"%s\": expected %s", s, wanted);
}

int num_i64(const char *s, int64_t min, int64_t max, int64_t *ret, struct err *e)
{
    char *end;

    errno = 0;
    intmax_t v = strtoimax(s, &end, 10);
    if (end == s || *end != '\0' || isspace((unsigned char)*s) || *s == '+')
        return bad(e, s, "an integer");
    if (errno == ERANGE || v < min || v > max)
        return err_set(e, ERR_INVALID,
                       "invalid value \"%s\": out of range (%" PRId64 " to %" PRId64 ")", s, min,
                       max);
    *ret = v;
    return 0;
}

int num_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret, struct err *e)
{
    char *end;

    errno = 0;
    uintmax_t v = strtoumax(s, &end, 10);
    if (end == s || *end != '\0' || !isdigit((unsigned char)*s))
        return bad(e, s, "a non-negative integer");
    if (errno == ERANGE || v < min || v > max)
        return err_set(e, ERR_INVALID,
                       "invalid value \"%s\": out of range (%" PRIu64 " to %" PRIu64 ")", s, min,
                       max);
    *ret = v;
    return 0;
}

int num_octal(const char *s, uint32_t max, uint32_t *ret, struct err *e)
{
    uint64_t v = 0;

    if (*s == '\0')
        return bad(e, s, "octal digits");
    for (const char *p = s; *p; p++) {
        if (*p < '0' || *p > '7')
            return bad(e, s, "octal digits");
        v = v * 8 + (uint64_t)(*p - '0');
        if (v > max)
            return err_set(e, ERR_INVALID, "invalid value \"%s\": at most 0%o", s, max);
    }
    *ret = (uint32_t)v;
    return 0;
}

/* Digits with an optional fraction; the fraction is kept in units of 1e-9. Returns what follows,
 * or NULL when there is no number or it does not fit. */
static const char *decimal(const char *s, int64_t *ret_whole, int64_t *ret_nano)
{
    int64_t whole = 0;
    int64_t nano = 0;
    int64_t unit = NANO / 10;
    const char *p = s;

    for (; isdigit((unsigned char)*p); p++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, *p - '0', &whole))
            return NULL;
    bool digits = p > s;
    if (*p == '.') {
        for (p++; isdigit((unsigned char)*p); p++, unit /= 10) {
            nano += unit * (*p - '0');
            digits = true;
        }
    }
    *ret_whole = whole;
    *ret_nano = nano;
    return digits ? p : NULL;
}

/* whole.nano times `unit`, or -1 when it does not fit. */
static int64_t scaled(int64_t whole, int64_t nano, int64_t unit)
{
    int64_t v;

    if (__builtin_mul_overflow(whole, unit, &v))
        return -1;
    __int128 part = (__int128)nano * unit / NANO;
    if (__builtin_add_overflow(v, (int64_t)part, &v))
        return -1;
    return v;
}

/* The exponent of 1024 that a size's suffix stands for, or -1. */
static int size_power(const char *suffix)
{
    static const char letters[] = "bkmgtp";
    char c = (char)tolower((unsigned char)*suffix);
    const char *at = c ? strchr(letters, c) : letters;

    if (!at)
        return -1;
    if (c == '\0' || (c == 'b' && suffix[1] == '\0'))
        return 0;
    if (c == 'b')
        return -1;
    const char *rest = suffix + 1;
    if (*rest == 'i')
        rest++;
    if (tolower((unsigned char)*rest) == 'b')
        rest++;
    else if (rest[-1] == 'i' && rest - suffix == 2)
        return -1;
    return *rest == '\0' ? (int)(at - letters) : -1;
}

int num_size(const char *s, int64_t *ret, struct err *e)
{
    int64_t whole;
    int64_t nano;
    const char *suffix = decimal(s, &whole, &nano);

    while (suffix && *suffix == ' ')
        suffix++;
    int power = suffix ? size_power(suffix) : -1;
    if (power < 0)
        return bad(e, s, "a size such as 512, 64k, 100m or 1.5g");
    int64_t v = scaled(whole, nano, 1LL << (10 * power));
    if (v < 0)
        return bad(e, s, "a size below 8 EiB");
    *ret = v;
    return 0;
}

static int64_t duration_unit(const char **p)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        { "ns", 1 },   { "us", 1000 },     { "µs", 1000 },       { "ms", 1000000 },
        { "s", NANO }, { "m", 60 * NANO }, { "h", 3600 * NANO },
    };
    size_t len = strcspn(*p, "0123456789.");

    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (strlen(units[i].name) == len && strncmp(units[i].name, *p, len) == 0) {
            *p += len;
            return units[i].ns;
        }
    }
    return 0;
}

int num_duration(const char *s, int64_t *ret_ns, struct err *e)
{
    static const char wanted[] = "a duration such as 10, 500ms, 30s or 1m30s";
    int64_t sum = 0;
    const char *p = s;

    if (*p == '\0')
        return bad(e, s, wanted);
    while (*p) {
        int64_t whole;
        int64_t nano;
        const char *unit = decimal(p, &whole, &nano);
        if (!unit)
            return bad(e, s, wanted);
        int64_t ns = *unit == '\0' && p == s ? NANO : duration_unit(&unit);
        int64_t part = ns ? scaled(whole, nano, ns) : -1;
        if (part < 0 || __builtin_add_overflow(sum, part, &sum))
            return bad(e, s, wanted);
        p = unit;
    }
    *ret_ns = sum;
    return 0;
}

int num_nano(const char *s, int64_t *ret, struct err *e)
{
    int64_t whole;
    int64_t nano;
    const char *end = decimal(s, &whole, &nano);
    int64_t v = end && *end == '\0' ? scaled(whole, nano, NANO) : -1;

    if (v < 0)
        return bad(e, s, "a decimal number such as 0.5 or 2");
    *ret = v;
    return 0;
}

/* Divides by `base` until it is below; how often. */
static size_t scale_down(double *v, double base, size_t max)
{
    size_t i = 0;

    for (; *v >= base && i < max; i++)
        *v /= base;
    return i;
}

const char *num_size_text(uint64_t bytes, char *buf, size_t len)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
    double v = (double)bytes;
    size_t i = scale_down(&v, 1000, ARRAY_LEN(units) - 1);

    snprintf(buf, len, "%.3g%s", v < 999.5 ? v : floor(v), units[i]);
    return buf;
}

const char *num_memory_text(uint64_t bytes, char *buf, size_t len)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double v = (double)bytes;
    size_t i = scale_down(&v, 1024, ARRAY_LEN(units) - 1);

    snprintf(buf, len, "%.4g%s", v, units[i]);
    return buf;
}

const char *num_age_text(int64_t seconds, char *buf, size_t len)
{
    static const struct {
        int64_t below; /* seconds */
        int64_t unit;  /* 0: the text as it stands */
        const char *text;
    } steps[] = {
        { 1, 0, "Less than a second" },
        { 2, 0, "1 second" },
        { 60, 1, "seconds" },
        { 120, 0, "About a minute" },
        { 3600, 60, "minutes" },
        { 5400, 0, "About an hour" },
        { 48 * 3600, 3600, "hours" },
        { 14 * 86400, 86400, "days" },
        { 60 * 86400, 7 * 86400, "weeks" },
        { 730 * 86400LL, 30 * 86400, "months" },
        { INT64_MAX, 365 * 86400, "years" },
    };
    size_t i = 0;

    if (seconds >= 5400)
        seconds = (seconds + 1800) / 3600 * 3600;
    while (seconds >= steps[i].below && i + 1 < ARRAY_LEN(steps))
        i++;
    if (steps[i].unit == 0)
        snprintf(buf, len, "%s", steps[i].text);
    else
        snprintf(buf, len, "%" PRId64 " %s", seconds / steps[i].unit, steps[i].text);
    return buf;
}
