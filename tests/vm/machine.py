# SPDX-License-Identifier: MIT
"""A container of hako-oci's and one of crun's in groups side by side, and what their files hold."""
import functools
import json
import os
import shutil
import signal
import socket
import sys
import tempfile

BUILD = os.environ.get("HAKO_BUILD", os.path.abspath("build"))
ROOT = "/sys/fs/cgroup"

# A cpuset with processes takes no empty list: the whole one stands for it, so the effective ones are
# compared.
FILES = """memory.max memory.low memory.min memory.high memory.swap.max memory.zswap.max memory.oom.group
    cpu.weight cpu.max cpu.max.burst cpu.idle cpuset.cpus.effective cpuset.mems.effective pids.max io.weight
    io.bfq.weight io.max io.latency hugetlb.2MB.max hugetlb.2MB.rsvd.max hugetlb.1GB.max
    hugetlb.1GB.rsvd.max rdma.max misc.max cgroup.max.depth cgroup.max.descendants""".split()
RESERVED = [name for name in FILES if name.endswith(".rsvd.max")]  # crun leaves these alone
KEYED = {"io.max": "rbps=max wbps=max riops=max wiops=max", "io.weight": "default", "io.latency": "target=0"}
# In the order in which the kernel takes them back.
ORDER = ["cpu.idle", "cpu.max.burst"] + [name for name in FILES if name not in ("cpu.idle", "cpu.max.burst")]


def slurp(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read().strip()
    except FileNotFoundError:
        return None


def lines(text):
    """In an order of their own: the kernel lists devices as they came."""
    return text and "\n".join(sorted(text.splitlines()))


def spill(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


@functools.cache
def disks():
    """The kernel's "major:minor" of each disk that is none of ours."""
    names = sorted(n for n in os.listdir("/sys/block") if not n.startswith(("loop", "ram", "zram")))
    return [slurp(f"/sys/block/{name}/dev") for name in names]


def differences(ours, theirs, without=()):
    return "; ".join(f"{k}: {ours[k]!r} and {theirs[k]!r}" for k in FILES
                     if k not in without and ours[k] != theirs[k])


class Group:
    """A group that stays: its files are held open, which is what makes thousands of readings cheap."""

    def __init__(self, path):
        self.path = path
        self.held = {}
        for name in FILES:
            try:
                self.held[name] = os.open(f"{path}/{name}", os.O_RDONLY)
            except FileNotFoundError:
                self.held[name] = None
        self.first = self.read()
        self.last = self.first

    def read(self):
        """What its files hold now; what could not be read for want of the file is None."""
        self.last = {name: fd if fd is None else lines(os.pread(fd, 1 << 16, 0).decode())
                     for name, fd in self.held.items()}
        return self.last

    def reset(self):
        """What it held at first, where that was seen to be otherwise."""
        changed = [name for name in ORDER if self.last[name] != self.first[name]]
        for name in changed:
            if name.endswith(".effective"):
                spill(f"{self.path}/{name[:-10]}", self.first[name])
                continue
            if name in KEYED:
                for line in self.last[name].splitlines():
                    if not line.startswith("default"):
                        spill(f"{self.path}/{name}", f"{line.split()[0]} {KEYED[name]}")
            for line in self.first[name].splitlines():
                spill(f"{self.path}/{name}", line)
        if changed and differences(self.read(), self.first):
            sys.exit(f"{self.path} does not come back: {differences(self.last, self.first)}")


class Preloaded:
    """A program that is loaded once and does in a child what it is called for: see mainfork.c."""

    def __init__(self, name):
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        its.set_inheritable(True)
        env = os.environ | {"LD_PRELOAD": f"{BUILD}/tests/vm/mainfork.so", "MAINFORK": str(its.fileno())}
        self.pid = os.posix_spawnp(name, [name], env)
        self.socket = ours
        its.close()

    def call(self, argv, stdin, out):
        """Its wait status."""
        self.socket.send("\0".join([stdin, out, *argv]).encode())
        answer = self.socket.recv(4)
        if len(answer) != 4:
            sys.exit(f"{argv[0]}, loaded once, has ended")
        return int.from_bytes(answer, sys.byteorder)

    def end(self):
        self.socket.close()
        os.waitpid(self.pid, 0)


def late(*_):
    sys.exit("a command did not end within five minutes")


class Machine:
    """Both containers are created and not started; everything is below $T and in a group of its own."""

    def __init__(self):
        self.parent = f"resources-{os.getpid()}"
        self.top = f"{ROOT}/{self.parent}"
        self.dir = tempfile.mkdtemp(prefix="resources.", dir=os.environ.get("T"))
        self.hako = [f"{BUILD}/hako-oci", "--root", f"{self.dir}/hako"]
        self.crun = ["crun", "--root", f"{self.dir}/crun"]
        self.disk = disks()[0]
        self.make_bundle()
        os.mkdir(self.top)
        for name in slurp(f"{self.top}/cgroup.controllers").split():
            spill(f"{self.top}/cgroup.subtree_control", f"+{name}")
        for command, name in ((self.hako, "live"), (self.crun, "peer")):
            self.config(name, {})
            self.must([*command, "create", "-b", self.dir, name])
        self.live, self.peer = Group(f"{self.top}/live"), Group(f"{self.top}/peer")
        self.state = slurp(f"{self.dir}/hako/live/config.json")
        self.loaded = Preloaded(self.crun[0])
        signal.signal(signal.SIGALRM, late)

    def make_bundle(self, *options):
        for name in ("bin", "proc", "sys", "dev"):
            os.makedirs(f"{self.dir}/rootfs/{name}")
        shutil.copy(f"{BUILD}/tests/oci/oci-init", f"{self.dir}/rootfs/bin/init")
        self.must([self.hako[0], "spec", "-b", self.dir, "-f", "base.json", *options])
        self.base = json.loads(slurp(f"{self.dir}/base.json"))
        self.base["ociVersion"] = "1.0.2"  # a version that crun knows
        self.base["process"] |= {"args": ["init", "pause"], "terminal": False}

    def clean(self):
        self.loaded.end()
        for command, name in ((self.hako, "live"), (self.crun, "peer"), (self.hako, "a"), (self.crun, "a")):
            self.run([*command, "delete", "-f", name])
        for name in ("live", "peer", "a", "."):
            if os.path.isdir(f"{self.top}/{name}"):
                os.rmdir(os.path.normpath(f"{self.top}/{name}"))
        shutil.rmtree(self.dir)

    def run(self, argv, text="", loaded=None):
        """(worked, messages) of a command. Containers keep what they got: files, no pipes."""
        stdin, out = f"{self.dir}/in", f"{self.dir}/out"
        spill(stdin, text)
        signal.alarm(300)
        if loaded:
            code = loaded.call(argv, stdin, out)
        else:
            files = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
                     (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                     (os.POSIX_SPAWN_DUP2, 1, 2)]
            pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=files, setsigdef=[signal.SIGPIPE])
            code = os.waitpid(pid, 0)[1]
        signal.alarm(0)
        return code == 0, slurp(out)

    def must(self, argv, text=""):
        worked, said = self.run(argv, text)
        if not worked:
            sys.exit(f"{' '.join(argv)}: {said}")

    def config(self, name, resources):
        """Rules for devices only if they are given."""
        self.base["linux"] |= {"resources": resources, "cgroupsPath": f"/{self.parent}/{name}"}
        spill(f"{self.dir}/config.json", json.dumps(self.base))

    def create(self, command, resources):
        """(error or None, files) of a config.json; the container does not outlive it."""
        self.config("a", resources)
        worked, said = self.run([*command, "create", "-b", self.dir, "a"])
        group = f"{self.top}/a"
        files = {name: lines(slurp(f"{group}/{name}")) for name in FILES} if worked else None
        if worked:
            self.must([*command, "delete", "-f", "a"])
        elif os.path.isdir(group):
            os.rmdir(group)
            if command is self.hako:
                said = f"left a group behind: {said}"
        return None if worked else said, files

    def reset(self):
        """hako-oci's container as it was first, in its files and its state."""
        self.live.reset()
        spill(f"{self.dir}/hako/live/config.json", self.state)

    def update(self, resources):
        """(error or None, files) of an update by hako-oci of a container without limits."""
        self.reset()
        worked, said = self.run([*self.hako, "update", "-r", "-", "live"], json.dumps(resources))
        return None if worked else said or "failed", self.live.read()

    def update_peer(self, resources):
        """The same by crun."""
        self.peer.reset()
        worked, said = self.run([*self.crun, "update", "-r", f"{self.dir}/in", "peer"], json.dumps(resources),
                                self.loaded)
        return None if worked else said or "failed", self.peer.read()
