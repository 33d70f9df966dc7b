/* SPDX-License-Identifier: MIT */
/* --regex: one command on every container whose id matches. */
#include "cli/oci/oci_match.h"

#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>
#include <regex.h>

int oci_match(const char *root, const char *pattern, oci_match_fn fn, const void *arg,
              struct err *e)
{
    AUTO_STRV char **ids = NULL;
    struct err sum = ERR_INIT;
    regex_t re;
    char why[128];

    /* Directories, not states: what a killed create left has an id, too. */
    int r = fs_list(AT_FDCWD, root, &ids, e);
    if (r < 0)
        return r;
    r = regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB);
    if (r != 0) {
        regerror(r, &re, why, sizeof(why));
        return err_set(e, ERR_INVALID, "invalid regular expression \"%s\": %s", pattern, why);
    }
    strv_foreach (id, ids)
        if (**id != '.' && regexec(&re, *id, 0, NULL, 0) == 0)
            err_collect(&sum, fn(*id, arg, e), e);
    regfree(&re);
    *e = sum;
    return -sum.kind;
}
