#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What podman can ask of a runtime and Docker cannot.

load ../engines/engine

# covers: engine:userns
@test "user namespaces: ids, mapped volumes, exec, a container that shares one" {
    mkdir -p "$T/shared"
    chmod 777 "$T/shared"
    scenario() {
        local maps='--uidmap 0:100000:65536 --gidmap 0:200000:65536'
        in_box $maps "cat /proc/self/uid_map /proc/self/gid_map; id; touch /data/x; ls -n /data; $mounts"
        in_box $maps -u user --group-add 2000 -v "$T/shared:/mnt" 'id; touch /mnt/x; ls -n /mnt; rm /mnt/x'
        in_box $maps --init --read-only 'touch /x; cat /proc/1/comm'
        start box $maps -- sleep 1000
        executes box sleep
        stat -c %u:%g "/proc/$(field box '{{.State.Pid}}')"
        t e exec box sh -c 'cat /proc/self/uid_map; id'
        t terminal e exec -it box sh -c "tty; exit 5"
        in_box --userns container:box 'cat /proc/self/uid_map'
    }
    same scenario
    has "$said" "100000:200000"
    has "$said" "/dev/pts/0"
}

# covers: engine:hooks
@test "hooks of a hooks directory, in their order" {
    local stage
    mkdir -p "$T/hooks"
    # crun tells hooks of create that the container is created; by the specification it is creating.
    cat >"$T/hook" <<END
#!/bin/sh
echo "\$1 \$(jq -r .status | sed s/created/creating/) \$(pwd | sed 's/[0-9a-f]\{64\}/ID/')" >>$T/hooks-ran
END
    chmod +x "$T/hook"
    for stage in prestart createRuntime createContainer poststart poststop; do
        jq -n --arg s $stage --arg p "$T/hook" '{version: "1.0.0", when: {always: true},
            stages: [$s], hook: {path: $p, args: ["hook", $s], env: ["PATH=/usr/bin:/bin"], timeout: 10}}' \
            >"$T/hooks/$stage.json"
    done
    scenario() {
        rm -f "$T/hooks-ran"
        t e --hooks-dir "$T/hooks" run --name box --network none $image echo ran
        e rm -f -t 0 box >/dev/null
        cat "$T/hooks-ran"
        printf '{"version": "1.0.0", "when": {"always": true}, "stages": ["createRuntime"],
            "hook": {"path": "/bin/false"}}' >"$T/hooks/x.json"
        code e --hooks-dir "$T/hooks" run --rm --network none $image echo ran
        rm "$T/hooks/x.json"
    }
    same scenario
    has "$said" "poststop stopped"
}

# covers: engine:process
@test "descriptors, personality, umask, time zone, no cgroup, a root of one's own" {
    scenario() {
        t eval "e run --rm --network none --preserve-fds 1 $image cat /proc/self/fd/3 3<<<'from outside'"
        t box --umask 0027 $image sh -c umask
        t box --personality=LINUX32 $image uname -m
        t box --cgroups disabled --cgroupns host $image sh -c 'tail -n 1 /proc/self/cgroup | grep -c libpod'
        t box --cgroups no-conmon $image true
        t box --systemd=always $image sh -c 'mount | grep -cE " /(run|run/lock|tmp) "'
        t box --security-opt mask=/data --security-opt unmask=/proc/acpi $image sh -c 'ls /data | wc -l; mount | grep -c acpi'
        t box --tz UTC --hostname box --env-host $image hostname
    }
    same scenario
    has "$said" "from outside"
    has "$said" "i686"
}
