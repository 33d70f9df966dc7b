# SPDX-License-Identifier: MIT
"""What a group's device program lets a process in it do, asked of the kernel."""
import os
import stat

NUMBERS = [(major, minor) for major in (1, 10, 254) for minor in (1, 3, 200)]
TYPES = (("c", stat.S_IFCHR), ("b", stat.S_IFBLK))


def allowed(call, *args):
    """Does the kernel let us, whatever else it says?"""
    try:
        return call(*args) is not False
    except OSError as e:
        return e.errno not in (1, 13)


def ask(directory):
    """A letter for each access of each device. access(2) asks the program and opens nothing."""
    said = ""
    for name, mode in TYPES:
        for major, minor in NUMBERS:
            node, new = f"{directory}/{name}{major}.{minor}", f"{directory}/new.{os.getpid()}"
            said += "r" if os.access(node, os.R_OK) else "-"
            said += "w" if os.access(node, os.W_OK) else "-"
            made = allowed(os.mknod, new, mode | 0o600, os.makedev(major, minor))
            said += "m" if made else "-"
            if made:
                os.unlink(new)
    return said


class Probe:
    """A process in the group that answers for it."""

    def __init__(self, group, directory):
        self.nodes = f"{directory}/nodes"
        if not os.path.isdir(self.nodes):
            os.mkdir(self.nodes)
            for name, mode in TYPES:
                for major, minor in NUMBERS:
                    os.mknod(f"{self.nodes}/{name}{major}.{minor}", mode | 0o600, os.makedev(major, minor))
        (self.read, answer), (question, self.write) = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.write)
            while os.read(question, 1):
                os.write(answer, ask(self.nodes).encode())
            os._exit(0)
        with open(f"{group}/cgroup.procs", "w", encoding="utf-8") as procs:
            procs.write(str(self.pid))
        os.close(question)
        os.close(answer)

    def verdict(self):
        os.write(self.write, b"?")
        return os.read(self.read, 4096).decode()

    def end(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.write)
        os.close(self.read)
