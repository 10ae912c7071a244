# shellcheck shell=bash
# What scripts on a host with an engine have at hand beside the watcher. Sourced after container.sh and Live's watch.sh.

# shellcheck disable=SC2034 # where Live's functions find the watcher and the command line
programs=/usr/local/libexec/evenkeel

# bystander: a namespace of nobody's engine, with two defaults of one metric and a strict filter, which must stay as it is.
bystander() {
    local n
    ip netns add bystander
    inside bystander sysctl -qw net.ipv4.conf.default.rp_filter=1 net.ipv6.conf.default.disable_ipv6=1
    for n in 1 2; do
        ip link add "by$n" type veth peer name "eth$n" netns bystander
        ip link set "by$n" up
        ip -n bystander addr add "10.85.$n.2/24" dev "eth$n"
        ip -n bystander link set "eth$n" up
        ip -n bystander route append default via "10.85.$n.1" dev "eth$n" metric 100
    done
    picture >/run/bystander
}

picture() {
    ip -n bystander -o route show table all | sort
    ip -n bystander rule
    # shellcheck disable=SC2016 # the names are those in the namespace
    inside bystander bash -c 'grep . /proc/sys/net/ipv4/conf/*/rp_filter'
}

# strict NAME: the interfaces of a container whose reverse path filter is not loose.
strict() {
    # shellcheck disable=SC2016 # the names are those in the namespace
    inside "$1" bash -c 'cd /proc/sys/net/ipv4/conf
        for interface in *; do
            [[ $interface == @(all|lo) || $(<"$interface/rp_filter") == 2 ]] || echo "$interface"
        done'
}

# unsafe NAME...: a line for each thing in these containers that is not as the watcher keeps it, or of their bridges.
unsafe() {
    local name family count interface
    for name in "$@"; do
        for family in 4 6; do
            count=$(inside "$name" ip "-$family" route show default | wc -l)
            ((count == 1 || (family == 6 && count == 0))) || echo "$name: $count lines of IPv$family defaults"
        done
        for interface in $(strict "$name"); do echo "$name: $interface filters strictly"; done
    done
    comm -23 <(attached | translated) <(guarded) | sed 's/.*/& is not guarded/'
}

# translated: of lines that begin with a family those of IPv4 and, if the host has Evenkeel's table for it, of IPv6. Not every engine
# translates that.
translated() { if nft list table ip6 evenkeel >/dev/null 2>&1; then cat; else grep -v '^ip6 ' || :; fi; }

# safe NAME...: waits until they are. The time only ends a test that fails.
safe() {
    local attempt said
    for attempt in {1..100}; do
        if said=$(unsafe "$@" 2>&1) && [[ -z $said ]]; then return; fi
        sleep 0.05
    done
    printf '%s\n' "$said" >&2
    tail -60 /run/watch.log >&2
    return 1
}

# gateway NAME: the IPv4 gateway of its only default route.
gateway() { inside "$1" ip route show default | sed -n 's/^default via \([^ ]*\) .*/\1/p'; }

# changes NAME CONNECTED: what an engine does to a running container on the network n1, which is safe after each. `connected` is how the
# engine knows whose networks it changes.
changes() {
    local name=$1 connected=${2:-$1}
    safe "$name"
    podman network connect n2 "$connected"
    safe "$name"
    [[ $(gateway "$name") == 10.89.1.1 ]]
    podman network disconnect n1 "$connected"
    safe "$name"
    [[ $(gateway "$name") == 10.89.2.1 ]]
    podman network connect n1 "$connected"
    safe "$name"
}

# renewals NAME: what makes its networks anew.
renewals() {
    podman network reload "$1" >/dev/null
    safe "$1"
    podman restart -t 0 "$1" >/dev/null
    safe "$1"
}

# verdict: a line for each thing that the watcher did not do well. One that looks at everything afresh finds nothing left to do.
verdict() {
    quiet
    status '{failures, missed, contested, overruns} | select(. != {failures: {}, missed: 0, contested: [], overruns: 0})'
    "$programs/evenkeel-watch" --once --dry-run --log-level info 2>&1 | grep -v ': watches [0-9]* container' || :
    picture | diff /run/bystander - || :
}

# flood NAME: from now on a ping leaves it every 5 ms.
flood() {
    # A simple command, so that its number is the ping's.
    # shellcheck disable=SC2154 # of the laboratory
    nsenter --net="/proc/$(process "$1")/ns/net" ping -n -i 0.005 "$far4" >/run/flood 2>&1 &
    flood=$!
    until grep -qs icmp_seq=20 /run/flood; do sleep 0.01; done
}

# lost: how many of these got no answer, up to the last that did.
lost() {
    sleep 0.1
    kill "$flood"
    wait "$flood" || :
    sed -n 's/.*icmp_seq=\([0-9]*\) ttl=.*/\1/p' /run/flood |
        awk '!seen[$1]++ { count++; if ($1 > last) last = $1 } END { print last - count }'
}

# two_macvlans: networks m1 and m2 on the uplink, whose gateways are beyond it.
two_macvlans() {
    local n
    for n in 1 2; do
        ip -n far addr add "10.86.$n.1/24" dev uplink
        podman network create -d macvlan -o parent=uplink --subnet "10.86.$n.0/24" --gateway "10.86.$n.1" "m$n" >/dev/null
    done
}

# late_networks: a container as Docker 28 makes it: the hook sees its namespace with lo alone, then its networks come one by one, and
# then its process.
late_networks() {
    local namespace=/run/docker/netns/0123456789ab n end
    mkdir -p /run/docker/netns
    touch $namespace
    unshare --net=$namespace true
    inside $namespace ip link set lo up
    inside $namespace sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=1
    hook ../../$namespace 2>/dev/null
    for n in 1 2; do
        end=late$n
        ip link add "$end" type veth peer name "peer$n"
        ip link set "$end" master "docker$n"
        ip link set "peer$n" netns $namespace
        inside $namespace ip link set "peer$n" name "eth$((n - 1))"
        inside $namespace ip addr add "10.88.$n.77/24" dev "eth$((n - 1))"
        inside $namespace ip link set "eth$((n - 1))" up
        ip link set "$end" up
        inside $namespace ip route append default via "10.88.$n.1" dev "eth$((n - 1))"
    done
    nsenter --net=$namespace sleep 600 </dev/null >/dev/null 2>&1 &
    safe $namespace
}
