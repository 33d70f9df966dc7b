#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lists: columns as docker prints them, formats, filters; with nothing in the store.
# bats file_tags=host-only

load ../lib/hako

@test "lists of nothing have their headers" {
    is "$(hako ps)" "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"
    is "$(hako ps -a -s)" \
        "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES     SIZE"
    is "$(hako images)" "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE"
    is "$(hako images --digests)" "REPOSITORY   TAG       DIGEST    IMAGE ID   CREATED   SIZE"
}

@test "-q, json and templates print nothing for nothing" {
    is "$(hako ps -aq)" ""
    is "$(hako ps -a --format json)" ""
    is "$(hako ps -a --format '{{.Names}}')" ""
    is "$(hako ps --format 'table {{.Names}}\t{{.Label "com.example.team"}}')" "NAMES     team"
    is "$(hako images -q)" ""
}

@test "container ls and image ls are ps and images" {
    is "$(hako container ls -a)" "$(hako ps -a)"
    is "$(hako container list)" "$(hako ps)"
    is "$(hako image ls)" "$(hako images)"
}

@test "the predefined networks are there" {
    run hako network ls
    is "${lines[0]}" "NETWORK ID     NAME      DRIVER    SCOPE"
    [[ ${lines[1]} =~ ^[0-9a-f]{12}\ \ \ bridge\ \ \ \ bridge\ \ \ \ local$ ]]
    is "$(hako network ls --format '{{.Name}}:{{.Driver}}')" "bridge:bridge
host:host
none:null"
    is "$(hako network ls --no-trunc -q | head -1 | wc -c)" 65
    hako network ls --format json | jq -e -s 'map(.Name) == ["bridge", "host", "none"]'
}

@test "filters of networks" {
    is "$(hako network ls -q -f name=none | wc -l)" 1
    is "$(hako network ls -f driver=host --format '{{.Name}}')" host
    is "$(hako network ls -f driver=host -f driver=null --format '{{.Name}}' | xargs)" "host none"
    is "$(hako network ls -f driver=host -f name=none --format '{{.Name}}')" ""
    is "$(hako network ls -f type=custom -q)" ""
    fails 1 hako network ls -f bogus=1
    has "$output" "invalid filter 'bogus'"
}

@test "a network is created, listed, inspected and removed" {
    local id
    id=$(hako network create --subnet 10.199.4.0/24 --label team=red --label tier "app")
    [[ $id =~ ^[0-9a-f]{64}$ ]]
    is "$(hako network ls -f type=custom --format '{{.ID}} {{.Name}} {{.Labels}}')" \
        "${id:0:12} app team=red,tier="
    is "$(hako network ls -q -f label=team=red)" "${id:0:12}"
    is "$(hako network ls -q -f label=team=red -f label=nope)" ""
    is "$(hako network inspect -f '{{(index .IPAM.Config 0).Subnet}} {{.Labels.team}}' app)" \
        "10.199.4.0/24 red"
    is "$(hako inspect --type network -f '{{.Name}}' "$id")" app
    fails 1 hako network create app
    has "$output" "app"
    is "$(hako network rm app)" app
    fails 1 hako network inspect app
    fails 1 hako network rm bridge
}

@test "bad filters and formats are errors" {
    fails 1 hako ps -f bogus=1
    has "$output" "invalid filter 'bogus'"
    fails 1 hako ps -f status
    has "$output" "expected KEY=VALUE"
    fails 1 hako ps -f status=asleep
    fails 1 hako ps -f exited=many
    fails 1 hako ps -f 'name=['
    fails 1 hako ps -f before=nosuch
    has "$output" "No such container: nosuch"
    fails 1 hako images -f bogus=1
    fails 1 hako images -f dangling=perhaps
    fails 1 hako ps --format '{{.Names'
    has "$output" "template: 1:1: unclosed action"
    fails 1 hako network ls --format '{{.Bogus}}'
    has "$output" "Bogus"
}

@test "info counts and names the trees" {
    is "$(hako info -f '{{.Containers}} {{.Images}} {{.DockerRootDir}}')" "0 0 $HAKO_ROOT"
    hako info | grep -q '^Cgroup Version: *2$'
    hako info --format json | jq -e '.NCPU >= 1 and .OSType == "linux"'
}
