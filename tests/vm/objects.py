# SPDX-License-Identifier: MIT
"""Random objects of linux.resources, and how crun has to be asked for the same."""
import json


def pick(r, *choices):
    return r.choice(choices)


def mostly(r, good, *bad):
    """What cannot be had, once in ten times."""
    return pick(r, *bad) if r.random() < 0.1 else good


def memory(r, _):
    m = {}
    if r.random() < 0.8:
        m["limit"] = mostly(r, pick(r, -1, r.randrange(8 << 20, 1 << 40), r.randrange(8 << 20, 64 << 20)), -7)
    if r.random() < 0.5:
        limit = m.get("limit", 0)
        m["swap"] = mostly(r, pick(r, -1, max(limit, 1) + r.randrange(1 << 30)), r.randrange(1 << 20, 1 << 34))
        if limit == -1:
            m["swap"] = -1  # crun subtracts even that
    if r.random() < 0.4:
        m["reservation"] = pick(r, 0, -1, r.randrange(1 << 40))
    if r.random() < 0.2 and m.get("limit", -1) > 0:
        m["checkBeforeUpdate"] = pick(r, True, False)  # without a limit crun takes it for 0
    for key, value in (("kernel", r.randrange(1 << 30)), ("kernelTCP", r.randrange(1 << 30)),
                       ("swappiness", r.randrange(101)), ("disableOOMKiller", pick(r, True, False)),
                       ("useHierarchy", pick(r, True, False))):
        if r.random() < 0.05:
            m[key] = value
    return m


def cpu(r, _):
    c = {}
    if r.random() < 0.6:
        c["shares"] = mostly(r, pick(r, 0, 2, 3, 1024, 262144, r.randrange(2, 262145)), 1, 1 << 20)
    if r.random() < 0.5:
        c["quota"] = mostly(r, pick(r, 0, 1000, r.randrange(1000, 10 ** 7), r.randrange(1000, 10 ** 10)), 500)
    if r.random() < 0.4:
        c["period"] = mostly(r, pick(r, 0, 1000, 10 ** 6, r.randrange(1000, 10 ** 6)), 5, 10 ** 6 + 1)
        if r.random() < 0.3 and c["period"]:
            c["quota"] = -1
    if r.random() < 0.2:
        c["burst"] = pick(r, 0, 1000, 1000, r.randrange(10 ** 4), r.randrange(10 ** 9))
    if r.random() < 0.3:
        c["cpus"] = mostly(r, pick(r, "", "0", "1", "0-1", "0,1", "1,0"), "7", "x", "1-0")
    if r.random() < 0.2:
        c["mems"] = mostly(r, pick(r, "", "0"), "3")
    if r.random() < 0.2:
        c["idle"] = mostly(r, pick(r, 0, 1), 2, -1)
    if r.random() < 0.03:
        c[pick(r, "realtimeRuntime", "realtimePeriod")] = pick(r, 0, 1000)
    return c


def device(disk):
    major, minor = disk.split(":")
    return {"major": int(major), "minor": int(minor)}


def block_io(r, disks):
    io = {}
    if r.random() < 0.5:
        io["weight"] = mostly(r, pick(r, 0, 10, 1000, r.randrange(10, 1001)), 9, 1001)
    if r.random() < 0.1:
        io["leafWeight"] = r.randrange(10, 1001)
    if r.random() < 0.3:
        io["weightDevice"] = [device(mostly(r, disks[-1], "99:0", disks[0]))
                              | {"weight": mostly(r, pick(r, 0, r.randrange(10, 1001)), 9, 1001)}]
    for key in ("throttleReadBpsDevice", "throttleWriteBpsDevice", "throttleReadIOPSDevice",
                "throttleWriteIOPSDevice"):
        if r.random() < 0.3:
            io[key] = [device(disk) | {"rate": r.randrange(1, pick(r, 10, 1 << 20, 1 << 31))}
                       for disk in r.sample(mostly(r, [*disks, *disks], ["99:1", *disks]), pick(r, 1, 1, 2))]
    return io


def hugepages(r, _):
    return [{"pageSize": size, "limit": r.randrange(pick(r, 10, 1 << 40))}
            for size in r.sample(mostly(r, ["2MB", "1GB", "2MB"], ["3MB", "2MB"]), pick(r, 1, 1, 2))]


def rdma(r, _):
    return pick(r, {}, {}, {}, {"mlx5_1": {"hcaHandles": r.randrange(1 << 20)}}, {"mlx5_1": {"hcaObjects": 9}})


def network(r, _):
    return mostly(r, pick(r, {}, {"classID": 0}, {"priorities": []}), {"classID": 0x100001},
                  {"priorities": [{"name": "eth0", "priority": 5}]})


def rule(r):
    """One access at a time is asked for by the probe, so that partial ones mean the same to both."""
    one = {"allow": pick(r, True, False),
           "access": "".join(r.sample("rwm", pick(r, 1, 2, 3, 3)))}
    if r.random() < 0.8:
        one["type"] = pick(r, "a", "b", "c")
    if r.random() < 0.7:
        one["major"] = pick(r, 1, 10, 254, -1, 70000)
    if r.random() < 0.5:
        one["minor"] = pick(r, 1, 3, 200, -1, 1 << 20)
    return one


def devices(r, _):
    first = pick(r, {"allow": False}, {"allow": True, "access": "rwm"}, {"allow": False, "access": "rwm", "type": "a"})
    return [first, *(rule(r) for _ in range(pick(r, 0, 1, 2, 3, 8)))]


def unified(r, disks):
    number, large = str(r.randrange(1, 10001)), str(r.randrange(8 << 20, 1 << 40))
    some = {"memory.high": mostly(r, pick(r, "max", large), "0x"), "memory.max": pick(r, "max", large),
            "memory.low": mostly(r, pick(r, "0", large), "-1"), "memory.min": pick(r, "0", "max", large),
            "memory.swap.max": pick(r, "max", "0", large), "memory.zswap.max": pick(r, "max", "0", large),
            "memory.oom.group": mostly(r, pick(r, "0", "1"), "2"),
            "cpu.weight": mostly(r, pick(r, "1", "10000", number), "0", "10001"),
            "cpu.max": mostly(r, pick(r, "max", "20000", "20000 50000"), "x"),
            "cpu.max.burst": mostly(r, pick(r, "0", "1000"), "x"), "cpu.idle": mostly(r, pick(r, "0", "1"), "2"),
            "cpuset.cpus": mostly(r, pick(r, "0", "1", "0-1"), "9"), "cpuset.mems": mostly(r, "0", "1"),
            "pids.max": mostly(r, pick(r, "max", number), "-1"),
            "io.weight": mostly(r, pick(r, "default 50", number), "0"),
            "io.max": mostly(r, pick(r, f"{disks[0]} rbps=4096", f"{disks[1]} wbps=max riops=3"),
                             f"{disks[0]} x=1", "99:0 rbps=1"),
            "io.latency": mostly(r, f"{disks[0]} target=100", f"{disks[0]} target=x"),
            "hugetlb.2MB.max": mostly(r, pick(r, "max", "2097152"), "x"),
            "cgroup.max.depth": pick(r, "max", number), "cgroup.max.descendants": mostly(r, pick(r, "max", number), "-5")}
    never = {"rdma.max": "mlx5_1 hca_handle=3", "misc.max": "res 5", "no.such": "1", "memory.no_such": "1",
             "nodot": "1", "a/b.c": "1"}
    chosen = {key: some[key] for key in r.sample(list(some), pick(r, 1, 1, 2, 3))}
    return chosen | mostly(r, {}, {key: never[key] for key in r.sample(list(never), 1)})


MAKERS = {"memory": memory, "cpu": cpu, "pids": lambda r, _: {"limit": mostly(r, pick(r, 0, -1, r.randrange(1, 1 << 22)), -5, 1 << 40)},
          "blockIO": block_io, "hugepageLimits": hugepages, "rdma": rdma, "network": network,
          "devices": devices, "unified": unified}
OFTEN = ["memory", "cpu", "blockIO", "unified", "devices", "hugepageLimits"]


TWICE = {"cpu.max.burst": ("cpu", "burst"), "io.weight": ("blockIO", "weightDevice"), "rdma.max": ("rdma", "mlx5_1")}


def resources(r, disks):
    """Of what crun can be asked for too; about one in three cannot be had."""
    keys = dict.fromkeys(r.sample([*MAKERS, *OFTEN, *OFTEN], pick(r, 1, 2, 2, 3, 4)))
    made = {key: MAKERS[key](r, disks) for key in keys}
    for file, (key, field) in TWICE.items():  # crun 1.8 takes one line a file
        if field in made.get(key, {}):
            made.get("unified", {}).pop(file, None)
    return made


def for_crun(given):
    """What v2 has not and hako-oci warns of is left out, since crun 1.8 refuses it; what crun 1.8 has no
    words for it gets as files of the group. A network without numbers asks for nothing."""
    to = json.loads(json.dumps(given))
    files = {}
    for key in ("kernel", "kernelTCP", "swappiness", "disableOOMKiller", "useHierarchy"):
        to.get("memory", {}).pop(key, None)
    burst = to.get("cpu", {}).pop("burst", None)
    if burst is not None:
        files["cpu.max.burst"] = str(burst)
    io = to.get("blockIO", {})
    io.pop("leafWeight", None)
    for one in io.pop("weightDevice", []):
        if one["weight"]:
            weight = 1 + (one["weight"] - 10) * 9999 // 990 if 10 <= one["weight"] <= 1000 else "x"
            files["io.weight"] = f"{one['major']}:{one['minor']} {weight}"
    for name, limits in to.pop("rdma", {}).items():
        words = {"hcaHandles": "hca_handle", "hcaObjects": "hca_object"}
        files["rdma.max"] = name + "".join(f" {words[key]}={value}" for key, value in limits.items())
    if not any(given.get("network", {}).values()):
        to.pop("network", None)
    for one in to.get("devices", []):
        one.setdefault("access", "rwm")
    if files:
        to["unified"] = files | to.get("unified", {})
    return to
