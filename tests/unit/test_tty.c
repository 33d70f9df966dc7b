/* SPDX-License-Identifier: MIT */
/* Pseudo-terminals from a devpts below a root. */
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "runtime/tty.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

START_TEST(opened_and_sized)
{
    AUTO_FD int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct err e = ERR_INIT;
    struct winsize ws;
    char text[8];
    int master, slave;

    unit_ok(tty_open(root, &master, &slave, &e), &e);
    ck_assert_int_eq(tty_resize(master, 12, 34), 0);
    ck_assert_int_eq(ioctl(slave, TIOCGWINSZ, &ws), 0);
    ck_assert_uint_eq(ws.ws_row, 12);
    ck_assert_uint_eq(ws.ws_col, 34);
    ck_assert_int_eq(write(master, "hi\n", 3), 3);
    ck_assert_int_eq(read(slave, text, sizeof(text)), 3);
    close(slave);
    close(master);
}
END_TEST

START_TEST(a_root_without_devpts)
{
    AUTO_FD int root = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct err e = ERR_INIT;
    int master, slave;

    unit_fails(tty_open(root, &master, &slave, &e), ERR_SYS, &e);
    ck_assert_ptr_nonnull(strstr(e.hint, "devpts"));
}
END_TEST

START_TEST(sent_over_a_socket)
{
    char dir[] = "/tmp/tty.XXXXXX";
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    struct err e = ERR_INIT;
    char text[32] = "";
    int fd = -1;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", dir);
    AUTO_FD int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
    ck_assert_int_eq(listen(sock, 1), 0);
    AUTO_FD int sent = open("/dev/null", O_RDONLY | O_CLOEXEC);
    unit_ok(tty_send(addr.sun_path, sent, &e), &e);
    AUTO_FD int conn = accept4(sock, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_eq(proc_recv_fds(conn, text, sizeof(text), &fd, 1), 9);
    ck_assert_str_eq(text, "/dev/ptmx");
    ck_assert_int_ge(fd, 0);
    close(fd);
    unlink(addr.sun_path);
    rmdir(dir);
    unit_fails(tty_send(addr.sun_path, sent, &e), ERR_SYS, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("tty");

    tcase_add_test(t, opened_and_sized);
    tcase_add_test(t, a_root_without_devpts);
    tcase_add_test(t, sent_over_a_socket);
    return unit_run(t);
}
