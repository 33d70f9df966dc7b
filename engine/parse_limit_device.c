/* SPDX-License-Identifier: MIT */
/* The grammar of limits that are a device's. */
#include "base/num.h"
#include "base/str.h"
#include "engine/parse_limit.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#define WEIGHT_MIN 10
#define WEIGHT_MAX 1000

static int parse_value(const char *text, enum limit_device_value value, uint64_t *ret,
                       struct err *e)
{
    int64_t bytes;
    int r;

    if (value != LIMIT_DEVICE_BYTES)
        return num_u64(text, 0, value == LIMIT_DEVICE_WEIGHT ? WEIGHT_MAX : UINT64_MAX, ret, e);
    r = num_size(text, &bytes, e);
    if (r >= 0)
        *ret = (uint64_t)bytes;
    return r;
}

static int open_device(struct limit_device *d, struct err *e)
{
    struct stat st;

    if (stat(d->path, &st) < 0)
        return err_sys(e, "device", d->path);
    if (!S_ISBLK(st.st_mode))
        return err_set(e, ERR_INVALID, "device %s: not a block device", d->path);
    d->major = major(st.st_rdev);
    d->minor = minor(st.st_rdev);
    return 0;
}

int parse_limit_device(const char *text, enum limit_device_value value, struct limit_device *ret,
                       struct err *e)
{
    static const char *const wanted[] = {
        [LIMIT_DEVICE_WEIGHT] = "/dev/NAME:WEIGHT, a weight from 10 to 1000",
        [LIMIT_DEVICE_BYTES] = "/dev/NAME:RATE, bytes a second such as 1mb",
        [LIMIT_DEVICE_COUNT] = "/dev/NAME:RATE, a number of operations a second",
    };
    CLEANUP(limit_device) struct limit_device d = { 0 };
    const char *colon = strrchr(text, ':');

    if (*text != '/' || !colon)
        return err_set(e, ERR_INVALID, "bad format: \"%s\": expected %s", text, wanted[value]);
    int r = parse_value(colon + 1, value, &d.value, e);
    if (r < 0 || (value == LIMIT_DEVICE_WEIGHT && d.value > 0 && d.value < WEIGHT_MIN))
        return err_set(e, ERR_INVALID, "invalid value for device: \"%s\": expected %s", text,
                       wanted[value]);
    d.path = str_fmt("%.*s", (int)(colon - text), text);
    if (!d.path)
        return err_nomem(e);
    r = open_device(&d, e);
    if (r < 0)
        return r;
    *ret = d;
    d = (struct limit_device){ 0 };
    return 0;
}

void parse_limit_device_free(struct limit_device *d)
{
    free(d->path);
    *d = (struct limit_device){ 0 };
}
