/* SPDX-License-Identifier: MIT */
/* The reasons that system calls give and for which libraries have words of their own. */
#include "base/errno_text.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>

static const char *const texts[] = {
    [EIO] = "Input/output error",
    [ECHILD] = "No child processes",
    [ENOMEM] = "Cannot allocate memory",
    [EBUSY] = "Device or resource busy",
    [EXDEV] = "Invalid cross-device link",
    [EMFILE] = "Too many open files",
    [ENOTTY] = "Inappropriate ioctl for device",
    [ESPIPE] = "Illegal seek",
    [EDOM] = "Numerical argument out of domain",
    [ERANGE] = "Numerical result out of range",
    [EDEADLK] = "Resource deadlock avoided",
    [ENAMETOOLONG] = "File name too long",
    [ELOOP] = "Too many levels of symbolic links",
    [ETIME] = "Timer expired",
    [EOVERFLOW] = "Value too large for defined data type",
    [ELIBACC] = "Can not access a needed shared library",
    [ELIBBAD] = "Accessing a corrupted shared library",
    [ELIBEXEC] = "Cannot exec a shared library directly",
    [EILSEQ] = "Invalid or incomplete multibyte or wide character",
    [EUSERS] = "Too many users",
    [ENOTSOCK] = "Socket operation on non-socket",
    [EMSGSIZE] = "Message too long",
    [EOPNOTSUPP] = "Operation not supported",
    [EADDRINUSE] = "Address already in use",
    [EADDRNOTAVAIL] = "Cannot assign requested address",
    [ENETUNREACH] = "Network is unreachable",
    [ENETRESET] = "Network dropped connection on reset",
    [ECONNABORTED] = "Software caused connection abort",
    [EISCONN] = "Transport endpoint is already connected",
    [ENOTCONN] = "Transport endpoint is not connected",
    [ESHUTDOWN] = "Cannot send after transport endpoint shutdown",
    [ETOOMANYREFS] = "Too many references: cannot splice",
    [ETIMEDOUT] = "Connection timed out",
    [EHOSTUNREACH] = "No route to host",
    [EINPROGRESS] = "Operation now in progress",
    [EUCLEAN] = "Structure needs cleaning",
    [EDQUOT] = "Disk quota exceeded",
    [EOWNERDEAD] = "Owner died",
    [ERFKILL] = "Operation not possible due to RF-kill",
};

const char *errno_text(int errnum)
{
    const char *text = errnum > 0 && errnum < (int)ARRAY_LEN(texts) ? texts[errnum] : NULL;

    return text ? text : strerror(errnum);
}
