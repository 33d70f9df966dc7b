/* SPDX-License-Identifier: MIT */
/* Docker's defaults as a config. */
#include "base/str.h"
#include "oci/valid.h"
#include "runtime/caps.h"
#include "runtime/defaults.h"
#include "tests/unit/unit.h"

START_TEST(the_config_is_valid_and_whole)
{
    AUTO_CONFIG struct config c = { 0 };
    struct err e = ERR_INIT;

    unit_ok(defaults_config(&c, &e), &e);
    unit_ok(valid_config(&c, VALID_PROCESS, &e), &e);
    ck_assert_uint_eq(c.process->capabilities->bounding.bits, CAPS_DEFAULT);
    ck_assert_uint_eq(c.n_mounts, 7);
    ck_assert_str_eq(c.mounts[0].destination, "/proc");
    ck_assert(strv_has(c.mounts[3].options, "ro"));
    ck_assert_ptr_nonnull(config_namespace(&c, CONFIG_NS_CGROUP));
    ck_assert_ptr_null(config_namespace(&c, CONFIG_NS_USER));
    ck_assert(strv_has(c.lnx.masked_paths, "/proc/kcore"));
    ck_assert(!c.lnx.resources->devices[0].allow);
    ck_assert(!c.lnx.resources->devices[0].major.set);
}
END_TEST

START_TEST(it_survives_being_written)
{
    AUTO_CONFIG struct config c = { 0 };
    AUTO_CONFIG struct config again = { 0 };
    AUTO_BUF struct buf a = { 0 };
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    unit_ok(defaults_config(&c, &e), &e);
    config_write(&c, JSON_PRETTY, &a);
    unit_ok(config_read(a.data, a.len, &again, &e), &e);
    config_write(&again, JSON_PRETTY, &b);
    ck_assert_str_eq(a.data, b.data);
}
END_TEST

START_TEST(additions)
{
    AUTO_CONFIG struct config c = { 0 };
    const struct defaults_mount m = { "/x", "tmpfs", "tmpfs", "ro,size=1m" };
    struct err e = ERR_INIT;

    unit_ok(defaults_add_mount(&c, &m, &e), &e);
    unit_ok(defaults_add_namespace(&c, CONFIG_NS_NETWORK, "/run/netns/x", &e), &e);
    unit_ok(defaults_add_namespace(&c, CONFIG_NS_PID, NULL, &e), &e);
    ck_assert_str_eq(c.mounts[0].options[1], "size=1m");
    ck_assert_str_eq(config_namespace(&c, CONFIG_NS_NETWORK)->path, "/run/netns/x");
    ck_assert_ptr_null(config_namespace(&c, CONFIG_NS_PID)->path);
}
END_TEST

START_TEST(devices_are_allowed_where_there_are_rules)
{
    AUTO_CONFIG struct config c = { 0 };
    struct err e = ERR_INIT;

    unit_ok(defaults_allow_devices(&c, &e), &e);
    ck_assert_ptr_null(c.lnx.resources);
    unit_ok(defaults_config(&c, &e), &e);
    size_t before = c.lnx.resources->n_devices;
    unit_ok(defaults_allow_devices(&c, &e), &e);
    ck_assert_uint_eq(c.lnx.resources->n_devices, before + defaults_n_device_rules - 1);
    ck_assert(c.lnx.resources->devices[before].allow);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("defaults");

    tcase_add_test(t, the_config_is_valid_and_whole);
    tcase_add_test(t, it_survives_being_written);
    tcase_add_test(t, additions);
    tcase_add_test(t, devices_are_allowed_where_there_are_rules);
    return unit_run(t);
}
