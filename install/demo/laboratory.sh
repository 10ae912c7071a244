# shellcheck shell=bash
# Sourced by install/demo.sh: sets up the packet laboratory and measures there. It runs in namespaces that
# install/demo.sh has made: the current network namespace plays the host.
# shellcheck disable=SC2034,SC2154 # the packet laboratory and demo.sh set and read the rest

state=/run/evenkeel-demo
probes=20
reply_timeout=0.7
rows=(ping tcp udp second published1 published2)
subject=container # the namespace that is measured

declare -A title=(
    [ping]="ping"
    [tcp]="TCP connection"
    [udp]="UDP round trip"
    [second]="UDP from the second address"
    [published1]="published port, first network"
    [published2]="published port, second network"
)

# 'container' is on two networks and has a default route by each, of equal metric: for IPv4 the last one is used first, for
# IPv6 they merge into one multipath route. 'single' is on one network only; its downloads show what INVALID segments do
# even with correct routes. Filters are strict, because many distributions and hardening guides ask for it.
make_laboratory() {
    mkdir -p "$state"
    host
    network 1 1
    network 2 1
    container container
    attach container 2 eth1 5
    attach container 1 eth0 5
    publish 1 5
    publish 2 5
    container single
    attach single 1 eth0 6
    serve_far "$probes"
    serve container tcp
    offer 10000000
    watch_far
    spoil far
}

# --- probes: each succeeds or fails for probe NUMBER of FAMILY (4 or 6), which has a far address of its own ---

probe_ping() { probe ping "$subject" "$(far_address "$1" "$2")"; }

probe_tcp() { probe tcp "$subject" "$(far_address "$1" "$2")"; }

probe_udp() { probe udp "$subject" "$(far_address "$1" "$2")"; }

probe_second() {
    local own=10.89.2.5
    [[ $1 == 4 ]] || own=fd00:89:2::5
    probe udp "$subject" "$(far_address "$1" "$2")" $own
}

probe_published() { # FAMILY NUMBER PORT
    local up=up$1
    tcp_once far "${!up}" "$3" "$(far_address "$1" "$2")"
}

probe_published1() { probe_published "$@" 8081; }

probe_published2() { probe_published "$@" 8082; }

probe_rows() { # PHASE FAMILY: probes start 30 ms apart and are waited for together, so a lost one costs no time
    local row number
    for row in "${rows[@]}"; do
        mkdir -p "$state/$1/$row.$2"
        for ((number = 1; number <= probes; number++)); do
            { if "probe_$row" "$2" "$number"; then : >"$state/$1/$row.$2/$number"; fi; } 2>/dev/null &
            sleep 0.03
        done
    done
    wait
}

# In parallel: each family has its own routes.
measure_loss() { # PHASE
    local family jobs=()
    forget_gateways "$subject"
    for family in "${families[@]}"; do
        probe_rows "$1" "$family" &
        jobs+=($!)
    done
    wait "${jobs[@]}"
}

# With Evenkeel nothing is lost, so what is may be the machine's: a busy one answers late. Then all is measured again with more patience,
# beside a control, the container on one network, where nothing can go wrong. A fault of the routes shows every time.
measure_patiently() { # PHASE
    local patience control=0
    for patience in $reply_timeout 2 5; do
        local reply_timeout=$patience
        rm -rf "${state:?}/$1"
        measure_loss "$1"
        (($(all_losses "$1") > 0)) || return 0
        control=$((control + $(control_losses)))
    done
    ((control == 0)) || echo "$control" >"$state/busy"
}

control_losses() {
    local subject=single rows=(ping tcp udp)
    # The part with podman has no such container.
    [[ -e /run/netns/single ]] || { echo 0 && return; }
    rm -rf "${state:?}/control"
    measure_loss control
    all_losses control
}

all_losses() { # PHASE
    local row family sum=0
    for family in "${families[@]}"; do
        for row in "${rows[@]}"; do sum=$((sum + $(losses "$row" "$1" "$family"))); done
    done
    echo "$sum"
}

losses() { # ROW PHASE FAMILY
    echo $((probes - $(find "$state/$2/$1.$3" -type f | wc -l)))
}

# --- downloads ---

measure_downloads() { # PHASE
    local family subject=single
    for family in "${families[@]}"; do
        inside far nft reset counters >/dev/null
        echo $((connections - $(downloads "$family"))) >"$state/$1/broken.$family"
        count far resets >"$state/$1/resets.$family"
        count far spoilt >"$state/$1/spoilt.$family"
        cat /run/download.* >"$state/$1/said.$family"
    done
}

# A download that breaks though no reset was sent took too long: a reset comes every time.
measure_downloads_patiently() { # PHASE
    local family sum=0
    measure_downloads "$1"
    for family in "${families[@]}"; do
        (($(broken_downloads "$1" "$family") == 0 || $(resets "$1" "$family") > 0)) || sum=$((sum + 1))
    done
    ((sum == 0)) || measure_downloads "$1"
}

broken_downloads() { cat "$state/$1/broken.$2"; } # PHASE FAMILY

resets() { cat "$state/$1/resets.$2"; } # PHASE FAMILY

spoilt() { cat "$state/$1/spoilt.$2"; } # PHASE FAMILY
