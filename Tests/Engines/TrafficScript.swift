/// What scripts on an `EngineHost` have at hand to measure what a container loses.
enum TrafficScript {
    static let functions = neighbours + probes + rows

    private static let neighbours = #"""
        addresses() { inside "$1" ip -o "-$2" addr show scope global | awk '{ sub("/.*", "", $4); print $4 }'; }

        # What makes a container's gateways neighbours that are not known to be reachable, as `ip -batch` reads it: then
        # the kernel alternates between default routes of one metric.
        stale() {
            local family dev address bridge
            for family in 4 6; do
                inside "$1" ip -o -$family addr show scope global | grep " eth"
            done | while read -r _ dev _ address _; do
                address=${address%/*}
                bridge=$(ip -o route get "$address" | sed 's/.* dev \([^ ]*\).*/\1/')
                echo "neigh replace ${address%"${address##*[.:]}"}1 dev $dev" \
                    "lladdr $(</sys/class/net/"$bridge"/address) nud stale"
            done
        }

        # An address cannot be used before its duplicate address detection is over, nor a port before someone listens.
        settle() {
            for _ in {1..100}; do
                [[ -z $(ip addr show tentative; inside "$1" ip addr show tentative) &&
                    -n $(inside "$1" ss -Hltn 'sport = 80') ]] && return
                sleep 0.1
            done
            return 1
        }

        """#

    private static let probes = #"""
        probes=6

        ping_once() { nsenter -t "$pid" -n -- ping -n -q -c 1 -W 0.5 ${2:+-I "$2"} "$1" >/dev/null 2>&1; }

        bracket() { if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi; }

        tcp_once() {
            local bind=${2:+,bind=$(bracket "$2")}
            [[ $(nsenter -t "$pid" -n -- timeout 1 socat -u "TCP:$(bracket "$1"):80$bind" - 2>/dev/null) == hello ]]
        }

        # -t 0: done as soon as the answer is there.
        udp_once() {
            local bind=${2:+,bind=$(bracket "$2")}
            [[ $(nsenter -t "$pid" -n -- timeout 1 socat -t 0 "UDP:$(bracket "$1"):7$bind" \
                SYSTEM:'echo hello; read -r answer; echo "$answer" >&2' 2>&1) == hello ]]
        }

        # The kernel sends a flow of IPv6 by one leg for good, so those go to many addresses.
        next6() { "$1" "2001:db8:51::2:$((++number % 16))" "$2"; }

        greeted() { [[ $(ip netns exec far timeout 1 socat -u "TCP:$1:8080" - 2>/dev/null) == hello ]]; }

        # Each network of a container publishes the port, and the first rule wins: puts it last.
        next_network() {
            local iptables=$1 chain rule
            chain=$($iptables -t nat -S | sed -n 's/^-A \([^ ]*-HOSTPORT-DNAT\) .*/\1/p' | head -n 1)
            rule=$($iptables -t nat -S "$chain" 1)
            $iptables -t nat -D "$chain" 1
            eval "$iptables -t nat $rule"
        }

        """#

    private static let rows = #"""
        # row TITLE COMMAND...: says how many probes were lost, if any was.
        row() {
            local lost=0
            for _ in $(seq $probes); do
                nsenter -t "$pid" -n -- ip -batch - <<<"$neighbours"
                "${@:2}" || lost=$((lost + 1))
            done
            [[ $lost == 0 ]] || echo "$1: $lost of $probes lost"
        }

        # outgoing NAME FAMILY KIND...: beyond the host, from no address and each. A kind is ping, tcp or udp.
        outgoing() {
            local pid neighbours address kind number=0
            settle "$1"
            pid=$(process "$1") neighbours=$(stale "$1")
            for address in "" $(addresses "$1" "$2"); do
                for kind in "${@:3}"; do
                    if [[ $2 == 4 ]]; then
                        row "IPv4 $kind from ${address:-any}" ${kind}_once 198.51.100.2 "$address"
                    else
                        row "IPv6 $kind from ${address:-any}" next6 ${kind}_once "$address"
                    fi
                done
            done
        }

        pings() { outgoing "$1" "$2" ping; }

        # ports NAME: from beyond the host to the published port, by each network.
        ports() {
            local pid neighbours
            settle "$1"
            pid=$(process "$1") neighbours=$(stale "$1")
            for _ in $(addresses "$1" 4); do
                row "IPv4 published port" greeted 198.51.100.1
                row "IPv6 published port" greeted "[2001:db8:51::1]"
                next_network iptables
                next_network ip6tables
            done
        }

        tcp_by() {
            [[ $(nsenter -t "$pid" -n -- timeout 1 socat -u "TCP:$(bracket "$1"):80,so-bindtodevice=$2" - 2>/dev/null) == hello ]]
        }

        # devices NAME: beyond the host, by sockets that are bound to each of its interfaces.
        devices() {
            local pid neighbours dev far
            settle "$1"
            pid=$(process "$1") neighbours=$(stale "$1")
            for dev in $(inside "$1" ip -o link show | sed -n 's/^[0-9]*: \(eth[0-9]*\)@.*/\1/p'); do
                for far in 198.51.100.2 2001:db8:51::2:1; do
                    row "ping of $far by $dev" ping_once $far "$dev"
                    row "TCP to $far by $dev" tcp_by $far "$dev"
                done
            done
        }

        # losses NAME: a line for each kind of traffic of which something was lost.
        losses() { outgoing "$1" 4 ping tcp udp; outgoing "$1" 6 ping tcp udp; ports "$1"; }

        """#
}
