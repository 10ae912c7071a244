# shellcheck shell=bash
# Servers, each listening by the time that the function returns. Sourced after host.sh.
# shellcheck disable=SC2154 # host.sh sets it

# serve NAME [KIND...]: for either family; tcp greets on port 80, udp sends back what comes to port 7 of any address.
# A UDP server on every address of a container on several networks would be found.
serve() {
    local name=$1 kinds=("${@:2}") family
    [[ -n ${kinds[*]} ]] || kinds=(tcp udp)
    for family in "${families[@]}"; do
        [[ ${kinds[*]} != *tcp* ]] || listen "$name" "TCP$family-LISTEN:80,fork,reuseaddr" SYSTEM:"echo hello"
        [[ ${kinds[*]} != *udp* ]] || listen "$name" "UDP$family-RECVFROM:7,fork" EXEC:cat
    done
    await_listeners "$name" $((${#families[@]} * ${#kinds[@]}))
}

# serve_far COUNT: as many addresses of `far`, each with a UDP socket of its own: from one for all the answer would leave from
# another address than was asked. Not by socat, whose UDP server can stop for good when somebody who asked does not wait.
serve_far() {
    local family number addresses=()
    far_addresses "$1"
    serve far tcp
    for family in "${families[@]}"; do
        for number in $(seq "$1"); do addresses+=("$(far_address "$family" "$number")"); done
    done
    inside far /usr/bin/python3 -c "$echo_datagrams" "${addresses[@]}" </dev/null >/dev/null 2>&1 &
    await_listeners far $((${#families[@]} * (1 + $1)))
}

echo_datagrams='
import selectors, socket, sys

selector = selectors.DefaultSelector()
for address in sys.argv[1:]:
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 7))
    selector.register(server, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        try:
            datagram, sender = key.fileobj.recvfrom(65536)
            key.fileobj.sendto(datagram, sender)
        except OSError:
            pass  # An error of one who has gone.
'

# listen NAME ADDRESS PROGRAM [OPTION...]: as socat has them. Without v6only an IPv6 server would take IPv4 as well.
listen() {
    local address=$2
    [[ $address != *6-* ]] || address+=,ipv6-v6only
    inside "$1" socat -b 65536 "${@:4}" "$address" "$3" </dev/null >/dev/null 2>&1 &
}

# await_listeners NAME COUNT
await_listeners() { until [[ $(inside "$1" ss -Hltun | wc -l) == "$2" ]]; do sleep 0.01; done; }

# await COMMAND...: returns as soon as it succeeds, and fails if it does not for long.
await() {
    local end=$((SECONDS + 20))
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || {
            echo "waited in vain for: $*" >&2
            return 1
        }
        sleep 0.02
    done
}

bracket() { if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi; }
