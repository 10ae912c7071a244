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
    PATH=$programs:$PATH bash -c "${command#sudo }" >/dev/null
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
            # shellcheck disable=SC2086
            $side $command
        done
        # shellcheck disable=SC2086
        $side sysctl -a --pattern '^net\.' 2>/dev/null | grep -v 'nf_conntrack_count\|stable_secret'
    done
}
