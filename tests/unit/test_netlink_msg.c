/* SPDX-License-Identifier: MIT */
/* Netlink messages: written as the kernel reads them, and read without trusting a length. */
#include "base/netlink_msg.h"
#include "tests/unit/unit.h"

#include <string.h>

static _Alignas(8) char space[512];

static struct nlmsghdr *start(void)
{
    struct nlmsghdr *nlh = (void *)space;

    memset(space, 0xee, sizeof(space));
    *nlh = (struct nlmsghdr){ .nlmsg_len = NLMSG_HDRLEN };
    memset(netlink_put_head(nlh, 3), 1, 3);
    return nlh;
}

START_TEST(attributes_are_padded_and_found_again)
{
    struct nlmsghdr *nlh = start();
    char text[8];
    int seen = 0;

    netlink_put_str(nlh, 1, "abcde");
    struct nlattr *nest = netlink_nest(nlh, 2);
    netlink_put_u8(nlh, 3, 7);
    netlink_put_u32(nlh, 4, 0x01020304);
    netlink_nest_end(nlh, nest);
    netlink_put(nlh, 5, NULL, 0);
    ck_assert_uint_eq(nlh->nlmsg_len, 16 + 4 + 12 + 4 + 8 + 8 + 4);
    ck_assert_mem_eq(space + 16, "\1\1\1\0", 4);
    ck_assert_mem_eq(space + 20, "\12\0\1\0abcde\0\0\0", 12);
    netlink_for_each(a, nlh, 3)
    {
        seen = seen * 10 + netlink_attr_type(a);
        if (netlink_attr_type(a) == 1) {
            netlink_attr_str(a, text, 4);
            ck_assert_str_eq(text, "abc");
        }
        if (netlink_attr_type(a) != 2)
            continue;
        netlink_for_each_in(b, a)
        {
            seen = seen * 10 + netlink_attr_type(b);
            ck_assert_uint_eq(netlink_attr_u32(b),
                              netlink_attr_type(b) == 4 ? 0x01020304 : 0); /* too short for 32 */
            ck_assert_uint_eq(netlink_attr_u8(b), netlink_attr_type(b) == 4 ? 4 : 7);
        }
    }
    ck_assert_int_eq(seen, 12345);
}
END_TEST

START_TEST(lengths_that_lie_end_the_walk)
{
    static const uint16_t lies[] = { 0, 3, 100, 65535 };

    for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
        struct nlmsghdr *nlh = start();
        int seen = 0;
        netlink_put_u32(nlh, 1, 1);
        netlink_put_u32(nlh, 2, 2);
        ((struct nlattr *)(void *)(space + 28))->nla_len = lies[i];
        netlink_for_each(a, nlh, 3) seen++;
        ck_assert_int_eq(seen, 1);
    }
    struct nlmsghdr *nlh = start();
    ck_assert_ptr_null(netlink_first(nlh, 3));
    ck_assert_ptr_null(netlink_first(nlh, 200));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("netlink_msg");

    tcase_add_test(t, attributes_are_padded_and_found_again);
    tcase_add_test(t, lengths_that_lie_end_the_walk);
    return unit_run(t);
}
