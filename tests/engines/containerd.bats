#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What containerd's shim does with a container, by ctr.

load ../engines/engine

# run_box [OPTION...] WORD...: notes what a new container prints.
run_box() {
    local options=()
    while [[ $1 == -* ]]; do
        options+=("$1")
        shift
    done
    t e run --rm "${options[@]}" $image box "$@"
}

# start NAME WORD...: a container in the background, no stdio.
start() { e run -d --null-io $image "$1" "${@:2}"; }

# exec_box WORD...: in the container box.
exec_box() { t e tasks exec --exec-id x "$@"; }

status_is() { [ "$(e tasks ls | awk -v id="$1" '$1 == id { print $3 }')" = "$2" ]; }

# covers: engine:ctr-run
@test "ctr run: output, exit codes, environment, directory, limits of the process" {
    scenario() {
        run_box sh -c 'echo out; exit 7'
        run_box sh -c 'sh -c "kill -9 \$\$"; exit $?'
        run_box --env=A=b --cwd=/data sh -c 'pwd; env | sort'
        run_box sh -c 'grep -E "^(Cap|NoNew|Seccomp:)" /proc/self/status; ulimit -n; id'
        run_box --cap-add=CAP_SYS_ADMIN --cap-drop=CAP_CHOWN --allow-new-privs grep -E '^(Cap|NoNew)' /proc/self/status
        run_box --seccomp unshare -m true
        run_box sh -c "$mounts; tail -n 1 /proc/self/cgroup; hostname | wc -l"
        run_box --read-only touch /x
        run_box --mount=type=bind,src="$T",dst=/mnt,options=rbind:ro touch /mnt/x
        run_box --pid-file="$T/pid" true
        run_box --net-host sh -c 'cat /proc/net/dev | wc -l'
    }
    same scenario
    has "$said" "[exit 7]"
    has "$said" "[exit 137]"
    has "$said" "Read-only file system"
    has "$said" "Operation not permitted"
}

# covers: engine:ctr-errors
@test "ctr run: what cannot be run leaves no container" {
    scenario() {
        code e run --rm $image box nosuch
        code e run --rm $image box /bin/not-executable
        code e run --rm --cwd /etc/passwd $image box true
        code e run --rm --mount type=bind,src=/no/such,dst=/mnt,options=bind $image box true
        code e run --rm --with-ns network:/no/such $image box true
        t e tasks ls -q
        e containers rm box || :
        t e containers ls -q
    }
    same scenario
    runtime=hako
    fails 1 e run --rm $image box nosuch
    has "$output" 'OCI runtime create failed: exec: "nosuch": executable file not found in $PATH: unknown'
}

# covers: engine:ctr-terminal
@test "ctr run -t and exec -t: a terminal" {
    scenario() {
        t terminal e run --rm -t $image box sh -c "tty; $size; exit 9"
        start box sleep 1000
        t terminal e tasks exec -t --exec-id x box sh -c "tty; $size; exit 5"
    }
    same scenario
    has "$said" "33 99"
    has "$said" "[exit 9]"
    has "$said" "[exit 5]"
}

# covers: engine:ctr-tasks
@test "ctr tasks: exec, ps, pause, resume, kill, delete" {
    scenario() {
        start box sh -c 'while :; do echo x >>/tmp/ticks; sleep 0.02; done'
        wait_for $patience e tasks exec --exec-id y box test -s /tmp/ticks
        exec_box box sh -c 'echo out; exit 7'
        exec_box --cwd /data --user 1000:1000 box sh -c 'id; pwd'
        t eval "seq 20000 | e tasks exec --exec-id in box sha256sum"
        code e tasks exec --exec-id z box nosuch
        code e tasks exec --exec-id z box /bin/not-executable
        e tasks exec -d --exec-id long box sleep 500
        wait_for $patience eval '[ "$(e tasks ps box 2>&1 | grep -c "[0-9]")" -ge 2 ]' && echo "ps lists"
        t e tasks pause box
        status_is box PAUSED && echo paused
        code e tasks exec --exec-id w box true
        t e tasks resume box
        status_is box RUNNING && echo resumed
        code e tasks rm box
        t e tasks kill -s KILL box
        wait_for $patience status_is box STOPPED && echo stopped
        code e tasks kill box
        t e tasks rm box
        t e containers rm box
    }
    same scenario
    has "$said" "ps lists"
    has "$said" "paused"
    has "$said" "resumed"
    has "$said" "stopped"
}

# covers: engine:ctr-dead-shim
@test "a shim that is killed takes its container with it" {
    scenario() {
        local pid
        start box sleep 1000
        pid=$(e tasks ls | awk '$1 == "box" { print $2 }')
        kill -9 "$(pgrep -f 'containerd-shim-runc-v2 .*-id box')"
        wait_for $patience [ ! -e "/proc/$pid" ] && echo "container killed"
        wait_for $patience no_group && echo "no group"
        wait_for $patience no_task && echo "no task"
        wait_for $patience e containers rm box && echo "no container"
    }
    # A task whose shim does not answer is not listed even while containerd still cleans up after it.
    no_group() { [ -z "$(find /sys/fs/cgroup/default -mindepth 1 -type d)" ]; }
    no_task() { [ -z "$(e tasks ls -q)" ]; }
    same scenario
    has "$said" "container killed"
    has "$said" "no group"
    has "$said" "no task"
    has "$said" "no container"
}

# covers: engine:ctr-userns
@test "ctr run with a user namespace, and in namespaces of others" {
    scenario() {
        t e run --rm --uidmap 0:100000:65536 --gidmap 0:200000:65536 $image box \
            sh -c "cat /proc/self/uid_map /proc/self/gid_map; id; touch /data/x; $mounts"
        ip netns add other
        t e run --rm --with-ns network:/run/netns/other $image box readlink /proc/self/ns/net |
            sed "s/$(stat -L -c %i /run/netns/other)/OTHER/"
        ip netns del other
    }
    same scenario
    has "$said" "100000"
    has "$said" "OTHER"
}
