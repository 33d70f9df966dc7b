/* SPDX-License-Identifier: MIT */
/* Universal time as text: what gmtime_r(3) and strftime(3) make, without reading /etc/localtime. */
#include "base/utc.h"

#include <stdio.h>
#include <time.h>

#define DAY       86400
#define CENTURIES 146097 /* days in 400 years */

/* Years start in March here, so that the day that some of them have more is their last one. */
struct date {
    int year, month, day;
};

static struct date date_of(int64_t days)
{
    int64_t d = days + 719468; /* since 0000-03-01 */
    int64_t era = (d >= 0 ? d : d - CENTURIES + 1) / CENTURIES;
    int64_t of_era = d - era * CENTURIES;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (CENTURIES - 1)) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    return (struct date){ .year = (int)(year + era * 400 + (month >= 10)),
                          .month = (int)(month < 10 ? month + 3 : month - 9),
                          .day = (int)(of_year - (153 * month + 2) / 5 + 1) };
}

int64_t utc_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

const char *utc_text(int64_t seconds, char buf[static UTC_TEXT_MAX])
{
    int64_t days = (seconds >= 0 ? seconds : seconds - DAY + 1) / DAY;
    int rest = (int)(seconds - days * DAY);
    struct date d = date_of(days);

    snprintf(buf, UTC_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)d.year % 10000,
             (unsigned)d.month % 100, (unsigned)d.day % 100, (unsigned)rest / 3600 % 100,
             (unsigned)rest / 60 % 60, (unsigned)rest % 60);
    return buf;
}
