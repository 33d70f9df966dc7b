/* SPDX-License-Identifier: MIT */
/* docker's exit codes where they tell more than that something failed. */
#include "cli/cmd.h"

/* 126 and 127 tell what became of the container's command. */
static int of_command(const struct err *e, int otherwise)
{
    switch (e->kind) {
    case ERR_CMD_NOT_EXEC: return CLI_NOT_EXECUTABLE;
    case ERR_CMD_NOT_FOUND: return CLI_NOT_FOUND;
    default: return otherwise;
    }
}

int exit_code_run(const struct err *e)
{
    return of_command(e, CLI_ENGINE_FAILED);
}

int exit_code_exec(const struct err *e)
{
    return of_command(e, CLI_FAILED);
}

/* A bad value is as a bad option. */
int exit_code_create(const struct err *e)
{
    return e->kind == ERR_INVALID ? CLI_ENGINE_FAILED : CLI_FAILED;
}
