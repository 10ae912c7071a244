# shellcheck shell=bash
# INVALID segments, and what the host makes of them: the container `c` downloads from `far` and uploads to it. Sourced after
# lab.sh.

# Read by the tests' own scripts.
# shellcheck disable=SC2034
{
    liberal=/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal
    loose=/proc/sys/net/netfilter/nf_conntrack_tcp_loose
}

# stage: the host, the container on one network, and servers at `far`.
stage() {
    host
    container c
    network 1
    attach c 1 eth0 5
    offer 3000000
    await_listeners far 4
    watch_far
    first_version >/run/first
}

# first_version: the rules that the first version made of a container on br1, for nft.
first_version() {
    local family
    for family in ip ip6; do
        cat <<EOF
table $family evenkeel {
    set containers { type ifname; elements = { "br1" }; }
    chain input {
        type filter hook input priority filter;
        iifname != "lo" meta l4proto tcp ct state invalid tcp flags & (fin|rst) != 0 socket wildcard 0 counter accept comment "evenkeel 1: let the host's own connections end"
        iifname != "lo" meta l4proto tcp ct state invalid counter drop comment "evenkeel 1: do not answer INVALID segments with RST"
    }
    chain forward {
        type filter hook forward priority filter;
        iifname @containers meta l4proto tcp ct state invalid counter drop comment "evenkeel 1: let no INVALID segment out untranslated"
    }
}
EOF
    done
}

# bridged VALUE: whether frames that a bridge passes on go through netfilter as well; they cannot where nothing asked for it.
bridged() {
    local switch
    for switch in iptables ip6tables; do
        [[ ! -e /proc/sys/net/bridge ]] || echo "$1" >"/proc/sys/net/bridge/bridge-nf-call-$switch"
    done
}

# --- what is INVALID and not TCP ---

# Counters before and after the product's chains.
witness() {
    local hook where
    for where in before:-1 after:1; do
        for hook in input forward; do
            echo "table inet witness {
                counter ${where%:*}-$hook-udp { }
                counter ${where%:*}-$hook-icmp { }
                chain ${where%:*}-$hook {
                    type filter hook $hook priority ${where#*:}
                    ct state invalid meta l4proto udp counter name ${where%:*}-$hook-udp
                    ct state invalid meta l4proto { icmp, ipv6-icmp } counter name ${where%:*}-$hook-icmp
                }
            }"
        done
    done | nft -f -
}

# witnessed WHERE: "forward-icmp 2, forward-udp 2, ..."
witnessed() {
    nft -j list counters | jq -r "[.nftables[].counter // empty | select(.name | startswith(\"$1\")) |
        \"\(.name | ltrimstr(\"$1-\")) \(.packets)\"] | sort | join(\", \")"
}

# stray NAME IPV4 IPV6: a UDP packet with a wrong checksum and the answer to a ping that nobody sent, to each address.
stray() {
    local udp='\x10\x00\x10\x01\x00\x0a\x12\x34no'
    printf '%b' "$udp" | ip netns exec "$1" socat -u - "IP4-SENDTO:$2:17"
    printf '%b' "$udp" | ip netns exec "$1" socat -u - "IP6-SENDTO:[$3]:17"
    printf '%b' '\x00\x00\xff\xfd\x00\x01\x00\x01' | ip netns exec "$1" socat -u - "IP4-SENDTO:$2:1"
    # The kernel sees to ICMPv6's checksum.
    printf '%b' '\x81\x00\x00\x00\x00\x01\x00\x01' | ip netns exec "$1" socat -u - "IP6-SENDTO:[$3]:58"
}

# lease: the container asks for an address by DHCP, and gets one.
lease() {
    printf '%s\n' "interface br1" "start 10.89.1.100" "end 10.89.1.110" "lease_file /run/leases" "pidfile /run/udhcpd.pid" >/run/udhcpd.conf
    : >/run/leases
    busybox udhcpd -f -a 0 /run/udhcpd.conf </dev/null >/dev/null 2>&1 &
    await eval "[[ -n \$(ss -Hlun 'sport = :67') ]]"
    ip netns exec c busybox udhcpc -i eth0 -n -q -s /bin/true
    kill $!
}

# --- the product's tables ---

# evenkeel_rules FAMILY: chain and comment of each rule, a line each.
evenkeel_rules() { nft -j list table "$1" evenkeel | jq -r '.nftables[].rule // empty | "\(.chain): \(.comment)"'; }

# guarded FAMILY: the elements of the set, in order.
guarded() { nft -j list set "$1" evenkeel containers | jq -r '[.nftables[].set // empty | .elem // [] | .[]] | sort | join(" ")'; }

# hits FAMILY CHAIN: the packet counter of each rule.
hits() { nft -j list chain "$1" evenkeel "$2" | jq -r '[.nftables[].rule // empty | .expr[].counter // empty | .packets] | join(" ")'; }

hit() { [[ $(hits "$1" "$2") == *[1-9]* ]]; }

# ruleset: all of it with handles, and without what changes by itself.
ruleset() { nft -s -a list ruleset; }

# others: every table but the product's.
others() { nft list tables | grep -vxE 'table ip6? evenkeel' | while read -r _ family name; do nft -s -a list table "$family" "$name"; done; }

handle() { nft -a list chain "$1" evenkeel "$2" | sed -n "s/.*$3.* handle //p"; }

# --- many at once ---

# crowd COUNT: containers k1, k2, ... on four networks, every other one on two of them.
crowd() {
    local number n
    for n in 1 2 3 4; do network $n; done
    for number in $(seq "$1"); do
        container "k$number"
        attach "k$number" $((number % 4 + 1)) eth0 $((number + 10))
        ((number % 2)) || attach "k$number" $(((number + 2) % 4 + 1)) eth1 $((number + 10))
    done
}

# hooks_at_once FIRST LAST: those containers' hooks. Each stops before its first step until all are there; then they race.
# Prints all they say, and a line for each that fails.
hooks_at_once() {
    local number real=$programs jobs=()
    local programs=/run/gate
    mkdir -p $programs
    : >/run/arrived
    printf '#!/bin/sh\necho >>/run/arrived\nexec flock -s /run/gate %s/evenkeel-hook\n' "$real" >$programs/evenkeel-hook
    chmod +x $programs/evenkeel-hook
    exec {gate}<$programs
    flock -x "$gate"
    for number in $(seq "$1" "$2"); do
        # The lock would be held by whoever inherits it.
        { hook "k$number" '{"onError":"fail"}' || echo "the hook of k$number failed"; } >"/run/said.$number" 2>&1 {gate}<&- &
        jobs+=($!)
    done
    await arrived $(($2 - $1 + 1))
    exec {gate}<&-
    for number in "${jobs[@]}"; do wait "$number"; done
    cat /run/said.*
    rm /run/said.*
}

arrived() { [[ $(wc -l </run/arrived) == "$1" ]]; }
