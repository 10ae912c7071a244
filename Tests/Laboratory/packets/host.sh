# shellcheck shell=bash
# The packet laboratory: a host, the world beyond its uplink, and containers on several networks. To be sourced in a sandbox
# whose own network namespace plays the host; whatever is made goes with the sandbox.
#
#   far 198.51.100.2 -- uplink 198.51.100.1 [host] br1 10.89.1.1 -- eth0 10.89.1.5 [c]
#       2001:db8:51::2     2001:db8:51::1         br2 10.89.2.1 -- eth1 10.89.2.5
# and the same in IPv6, fd00:89:N::1 and ::5.

# shellcheck disable=SC2034 # for those who source it
far4=198.51.100.2 far6=2001:db8:51::2
up4=198.51.100.1 up6=2001:db8:51::1
# Without IPv6 in the kernel, what is about it is left out.
families=(4 6)
[[ -d /proc/sys/net/ipv6 ]] || families=(4)

# inside NAMESPACE COMMAND...: NAMESPACE is one of ip-netns, a file, or a container of which `process` tells a process.
inside() {
    local namespace=$1
    [[ $namespace == */* ]] || namespace=/run/netns/$namespace
    [[ -e $namespace ]] || namespace=/proc/$(process "$1")/ns/net
    nsenter --net="$namespace" -- "${@:2}"
}

# batch NAMESPACE: has ip carry out the commands on standard input there, on the host if the name is empty.
batch() { of_known_families | ip ${1:+-n "$1"} -batch -; }

of_known_families() { if [[ ${families[*]} == 4 ]]; then grep -v ::; else cat; fi; }

# uplink: the world, and the way there. A fresh namespace may have inherited anything.
uplink() {
    local with_ipv6=(net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0)
    ip netns add far
    sysctl -qew "${with_ipv6[@]}"
    inside far sysctl -qew "${with_ipv6[@]}" net.ipv6.conf.default.accept_dad=0
    ip link add uplink type veth peer name uplink netns far
    batch "" <<END
link set lo up
link set uplink up
addr add $up4/24 dev uplink
addr add $up6/64 dev uplink nodad
END
    batch far <<END
link set lo up
link set uplink up
addr add $far4/24 dev uplink
addr add $far6/64 dev uplink nodad
END
    sysctl -qew net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# host: it translates what leaves by the uplink.
host() {
    # Without a tentative phase the first packets need not wait for the link-local addresses.
    sysctl -qew net.ipv6.conf.default.accept_dad=0 net.ipv4.conf.all.rp_filter=0
    uplink
    nft -f - <<'END'
table inet nat {
    chain post { type nat hook postrouting priority srcnat; oifname "uplink" masquerade; }
    chain pre { type nat hook prerouting priority dstnat; }
}
END
}

# network N STRICT: a bridge whose reverse path filter is strict (1) or not (0).
network() {
    local n=$1 strict=${2:-0}
    batch "" <<END
link add br$n type bridge
addr add 10.89.$n.1/24 dev br$n
addr add fd00:89:$n::1/64 dev br$n nodad
link set br$n up
END
    sysctl -qw "net.ipv4.conf.br$n.rp_filter=$strict"
    [[ $strict != 1 ]] || filter_ipv6 "br$n"
}

# filter_ipv6 INTERFACE: as nftables matches it. IPv6 has no reverse path filter; a rule plays its part, as on hosts that
# filter.
filter_ipv6() {
    [[ ${families[*]} != 4 ]] || return 0
    nft "add table ip6 strict; add chain ip6 strict pre { type filter hook prerouting priority raw; };
        add rule ip6 strict pre iifname $1 ip6 saddr != fe80::/10 fib saddr . iif oif missing drop"
}

# publish N HOSTPART: port 8080 + N of the host leads to port 80 of that address on network N.
publish() {
    local n=$1 part=$2
    of_known_families <<END | nft -f -
add rule inet nat pre iifname uplink tcp dport $((8080 + n)) meta nfproto ipv4 dnat ip to 10.89.$n.$part:80
add rule inet nat pre iifname uplink tcp dport $((8080 + n)) meta nfproto ipv6 dnat ip6 to [fd00:89:$n::$part]:80
END
}

# far_address FAMILY NUMBER: one of many that `far` may have. The kernel sends a flow of IPv6 by one leg for good, so to a
# single address all would be well or all lost.
far_address() { if [[ $1 == 4 ]]; then echo "198.51.100.$((100 + $2))"; else echo "2001:db8:51::$((100 + $2))"; fi; }

# far_addresses COUNT: of either family.
far_addresses() {
    local number
    for number in $(seq "$1"); do
        echo "addr add $(far_address 4 "$number")/24 dev uplink"
        echo "addr add $(far_address 6 "$number")/64 dev uplink nodad"
    done | batch far
}
