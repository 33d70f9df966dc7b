/* SPDX-License-Identifier: MIT */
/* Points in time as people write and read them. */
#include "cli/moment.h"

#include "base/num.h"
#include "base/str.h"
#include "base/utc.h"

#include <ctype.h>
#include <stdio.h>
#include <time.h>

#define NANO 1000000000LL

const char *moment_text(int64_t ns, char buf[static MOMENT_MAX])
{
    char s[UTC_TEXT_MAX];

    snprintf(buf, MOMENT_MAX, "%s.%09lldZ", utc_text(ns / NANO, s), (long long)(ns % NANO));
    return buf;
}

const char *moment_list_text(int64_t ns, char buf[static MOMENT_MAX])
{
    time_t s = (time_t)(ns / NANO);
    struct tm tm;

    strftime(buf, MOMENT_MAX, "%Y-%m-%d %H:%M:%S %z %Z", localtime_r(&s, &tm));
    return buf;
}

/* ".5" and the like after a point; returns what follows the digits. */
static const char *fraction(const char *p, int64_t *ret_ns)
{
    int64_t unit = NANO / 10;

    *ret_ns = 0;
    for (; isdigit((unsigned char)*p); p++, unit /= 10)
        *ret_ns += unit * (*p - '0');
    return p;
}

/* Seconds since 1970, with a fraction perhaps. */
static bool unix_time(const char *text, int64_t *ret_ns)
{
    char *end;
    int64_t ns = 0;

    errno = 0;
    long long s = strtoll(text, &end, 10);
    if (end == text || !isdigit((unsigned char)*text) || errno != 0 || s > INT64_MAX / NANO - 1)
        return false;
    const char *rest = *end == '.' ? fraction(end + 1, &ns) : end;
    *ret_ns = s * NANO + ns;
    return *rest == '\0';
}

/* "Z", "+02:00" or nothing: local time. */
static bool zone(const char *p, struct tm *tm, time_t *ret)
{
    int hours;
    int minutes;
    char sign;
    int used = 0;

    tm->tm_isdst = -1;
    if (*p == '\0') {
        *ret = mktime(tm);
        return true;
    }
    *ret = timegm(tm);
    if (STREQ(p, "Z"))
        return true;
    if (sscanf(p, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || p[used] != '\0' ||
        !str_has("+-", sign))
        return false;
    *ret += (sign == '+' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static bool calendar_time(const char *text, int64_t *ret_ns)
{
    static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H",
                                           "%Y-%m-%d" };

    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct tm tm = { 0 };
        const char *rest = strptime(text, formats[i], &tm);
        int64_t ns = 0;
        time_t s;
        if (!rest)
            continue;
        if (*rest == '.' && i == 0)
            rest = fraction(rest + 1, &ns);
        if (!zone(rest, &tm, &s))
            continue;
        *ret_ns = (int64_t)s * NANO + ns;
        return true;
    }
    return false;
}

int moment_parse(const char *text, int64_t *ret_ns, struct err *e)
{
    struct err ignored = ERR_INIT;
    struct timespec now;
    int64_t ns;

    if (str_empty(text)) {
        *ret_ns = 0;
        return 0;
    }
    if (unix_time(text, ret_ns) || calendar_time(text, ret_ns))
        return 0;
    if (num_duration(text, &ns, &ignored) < 0)
        return err_set(e, ERR_INVALID,
                       "\"%s\" is neither a time such as 2026-01-02T13:23:37Z nor a duration such "
                       "as 42m",
                       text);
    clock_gettime(CLOCK_REALTIME, &now);
    *ret_ns = now.tv_sec * NANO + now.tv_nsec - ns;
    return 0;
}
