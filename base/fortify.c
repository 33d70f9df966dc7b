/* SPDX-License-Identifier: MIT */
/* What Debian's static libraries ask of glibc, for a program that is linked with musl: the checks
 * of _FORTIFY_SOURCE, which libc.so calls instead of the functions themselves. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);
int __snprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, ...);
int __sprintf_chk(char *to, int flag, size_t room, const char *fmt, ...);
int __asprintf_chk(char **ret, int flag, const char *fmt, ...);
int __fprintf_chk(FILE *to, int flag, const char *fmt, ...);

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room)
{
    return n > room ? (abort(), NULL) : memcpy(to, from, n);
}

int __snprintf_chk(char *to, size_t n, int flag, size_t room, const char *fmt, ...)
{
    va_list ap;

    if (n > room)
        abort();
    va_start(ap, fmt);
    int len = vsnprintf(to, n, fmt, ap);
    va_end(ap);
    return len;
}

int __sprintf_chk(char *to, int flag, size_t room, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int len = vsnprintf(to, room, fmt, ap);
    va_end(ap);
    return len >= 0 && (size_t)len >= room ? (abort(), -1) : len;
}

int __asprintf_chk(char **ret, int flag, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int len = vasprintf(ret, fmt, ap);
    va_end(ap);
    return len;
}

int __fprintf_chk(FILE *to, int flag, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int len = vfprintf(to, fmt, ap);
    va_end(ap);
    return len;
}
