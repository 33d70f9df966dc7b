# SPDX-License-Identifier: MIT
"""The lines of tests/vm/resources.bats, as many in one container as do not touch each other."""
import json
import os
import re

TABLE = f"{os.path.dirname(os.path.realpath(__file__))}/../vm/resources.bats"
# What the kernel gives a group that nobody asked anything of; else "max".
INITIAL = {"cpu.idle": "0", "cpu.weight": "100", "cpu.max.burst": "0", "cpu.max": "max 100000",
           "memory.low": "0", "memory.min": "0", "memory.oom.group": "0", "io.weight": "default 100",
           "io.bfq.weight": "default 100", "cpuset.cpus.effective": "0-1",
           "cpuset.mems.effective": "0"}
# The files that a key is about, and those that its values are bound to. Of `unified` a key is the file.
FILES_OF = {"memory/limit": "memory.max memory.swap.max", "memory/swap": "memory.max memory.swap.max",
            "memory/reservation": "memory.low", "cpu/shares": "cpu.weight", "cpu/idle": "cpu.weight cpu.idle",
            "cpu/quota": "cpu.max", "cpu/period": "cpu.max", "cpu/burst": "cpu.max cpu.max.burst",
            "cpu/cpus": "cpuset.cpus.effective", "cpu/mems": "cpuset.mems.effective",
            "pids/limit": "pids.max", "blockIO/weight": "io.weight", "blockIO/weightDevice": "io.weight",
            "blockIO/throttleReadBpsDevice": "io.max", "blockIO/throttleWriteBpsDevice": "io.max",
            "blockIO/throttleReadIOPSDevice": "io.max", "blockIO/throttleWriteIOPSDevice": "io.max"}
CONTROLLER = {"hugepageLimits": "hugetlb", "blockIO": "io"}


class Row:
    def __init__(self, line):
        parts = [p.strip() for p in line.split(" | ")]
        words = parts[2].split() if len(parts) > 2 else []
        self.resources = json.loads(parts[0])
        self.refusal = parts[1][1:] if parts[1].startswith("!") else None
        self.wants = [] if self.refusal is not None else [
            tuple(w.strip().split("=", 1)) for w in parts[1].split(";") if w.strip()]
        self.crun = "crun=no" not in words
        self.lacks = {f for w in words if w.startswith("lacks=") for f in w[6:].split(",")}
        self.bfq = "io.bfq" in parts[1]
        self.text = parts[0]

    def touches(self):
        """The files it is about; of a key without files the key."""
        keys = [f"{top}/{key}" for top, part in self.resources.items() for key in part if isinstance(part, dict)]
        lists = [top for top, part in self.resources.items() if isinstance(part, list)]
        files = [FILES_OF.get(key, key.removeprefix("unified/")).split() for key in keys + lists]
        return {file for some in files for file in some} | {file for file, _ in self.wants}

    def controllers(self):
        return {CONTROLLER.get(key, key) for key in self.resources} | {
            file.split(".")[0] for file in self.resources.get("unified", {})}


    def updated(self):
        """What is wanted after an update of a container with other limits, as patterns: zero, and what
        is not said, mean "as it was"."""
        for file, value in self.wants:
            if value == INITIAL.get(file, "max") and "-1" not in self.text:
                continue
            pattern = re.escape(value).replace("=max", r"=\S+")
            if file == "cpu.max" and not self.resources["cpu"].get("period"):
                pattern = re.sub(r"\d+$", r"\\d+", pattern)
            yield file, pattern


def rows(group, disk):
    """All of them; @GROUP@ is that of the container that is refused."""
    at = '"major": {}, "minor": {}'.format(*disk.split(":"))
    with open(TABLE, encoding="utf-8") as f:
        for line in re.findall(r"^(?:    rows <<<')?(\{\".*?)'?$", f.read(), re.M):
            yield Row(line.replace("@AT@", at).replace("@DISK@", disk).replace("@GROUP@", group))


def merge(into, resources):
    for key, value in resources.items():
        if isinstance(value, dict):
            merge(into.setdefault(key, {}), value)
        else:
            into[key] = value


class Box:
    """A container's worth of lines."""

    def __init__(self):
        self.resources, self.wants, self.updated, self.touched = {}, [], [], set()
        self.peer, self.lacks = {}, set()  # what crun gets of it, and the files that are not compared

    def take(self, row):
        touches = row.touches()
        if self.touched & touches:
            return False
        self.touched |= touches
        merge(self.resources, row.resources)
        self.wants += [(file, re.escape(value)) for file, value in row.wants]
        self.updated += row.updated()
        if row.crun:
            merge(self.peer, row.resources)
        self.lacks |= row.lacks if row.crun else touches
        return True


def pack(some):
    boxes = []
    for row in some:
        if not any(box.take(row) for box in boxes):
            boxes.append(Box())
            boxes[-1].take(row)
    return boxes
