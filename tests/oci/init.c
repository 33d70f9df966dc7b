/* SPDX-License-Identifier: MIT */
/* The one program in a test bundle's rootfs: static, and many small commands by tables. */
#include "init.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int init_fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

static int cmd_echo(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("%s%s", argv[i], i + 1 < argc ? " " : "");
    putchar('\n');
    return 0;
}

/* A hook: appends NAME and the state on stdin to FILE. */
static int cmd_hook(int argc, char **argv)
{
    FILE *f = fopen(argv[1], "ae");
    char buf[4096];
    size_t n = fread(buf, 1, sizeof(buf) - 1, stdin);

    if (!f)
        return init_fail(argv[1]);
    buf[n] = '\0';
    fprintf(f, "%s %s\n", argv[2], buf);
    fclose(f);
    return 0;
}

static const struct init_command init_words[] = {
    { "echo", "[WORD...]", 0, cmd_echo },
    { "hook", "FILE NAME", 2, cmd_hook },
    { 0 },
};

static const struct init_command *const tables[] = { init_words, init_file, init_self,
                                                     init_life,  init_hunt, NULL };

static int run(int argc, char **argv)
{
    for (const struct init_command *const *t = tables; argc > 0 && *t; t++)
        for (const struct init_command *c = *t; c->name; c++)
            if (strcmp(c->name, argv[0]) == 0 && argc > c->min)
                return c->run(argc, argv);
    for (const struct init_command *const *t = tables; *t; t++)
        for (const struct init_command *c = *t; c->name; c++)
            printf("init %s %s\n", c->name, c->args);
    return 64;
}

/* "init A b c ';' D e": several commands in a row; the first failure ends it. */
int main(int argc, char **argv)
{
    int code = 0;

    for (int from = 1; from <= argc && code == 0;) {
        int to = from;
        while (to < argc && strcmp(argv[to], ";") != 0)
            to++;
        argv[to == argc ? argc : to] = NULL;
        code = run(to - from, argv + from);
        fflush(stdout);
        from = to + 1;
        if (to >= argc)
            break;
    }
    return code;
}
