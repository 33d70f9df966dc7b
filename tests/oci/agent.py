#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A seccomp agent: agent.py SOCKET ERRNO COUNT

Takes COUNT listeners from the runtime, prints the document that comes with each on a line, and
answers every call that is notified with ERRNO, until nobody is left who could make one.
"""
import array
import errno
import fcntl
import os
import select
import socket
import struct
import sys
import threading

RECV, SEND = 0xC0502100, 0xC0182101  # seccomp_unotify(2)


def answer(fd, error):
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while True:
        events = poll.poll()[0][1]
        if not events & select.POLLIN:
            return
        request = bytearray(80)
        try:
            fcntl.ioctl(fd, RECV, request)
            fcntl.ioctl(fd, SEND, struct.pack("QqiI", struct.unpack_from("Q", request)[0], 0, -error, 0))
        except OSError as e:
            if e.errno not in (errno.ENOENT, errno.EINTR):
                raise


def main(path, error, count):
    listener = socket.socket(socket.AF_UNIX)
    # Who sees the socket may connect to it.
    listener.bind(path + ".new")
    listener.listen()
    os.rename(path + ".new", path)
    threads = []
    for _ in range(count):
        connection = listener.accept()[0]
        text, extra, _, _ = connection.recvmsg(65536, socket.CMSG_SPACE(4))
        fd = array.array("i", extra[0][2])[0]
        print(text.decode(), flush=True)
        threads.append(threading.Thread(target=answer, args=(fd, error)))
        threads[-1].start()
    for t in threads:
        t.join()


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
