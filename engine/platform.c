/* SPDX-License-Identifier: MIT */
/* This machine's platform in the words that images use. */
#include "engine/platform.h"

#include "base/mem.h"
#include "base/str.h"

const char *platform_arch(const struct utsname *u)
{
    static const char *const names[][2] = {
        { "x86_64", "amd64" }, { "aarch64", "arm64" }, { "i686", "386" }, { "armv7l", "arm" }
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (STREQ(u->machine, names[i][0]))
            return names[i][1];
    return u->machine;
}

int platform_check(const char *text, struct err *e)
{
    struct utsname u;

    if (str_empty(text))
        return 0;
    uname(&u);
    AUTO_STRV char **parts = strv_split(text, '/', false);
    if (!parts)
        return err_nomem(e);
    bool same = STREQ(parts[0], "linux") && (!parts[1] || STREQ(parts[1], platform_arch(&u)));
    return same ? 0
                : err_set(e, ERR_UNSUPPORTED, "platform %s: this machine is linux/%s", text,
                          platform_arch(&u));
}
