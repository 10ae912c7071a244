#!/usr/bin/env bash
# remedies.sh NAME: what evenkeel-cni does to the container in /run/netns/NAME, as an administrator would script it with
# ip, sysctl and nft. A second run changes nothing. Only what the benchmark's cases have is thought of.
set -euo pipefail
name=$1

links=$(ip -n "$name" -o link show)
mapfile -t interfaces < <(sed -n 's/^[0-9]*: \([^:@]*\)[:@].*/\1/p' <<<"$links" | grep -vx lo)

index() { sed -n "s/^\([0-9]*\): $1[:@].*/\1/p" <<<"$links"; }

reverse_path_filter() {
    local interface settings=(net.ipv4.conf.default.rp_filter=2)
    for interface in "${interfaces[@]}"; do settings+=("net.ipv4.conf.$interface.rp_filter=2"); done
    nsenter --net="/run/netns/$name" sysctl -qw "${settings[@]}"
}

# candidates FAMILY: a line for each default route in main: metric, interface, gateway. IPv6 prints the legs of one metric
# as next hops of one route.
candidates() {
    ip -n "$name" "-$1" route show default | awk '
        { for (i = 1; i < NF; i++) { if ($i == "via") via = $(i + 1); if ($i == "dev") dev = $(i + 1)
                                     if ($i == "metric") metric = $(i + 1) } }
        /via/ { print metric, dev, via }' | sort -k1,1n -k2,2V
}

default_routes() {
    local family=$1 winner=() metric dev via prefix changes=() rules=() bound=() removals=() devices=()
    while read -r metric dev via; do
        devices+=("$dev")
        if [[ ${#winner[@]} == 0 ]]; then
            winner=("$metric" "$dev" "$via")
            continue
        fi
        changes+=("route replace default via $via dev $dev table $((17739000 + $(index "$dev"))) proto static metric $metric")
        removals+=("route del default via $via dev $dev metric $metric")
        for prefix in $(ip -n "$name" "-$family" route show dev "$dev" proto kernel | awk '!/^fe80/ { print $1 }'); do
            rules+=("rule add from $prefix iif lo lookup $((17739000 + $(index "$dev"))) priority 32765 protocol 69")
        done
        bound+=("rule add oif $dev lookup $((17739000 + $(index "$dev"))) priority 32765 protocol 69")
    done < <(candidates "$family")
    [[ ${#changes[@]} != 0 ]] || return 0
    read -r metric dev via <<<"${winner[*]}"
    changes+=("route replace default via $via dev $dev table $((17739000 + $(index "$dev"))) proto 69 metric $metric"
        "rule add lookup main suppress_prefixlength 0 priority 32765 protocol 69"
        "rule add lookup main suppress_ifgroup 17739 priority 32765 protocol 69")
    for dev in "${devices[@]}"; do echo "link set dev $dev group 17739"; done | ip -n "$name" -batch -
    printf '%s\n' "${changes[@]}" "${rules[@]}" "${bound[@]}" "${removals[@]}" | ip -n "$name" "-$family" -batch -
}

# mark: that the container has been looked after.
mark() { ip -n "$name" route replace blackhole default table 17738997 proto 69 metric 1; }

# bridges: where the container's interfaces enter the host.
bridges() {
    local host
    host=$(ip -o link show type veth)
    sed -n 's/^[0-9]*: [^@]*@if\([0-9]*\):.*/\1/p' <<<"$links" | while read -r peer; do
        sed -n "s/^$peer: .* master \([^ ]*\) .*/\1/p" <<<"$host"
    done | sort -u | paste -sd,
}

invalid_segments() {
    local family=$1 bridges=$2 held bridge
    if held=$(nft list set "$family" evenkeel containers 2>/dev/null); then
        for bridge in ${bridges//,/ }; do
            [[ $held == *"\"$bridge\""* ]] || nft add element "$family" evenkeel containers "{ $bridge }"
        done
        return
    fi
    local address=ipv4_addr ip=ip
    [[ $family == ip ]] || { address=ipv6_addr ip=ip6; }
    nft -f - <<NFT
table $family evenkeel {
    set misjudged {
        type $address . inet_service . $address . inet_service
        size 16384
        flags dynamic,timeout
        timeout 1s
    }
    chain input {
        type filter hook input priority filter;
        iifname != "lo" meta l4proto tcp tcp flags & rst == 0 ct state invalid update @misjudged { $ip saddr . tcp sport . $ip daddr . tcp dport } comment "evenkeel 2: note INVALID segments for a second"
    }
    chain output {
        type filter hook output priority filter;
        oifname != "lo" meta l4proto tcp tcp flags & (rst|ack) == rst ct state invalid fib saddr type local $ip daddr . tcp dport . $ip saddr . tcp sport @misjudged counter drop comment "evenkeel 2: do not answer INVALID segments with RST"
    }
    set containers { type ifname; elements = { $bridges }; }
    chain forward {
        type filter hook forward priority filter;
        iifname @containers oifname != @containers meta l4proto tcp tcp flags & (syn|rst) == 0 ct state invalid fib saddr . iif oif exists counter drop comment "evenkeel 2: let no INVALID segment of a container out untranslated"
    }
}
NFT
}

reverse_path_filter
for family in 4 6; do default_routes $family; done
mark
entrances=$(bridges)
for family in ip ip6; do invalid_segments $family "$entrances"; done
