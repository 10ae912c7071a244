# shellcheck shell=bash
# Containers that meet a limit of several networks, for the tests to source behind lab.sh and doctor.sh.

# answer_all NAME ADDRESS PORT [DEVICE]: a UDP server that answers each datagram by the socket it came in by, as plain ones do.
answer_all() {
    ip netns exec "$1" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
if len(sys.argv) > 3: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[3].encode())
s.bind((sys.argv[1], int(sys.argv[2])))
while True:
    data, peer = s.recvfrom(512)
    s.sendto(data, peer)' "${@:2}" </dev/null >/dev/null 2>&1 &
    echo $! >/run/server
    until ip netns exec "$1" ss -Hlun | grep -q ":$3 "; do sleep 0.01; done
}

# stop_server: of another script its end may be waited for by nobody, so a zombie has ended.
stop_server() {
    local pid
    pid=$(cat /run/server)
    kill "$pid"
    while [[ $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) == [RSDT] ]]; do sleep 0.01; done
}

# publish_udp N PORT: port 5300 + N of the host leads to the port of network N.
publish_udp() {
    nft add rule inet nat pre iifname uplink udp dport $((5300 + $1)) meta nfproto ipv4 dnat ip to "10.89.$1.5:$2"
}

# asked PORT: how many of 3 questions to the host's UDP port are answered, each of which is waited for as long as a slow machine
# takes.
asked() {
    # shellcheck disable=SC2154 # lab.sh has it
    ip netns exec far python3 -c '
import socket, sys
answered = 0
for _ in range(3):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(3)
    s.connect((sys.argv[1], int(sys.argv[2])))
    s.send(b"q")
    try: answered += s.recv(9) == b"q"
    except OSError: pass
print(answered)' "$up4" "$1"
}

# inner: a container inside c, whose port 80 is c's port 30080 on every network.
inner() {
    ip netns add inner
    ip -n c link add inner0 type veth peer name eth0 netns inner
    ip -n c addr add 10.244.0.1/24 dev inner0
    ip -n c link set inner0 up
    ip -n inner link set lo up
    ip -n inner addr add 10.244.0.2/24 dev eth0
    ip -n inner link set eth0 up
    ip -n inner route add default via 10.244.0.1
    ip netns exec c sysctl -qw net.ipv4.ip_forward=1
    serve inner tcp
    ip -n far route add 10.89.0.0/16 via "$up4"
}

# receive PORT: how many of 5 datagrams from the world's other subnet arrive in c.
receive() {
    ip netns exec c timeout 1 socat -u "UDP4-RECV:$1" - >/run/received 2>/dev/null &
    local pid=$! _
    until ip netns exec c ss -Hlun | grep -q ":$1 "; do sleep 0.01; done
    for _ in {1..5}; do ip netns exec far bash -c "echo x >/dev/udp/10.89.1.5/$1"; done
    wait $pid || :
    wc -l </run/received
}

# move FROM TO ADDRESS: how many of 300,000 bytes arrive by TCP.
move() {
    ip netns exec "$2" socat -u TCP4-LISTEN:9,reuseaddr - >/run/moved 2>/dev/null &
    local pid=$!
    until ip netns exec "$2" ss -Hltn | grep -q ':9 '; do sleep 0.01; done
    head -c 300000 /dev/zero | ip netns exec "$1" timeout 5 socat -u - "TCP:$3:9" 2>/dev/null || :
    timeout 5 tail --pid=$pid -f /dev/null || kill $pid
    stat -c %s /run/moved
}

# cut_up NAME: nothing is put together on the way into the container that the kernel would have to cut up again.
cut_up() {
    ip netns exec "$1" ethtool -K eth0 tso off gso off gro off >/dev/null 2>&1 || :
    ethtool -K "v${1}1" tso off gso off gro off >/dev/null 2>&1 || :
}
