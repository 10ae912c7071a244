# shellcheck shell=bash
# Probes: each succeeds if its packets reached the other side and an answer came back. Sourced after host.sh and servers.sh.
# What a probe's socket is bound to is nothing, an address or `dev:INTERFACE`.
# shellcheck disable=SC2154 # host.sh sets it

probes=10
# Seconds: less than it takes TCP to try a second time.
reply_timeout=0.4
# Whose neighbours are not known to be reachable while losses are counted.
subject=c

# probe KIND NAMESPACE ADDRESS [BOUND]
probe() {
    case $1 in
    ping) ping_once "$2" "$3" "${4:-}" ;;
    tcp) tcp_once "$2" "$3" 80 "${4:-}" ;;
    udp) udp_once "$2" "$3" 7 "${4:-}" ;;
    esac
}

ping_once() {
    local bound=${3:-}
    inside "$1" ping -n -q -c 1 -W "$reply_timeout" ${bound:+-I "${bound#dev:}"} "$2" >/dev/null 2>&1
}

tcp_once() {
    [[ $(inside "$1" timeout -k 0.1 "$reply_timeout" socat -u "TCP:$(bracket "$2"):$3$(bound "${4:-}")" - 2>/dev/null) == hello ]]
}

udp_once() {
    # -t 0: done as soon as the answer is there.
    # shellcheck disable=SC2016 # the shell that socat starts expands it
    [[ $(inside "$1" timeout -k 0.1 "$reply_timeout" socat -t 0 "UDP:$(bracket "$2"):$3$(bound "${4:-}")" \
        SYSTEM:'echo hello; read -r answer; echo "$answer" >&2' 2>&1) == hello ]]
}

bound() {
    case $1 in
    "") ;;
    dev:*) echo ",so-bindtodevice=${1#dev:}" ;;
    *) echo ",bind=$(bracket "$1")" ;;
    esac
}

# lost PROBE...: prints how many of $probes were lost.
lost() {
    local failed
    count_lost "$@"
    echo "$failed"
}

# row TITLE PROBE...: a line if any was lost.
row() {
    local failed
    count_lost "${@:2}"
    [[ $failed == 0 ]] || echo "$1: $failed of $probes lost"
}

count_lost() {
    failed=0
    forget_gateways "$subject"
    for _ in $(seq "$probes"); do "$@" || failed=$((failed + 1)); done
}

# forgetful NAMESPACE: none of its neighbours is known to be reachable for more than a moment. The kernel then alternates
# between defaults of one metric, as it does in every container that has been idle for half a minute.
forgetful() {
    # shellcheck disable=SC2016 # the names are those in the namespace
    inside "$1" bash -c 'for f in /proc/sys/net/ipv[46]/neigh/*/base_reachable_time_ms; do echo 1 >"$f"; done'
}

# forget_gateways NAMESPACE: that, also of what is known by now; and each gateway has been met, since the kernel stays with
# the only one that it knows.
forget_gateways() {
    forgetful "$1"
    # shellcheck disable=SC2016
    inside "$1" bash -c '
        ip neigh flush all 2>/dev/null
        for family in 4 6; do ip -$family route show table all default 2>/dev/null; done |
            grep -o "via [^ ]* dev [^ ]*" | sort -u | {
                while read -r _ gateway _ device; do ping -n -q -c 1 -W 0.3 -I "$device" "$gateway" & done
                wait
            } >/dev/null 2>&1'
}
