# shellcheck shell=bash
# What scripts on an EngineHost have at hand to look at a container, whatever started it. Sourced after the packet laboratory; the
# engine's own functions, `start`, `process` and `show`, come beside it.

# Writes down what it sees of the network, in three paragraphs, and then greets whoever connects to port 80.
look='{ ip route; echo; ip rule; echo; grep . /proc/sys/net/ipv4/conf/*/rp_filter; }'
# shellcheck disable=SC2034 # for an engine's `start`
program="$look >/first-action; exec nc -ll -p 80 -e echo hello"

first_action() {
    # The shell that wrote it down has become another program when it is done.
    for _ in {1..100}; do
        [[ $(cat "/proc/$(process "$1")/comm") == @(nc|sleep) ]] && break
        sleep 0.1
    done
    show "$1" /first-action
}

# Of both families the bridges in Evenkeel's set; nothing if there is no such set.
guarded() {
    local family
    for family in ip ip6; do nft -j list set $family evenkeel containers 2>/dev/null || :; done |
        jq -r '.nftables[].set // empty | .family as $family | .elem[]? | "\($family) \(.)"' | sort
}

# In the same form, the bridges that containers are attached to.
attached() {
    ip -j link show type veth | jq -r '[.[].master // empty] | unique[] | "ip \(.)", "ip6 \(.)"' | sort
}

# filters NAME: the interfaces whose reverse path filter is not loose.
filters() {
    # shellcheck disable=SC2016 # the names are those in the namespace
    inside "$1" bash -c 'cd /proc/sys/net/ipv4/conf
        for interface in eth* default; do [[ $(<"$interface/rp_filter") == 2 ]] || echo "$interface"; done'
}

# What the host has of Evenkeel's beside its tables, which stay for the next container.
leftovers() {
    { ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; } | grep 'proto 69' || :
    nft -j list ruleset | jq -r '.nftables[] | .chain // .set // empty | select(.table == "evenkeel") | .name' |
        grep -vxE 'input|output|forward|containers|misjudged' || :
    guarded
}
