/* SPDX-License-Identifier: MIT */
/* Looks beside the running executable, then where programs are installed. */
#include "base/program.h"

#include "base/mem.h"
#include "base/str.h"

#include <limits.h>
#include <unistd.h>

int program_self(char **ret, struct err *e)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return err_sys(e, "readlink", "/proc/self/exe");
    self[n] = '\0';
    *ret = strdup(self);
    return *ret ? 0 : err_nomem(e);
}

int program_find(const char *name, char **ret, struct err *e)
{
    AUTO_FREE char *self = NULL;
    int r = program_self(&self, e);

    if (r < 0)
        return r;
    *strrchr(self, '/') = '\0';
    AUTO_FREE char *beside = str_fmt("%s/%s", self, name);
    AUTO_FREE char *installed = str_fmt("%s/%s", HAKO_LIBEXECDIR, name);
    if (!beside || !installed)
        return err_nomem(e);
    if (access(beside, X_OK) == 0)
        *ret = TAKE_PTR(beside);
    else if (access(installed, X_OK) == 0)
        *ret = TAKE_PTR(installed);
    else
        return err_set(e, ERR_NOT_FOUND, "%s is neither in %s nor in %s", name, self,
                       HAKO_LIBEXECDIR);
    return 0;
}
