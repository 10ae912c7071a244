# shellcheck shell=bash
# What the doctor finds, for the tests to source behind lab.sh. The tests set $programs.

# guard_host: the host's own is as it should be, and every bridge in the set, so that what is found is the container's.
guard_host() {
    local family bridges
    [[ ! -e /run/guarded ]] || return 0
    : >/run/guarded
    printf '{"conntrack":{"max":"keep"}}' >/run/host-policy.json
    # shellcheck disable=SC2154
    "$programs/evenkeel" host apply --policy /run/host-policy.json >/dev/null
    bridges=$(ip -br link show type bridge | cut -d ' ' -f 1 | paste -sd ,)
    [[ -n $bridges ]] || return 0
    for family in ip ip6; do
        ! nft list set $family evenkeel containers >/dev/null 2>&1 ||
            nft add element $family evenkeel containers "{ $bridges }"
    done
}

doctor() {
    guard_host
    "$programs/evenkeel" doctor "$@"
}

# found NAME [OPTION...]: the ids of what is found of a container, on the host and in it, in order and each once.
found() { doctor --netns "/run/netns/$1" "${@:2}" --json | jq -r '.findings[].id' | LC_ALL=C sort -u | xargs || :; }

# mend NAME [OPTION...]: carries out the command that the first finding names.
mend() {
    local command
    command=$(doctor --netns "/run/netns/$1" "${@:2}" --json | jq -r '.findings[0].remedy' || :)
    [[ $command == "sudo "* ]] || return 1
    PATH=$programs:$PATH bash -c "${command//sudo /}" >/dev/null
}

# large_pings: a line for each way on which a packet as large as its sender may send it is lost: from the container, to it by
# the host's word, and to and from another container `d` where there is one. Nothing is cut up on the way.
large_pings() {
    [[ ! -e /proc/sys/net/bridge ]] || sysctl -qw net.bridge.bridge-nf-call-iptables=0
    # shellcheck disable=SC2154 # lab.sh has it
    large_ping c "$far4" "$(mtu c eth0)"
    # shellcheck disable=SC2154
    ip -n far route replace 10.89.1.0/24 via "$up4"
    large_ping far 10.89.1.5 "$(mtu "" br1)"
    [[ -e /run/netns/d ]] || return 0
    large_ping c 10.89.1.6 "$(mtu c eth0)"
    large_ping d 10.89.1.5 "$(mtu d eth0)"
}

mtu() { ip ${1:+-n "$1"} -o link show "$2" | sed -n 's/.* mtu \([0-9]*\).*/\1/p'; }

large_ping() {
    ip netns exec "$1" ping -n -q -c 1 -W 0.3 -M "do" -s $(($3 - 28)) "$2" >/dev/null 2>&1 || echo "$1 to $2: $3"
}

# single NETWORKS STRICT: as `lab`, with the default route of the first network alone, as Docker's containers have it.
single() {
    local n
    lab "$@"
    for n in $(seq 2 "$1"); do
        ip -n c route del default via "10.89.$n.1"
        ip -n c -6 route del default via "fd00:89:$n::1" dev "eth$((n - 1))"
    done
}

# everything: what the doctor must leave as it is, in the container and on the host.
everything() {
    local side
    for side in "" "ip netns exec c"; do
        for command in "ip route show table all" "ip -6 route show table all" "ip rule" "ip -6 rule" "ip neigh" \
            "ip addr" "nft list ruleset"; do
            # Who asks for routers makes itself known, seconds after its link came up.
            # shellcheck disable=SC2086
            $side $command | grep -v '^fe80::.* lladdr' || :
        done
        # shellcheck disable=SC2086
        $side sysctl -a --pattern '^net\.' 2>/dev/null | grep -v 'nf_conntrack_count\|stable_secret'
    done
}
