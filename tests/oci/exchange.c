/* SPDX-License-Identifier: MIT */
/* An attacker: exchanges two names as fast as the kernel does it, until somebody ends it.
 * exchange A B */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 64;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) == 0)
        ;
    perror("exchange");
    return 1;
}
