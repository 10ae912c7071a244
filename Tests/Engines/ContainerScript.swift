/// The functions that scripts inside a `PodmanHost` have at hand.
enum ContainerScript {
    static let functions = starting + measuring

    private static let starting = #"""
        # Writes down what it sees of the network, in three paragraphs, and then greets whoever connects to port 80.
        program='{ ip route; echo; ip rule; echo; grep . /proc/sys/net/ipv4/conf/*/rp_filter; } >/first-action
            exec nc -ll -p 80 -e echo hello'

        # start NAME OPTION...: a container that filters reverse paths strictly.
        start() {
            podman run -d --name "$1" --sysctl net.ipv4.conf.all.rp_filter=1 "${@:2}" \
                localhost/busybox sh -c "$program" >/dev/null
        }

        process() { podman inspect -f '{{.State.Pid}}' "$1"; }

        first_action() {
            # The shell that wrote it down has become another program when it is done.
            for _ in {1..100}; do
                [[ $(cat "/proc/$(process "$1")/comm") == @(nc|sleep) ]] && break
                sleep 0.1
            done
            podman exec "$1" cat /first-action
        }

        # inside NAME COMMAND...: a program of the host in the container's network.
        inside() { nsenter -t "$(process "$1")" -n -- "${@:2}"; }

        """#

    private static let measuring = #"""
        probes=10

        addresses() { inside "$1" ip -o "-$2" addr show scope global | awk '{ sub("/.*", "", $4); print $4 }'; }

        # What makes a container's gateways neighbours that are not known to be reachable, as `ip -batch` reads it: then
        # the kernel alternates between default routes of one metric.
        stale() {
            local family dev address bridge
            for family in 4 6; do
                inside "$1" ip -o -$family addr show scope global
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

        # row TITLE COMMAND...: says how many probes were lost, if any was.
        row() {
            local lost=0
            for _ in $(seq $probes); do
                nsenter -t "$pid" -n -- ip -batch - <<<"$neighbours"
                "${@:2}" || lost=$((lost + 1))
            done
            [[ $lost == 0 ]] || echo "$1: $lost of $probes lost"
        }

        ping_once() { nsenter -t "$pid" -n -- ping -n -q -c 1 -W 0.5 ${2:+-I "$2"} "$1" >/dev/null 2>&1; }

        greeted() { [[ $(ip netns exec far timeout 1 socat -u "TCP:$1:8080" - 2>/dev/null) == hello ]]; }

        # Each network of a container publishes the port, and the first rule wins: puts it last.
        next_network() {
            local iptables=$1 chain rule
            chain=$($iptables -t nat -S | sed -n 's/^-A \([^ ]*-HOSTPORT-DNAT\) .*/\1/p' | head -n 1)
            rule=$($iptables -t nat -S "$chain" 1)
            $iptables -t nat -D "$chain" 1
            eval "$iptables -t nat $rule"
        }

        # pings NAME FAMILY: beyond the host, from no address and each. The kernel sends a flow of IPv6 by one leg for
        # good, so those go to many addresses.
        pings() {
            local pid neighbours address number=0
            settle "$1"
            pid=$(process "$1") neighbours=$(stale "$1")
            for address in "" $(addresses "$1" "$2"); do
                if [[ $2 == 4 ]]; then
                    row "IPv4 ping from ${address:-any}" ping_once 198.51.100.2 "$address"
                else
                    row "IPv6 ping from ${address:-any}" ping_next "$address"
                fi
            done
        }

        ping_next() { ping_once "2001:db8:51::2:$((++number % 16))" "$1"; }

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

        # losses NAME: a line for each kind of traffic of which something was lost.
        losses() { pings "$1" 4; pings "$1" 6; ports "$1"; }

        """#
}
