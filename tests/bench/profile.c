/* SPDX-License-Identifier: MIT */
/* Prints docker's default seccomp profile as the linux.seccomp of a config.json. */
#include "base/fs.h"
#include "base/json.h"
#include "runtime/caps.h"
#include "runtime/seccomp.h"

#include <stdio.h>

int main(void)
{
    AUTO_BUF struct buf text = { 0 };
    struct config_seccomp profile;
    struct err e = ERR_INIT;

    if (seccomp_default_config(CAPS_DEFAULT, &profile, &e) < 0) {
        fprintf(stderr, "profile: %s\n", e.msg);
        return 1;
    }
    json_write(&config_seccomp_table, &profile, JSON_COMPACT, &text);
    json_free(&config_seccomp_table, &profile);
    return text.failed || fs_write_all(1, text.data, text.len) < 0;
}
