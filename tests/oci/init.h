/* SPDX-License-Identifier: MIT */
/* What the parts of the test bundles' init share: the shape of a command, and their tables. */
#pragma once

/* Commands get their own words in argv[1] …; their result is the exit code. */
struct init_command {
    const char *name;
    const char *args; /* for the list that `init` alone prints */
    int min;
    int (*run)(int argc, char **argv);
};

/* Each ends with an empty row. */
extern const struct init_command init_file[], init_self[], init_life[], init_hunt[];

/* Says what failed, by errno; 1. */
int init_fail(const char *what);
