# shellcheck shell=bash
# Networks that a runtime sets up with configuration lists of real plugins, for the tests to source: the host, world and
# addresses of the packet laboratory, but everything between is the plugins' work. The tests set $laboratory, $programs and
# $cnitool.

# shellcheck source=Tests/Laboratory/packets/all.sh disable=SC2154
. "$laboratory/all.sh"

# shellcheck disable=SC2034 # of the laboratory
probes=3
export NETCONFPATH=/run/net.d CNI_PATH=/run/plugins:/usr/lib/cni

# chains: the host, the world, and a container with servers but no network yet.
# shellcheck disable=SC2154
chains() {
    mkdir -p $NETCONFPATH /run/plugins
    # The plugins keep leases and results there.
    mount -t tmpfs tmpfs /var/lib
    ln -s "$programs/evenkeel-cni" /run/plugins/evenkeel
    host
    container c
    serve far
    serve c
}

# plugin N TYPE: its part of network N's list. A type that is JSON stands for itself.
plugin() {
    local n=$1 ipam
    # One address of each family, which must be free again when the network is attached again.
    ipam="\"ipam\": {\"type\": \"host-local\", \"routes\": [{\"dst\": \"0.0.0.0/0\"}, {\"dst\": \"::/0\"}], \"ranges\": [
        [{\"subnet\": \"10.89.$n.0/24\", \"rangeStart\": \"10.89.$n.5\", \"rangeEnd\": \"10.89.$n.5\"}],
        [{\"subnet\": \"fd00:89:$n::/64\", \"rangeStart\": \"fd00:89:$n::5\", \"rangeEnd\": \"fd00:89:$n::5\"}]]}"
    case $2 in
    bridge) echo "{\"type\": \"bridge\", \"bridge\": \"br$n\", \"isGateway\": true, \"hairpinMode\": true, $ipam}" ;;
    ptp) echo "{\"type\": \"ptp\", $ipam}" ;;
    macvlan) echo "{\"type\": \"macvlan\", \"master\": \"port$n\", \"mode\": \"bridge\", $ipam}" ;;
    portmap) echo '{"type": "portmap", "capabilities": {"portMappings": true}}' ;;
    bandwidth) echo '{"type": "bandwidth", "ingressRate": 80000000, "ingressBurst": 8000000}' ;;
    tuning) echo '{"type": "tuning", "sysctl": {"net.ipv4.conf.all.log_martians": "1"}}' ;;
    "{"*) echo "$2" ;;
    *) echo "{\"type\": \"$2\"}" ;;
    esac
}

# list N VERSION PLUGIN…: the configuration list of network N, under the name nN.
list() {
    local n=$1 version=$2 type
    shift 2
    for type; do plugin "$n" "$type"; done |
        jq -s "{cniVersion: \"$version\", name: \"n$n\", plugins: .}" >"$NETCONFPATH/n$n.conflist"
    [[ $1 != macvlan ]] || port "$n"
    # Whose address it was a moment ago, the gateway need not know.
    ip neigh flush all
}

# port N: an interface for macvlan, into a bridge whose address is the gateway.
port() {
    ! ip link show "port$1" >/dev/null 2>&1 || return 0
    network "$1"
    ip link add "port$1" type veth peer name "peer$1"
    ip link set "peer$1" master "br$1" up
    ip link set "port$1" up
}

# attachment VERB NETWORK INTERFACE [CAPABILITIES]: as a container runtime does.
# shellcheck disable=SC2154
attachment() { CNI_IFNAME=$3 CAP_ARGS=${4:-} "$cnitool" "$1" "$2" /run/netns/c; }

# runtime VERB N: network N as eth(N-1), its port 80 published as 8080 + N.
runtime() {
    # Before its version 1.3 portmap's CHECK looks for the rules of either family in both.
    local capabilities=""
    [[ $1 == check ]] || capabilities=$(published $((8080 + $2)))
    attachment "$1" "n$2" "eth$(($2 - 1))" "$capabilities"
}

published() { echo "{\"portMappings\": [{\"hostPort\": $1, \"containerPort\": 80, \"protocol\": \"tcp\"}]}"; }

# both VERB: with network 1 and then 2.
both() { runtime "$1" 1 && runtime "$1" 2; }

# ready NAME: one of the lists in hooks/cni; prints its network's name.
# shellcheck disable=SC2154
ready() {
    local list=$NETCONFPATH/$1.conflist
    case $1 in
    multus)
        sed '1,/config: |/d' "$lists/multus.yaml" >"$list"
        # The interface it names, beyond which the gateway is.
        ip link add "$(jq -r '.plugins[0].master' "$list")" type veth peer name gateway
        ip link set "$(jq -r '.plugins[0].master' "$list")" up
        ip addr add 10.89.13.1/24 dev gateway
        ip addr add fd00:89:13::1/64 dev gateway nodad
        ip link set gateway up
        ;;
    *) cp "$lists/$1.conflist" "$list" ;;
    esac
    jq -r .name "$list"
}

# Those below print a line for each kind of traffic of which something was lost.

unbound_losses() {
    local family far
    for family in 4 6; do
        far=far$family
        row "IPv$family ping" ping_once c "${!far}"
        row "IPv$family TCP" tcp_once c "${!far}" 80
    done
}

# bound_losses N…: from the addresses of those networks.
bound_losses() {
    local n
    for n; do
        row "IPv4 ping from network $n" ping_once c "$far4" "10.89.$n.5"
        row "IPv4 TCP from network $n" tcp_once c "$far4" 80 "10.89.$n.5"
        row "IPv6 ping from network $n" ping_once c "$far6" "fd00:89:$n::5"
        row "IPv6 TCP from network $n" tcp_once c "$far6" 80 "fd00:89:$n::5"
    done
}

published_losses() {
    local n
    for n; do
        row "IPv4 published port of network $n" tcp_once far "$up4" $((8080 + n))
        row "IPv6 published port of network $n" tcp_once far "$up6" $((8080 + n))
    done
}

# left: what is there of our own and of what the plugins made in the container.
left() {
    ours 4 c
    ours 6 c
    ip -n c -br link | grep -v '^lo ' || :
    find /var/lib/cni/results -type f
}
