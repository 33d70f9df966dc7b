/* SPDX-License-Identifier: MIT */
/* What a function does apart stays there, but for its error. */
#include "base/apart.h"
#include "base/proc.h"
#include "tests/unit/unit.h"

#include <signal.h>

static int number = 1;

static int change(void *arg, struct err *e)
{
    number = *(int *)arg;
    return 0;
}

static int refuse(void *arg, struct err *e)
{
    err_set(e, ERR_LIMIT, "%s is too much", (const char *)arg);
    return err_hint(e, "take less");
}

static int die(void *arg, struct err *e)
{
    raise(SIGKILL);
    return 0;
}

START_TEST(errors_come_home_and_nothing_else)
{
    struct err e = ERR_INIT;
    int seven = 7;
    char what[] = "this";

    unit_ok(apart(change, &seven, &e), &e);
    ck_assert_int_eq(number, 1);
    unit_fails(apart(refuse, what, &e), ERR_LIMIT, &e);
    ck_assert_str_eq(e.msg, "this is too much");
    ck_assert_str_eq(e.hint, "take less");
    err_clear(&e);
    unit_fails(apart(die, NULL, &e), ERR_SYS, &e);
    ck_assert_str_eq(e.msg, "a child of ours ended with code 137");
    ck_assert_int_lt(proc_wait(-1), 0); /* none is left */
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("apart");

    tcase_add_test(t, errors_come_home_and_nothing_else);
    return unit_run(t);
}
