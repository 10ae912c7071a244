# shellcheck shell=bash
# What scripts on an EngineHost have at hand to measure what a container loses. Sourced after the packet laboratory.

# shellcheck disable=SC2034 # of the laboratory
probes=6 reply_timeout=1

# measure NAME: from now on its losses are counted. An address cannot be used before its duplicate address detection is over, nor
# a port before someone listens. Since 1.11 netavark makes the filters of its bridges loose; this host's are strict.
measure() {
    local filter
    for filter in /proc/sys/net/ipv4/conf/podman*/rp_filter; do [[ ! -e $filter ]] || echo 1 >"$filter"; done
    subject=/proc/$(process "$1")/ns/net
    for _ in {1..100}; do
        [[ -z $(ip addr show tentative; inside "$subject" ip addr show tentative) &&
            -n $(inside "$subject" ss -Hltn 'sport = 80') ]] && return
        sleep 0.1
    done
    return 1
}

# addresses NAME FAMILY
addresses() { inside "$1" ip -o "-$2" addr show scope global | awk '{ sub("/.*", "", $4); print $4 }'; }

# beyond KIND FAMILY [BOUND]: to the next of the world's addresses, as `serve_far 16` has made them.
number=0
beyond() {
    number=$((number % 16 + 1))
    probe "$1" "$subject" "$(far_address "$2" $number)" "${3:-}"
}

# outgoing NAME FAMILY KIND...: beyond the host, from no address and each. A kind is ping, tcp or udp.
outgoing() {
    local address kind
    measure "$1"
    for address in "" $(addresses "$subject" "$2"); do
        for kind in "${@:3}"; do row "IPv$2 $kind from ${address:-any}" beyond "$kind" "$2" "$address"; done
    done
}

pings() { outgoing "$1" "$2" ping; }

greeted() { tcp_once far "$1" 8080; }

# Each network of a container publishes the port, and the first rule wins: puts it last.
next_network() {
    local iptables=$1 chain rule
    if nft list table inet netavark >/dev/null 2>&1; then
        next_of_netavark
        return
    fi
    chain=$($iptables -t nat -S | sed -n 's/^-A \([^ ]*-HOSTPORT-DNAT\) .*/\1/p' | head -n 1)
    rule=$($iptables -t nat -S "$chain" 1)
    $iptables -t nat -D "$chain" 1
    eval "$iptables -t nat $rule"
}

# Where netavark uses nftables it has a table of its own, in which one chain is for both families, network by network.
next_of_netavark() {
    local chain='inet netavark NETAVARK-HOSTPORT-DNAT' rule handle
    # A line of it is `RULE # handle N`.
    rule=$(nft -a list chain "$chain" | awk '/ jump / && !found++')
    handle=${rule##* } rule=${rule%%#*}
    nft "add rule $chain $rule; delete rule $chain handle $handle"
}

# ports NAME: from beyond the host to the published port, by each network.
ports() {
    measure "$1"
    for _ in $(addresses "$subject" 4); do
        row "IPv4 published port" greeted "${up4:?}"
        row "IPv6 published port" greeted "${up6:?}"
        next_network iptables
        next_network ip6tables
    done
}

# devices NAME: beyond the host, by sockets that are bound to each of its interfaces.
devices() {
    local device far
    measure "$1"
    for device in $(inside "$subject" ip -o link show | sed -n 's/^[0-9]*: \(eth[0-9]*\)@.*/\1/p'); do
        for far in "${far4:?}" "${far6:?}"; do
            row "ping of $far by $device" probe ping "$subject" "$far" "dev:$device"
            row "TCP to $far by $device" probe tcp "$subject" "$far" "dev:$device"
        done
    done
}

# losses NAME: a line for each kind of traffic of which something was lost.
losses() {
    local family
    for family in 4 6; do
        # Nobody sends these a second time, so on a busy machine a late answer may be waited for.
        reply_timeout=5 outgoing "$1" $family ping udp
        outgoing "$1" $family tcp
    done
    ports "$1"
}
