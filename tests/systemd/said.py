# SPDX-License-Identifier: MIT
"""What systemd says of its scopes, and whether it fits what the kernel's files hold."""
import re
import subprocess

from table import INITIAL

# The property of a file.
PROPERTIES = {
    "memory.max": "MemoryMax", "memory.high": "MemoryHigh", "memory.low": "MemoryLow",
    "memory.min": "MemoryMin", "memory.swap.max": "MemorySwapMax", "pids.max": "TasksMax",
    "cpu.weight": "CPUWeight", "cpuset.cpus.effective": "AllowedCPUs",
    "cpuset.mems.effective": "AllowedMemoryNodes", "io.weight": "IOWeight",
}
RATES = {"rbps": "IOReadBandwidthMax", "wbps": "IOWriteBandwidthMax", "riops": "IOReadIOPSMax",
         "wiops": "IOWriteIOPSMax"}
OTHERS = ["Id", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "IODeviceWeight"]


def shown(systemctl, prefix):
    """Properties of each scope whose name begins with `prefix`, by the rest of its name. Empty lists, as of
    devices, are not among them."""
    names = ",".join([*PROPERTIES.values(), *RATES.values(), *OTHERS])
    text = subprocess.run([*systemctl, "show", "-p", names, f"{prefix}*.scope"], capture_output=True, text=True).stdout
    units = [dict(line.split("=", 1) for line in unit.splitlines()) for unit in text.strip().split("\n\n")]
    return {unit["Id"].removeprefix(prefix).removesuffix(".scope"): unit for unit in units if unit}


def micro(text):
    """"1s 500ms" in µs."""
    units = {"us": 1, "ms": 1000, "s": 10 ** 6, "min": 6 * 10 ** 7, "h": 36 * 10 ** 8}
    return sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)(us|ms|s|min|h)", text))


def simple(said, file, value):
    name = PROPERTIES[file]
    value = value.removeprefix("default ")
    fits = {value, "infinity" if value == "max" else "", "idle" if value == "0" else ""}
    if INITIAL.get(file, "max").removeprefix("default ") == value or file.startswith("cpuset"):
        fits |= {"[not set]", "infinity", "0", ""}
    return None if said[name] in fits else f"{name}={said[name]}"


def quota(said, value):
    amount, period = value.split()
    second, length = said["CPUQuotaPerSecUSec"], said["CPUQuotaPeriodUSec"]
    if amount == "max":
        good = second == "infinity" and (micro(length) == int(period) or length == "infinity")
    else:
        good = abs(micro(second) * int(period) / 10 ** 6 - int(amount)) < 1 and micro(length) == int(period)
    return None if good else f"CPUQuotaPerSecUSec={second} CPUQuotaPeriodUSec={length}"


def rates(said, value):
    for rate in value.split()[1:]:
        key, number = rate.split("=")
        name = RATES[key]
        if number != "max" and not said.get(name, "").endswith(f" {number}"):
            return f"{name}={said.get(name)}"
    return None


def untold(said, file, value):
    """Why what systemd says does not fit a file's value, or None."""
    if file == "io.weight" and ":" in value:
        weight = said.get("IODeviceWeight", "")
        return None if weight.endswith(f" {value.split()[1]}") else f"IODeviceWeight={weight}"
    if file == "cpu.max":
        return quota(said, value)
    if file == "io.max":
        return rates(said, value)
    return simple(said, file, value) if file in PROPERTIES else None
