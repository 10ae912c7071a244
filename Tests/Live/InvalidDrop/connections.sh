# shellcheck shell=bash
# Connections of the host's own to `far`, of which a test moves either end. Sourced after invalid.sh.

# connect NAME FAMILY PORT [OPTIONS OF FAR]: from the host to `far`. What is written to /run/NAME.host.in arrives in
# /run/NAME.far.out, and the other way round.
connect() {
    local name=$1 address=far$2 port=$3 far=/run/$1.far host=/run/$1.host
    mkfifo "$far.in" "$host.in"
    # Opened for both directions, or the first writer to go would end it.
    ip netns exec far socat - "TCP$2-LISTEN:$port,reuseaddr${4:-}" 0<>"$far.in" >"$far.out" 2>/dev/null &
    echo $! >"$far.pid"
    await eval "[[ -n \$(ip netns exec far ss -Hltn 'sport = :$port') ]]"
    socat - "TCP:$(bracket "${!address}"):$port" 0<>"$host.in" >"$host.out" 2>/dev/null &
    echo $! >"$host.pid"
    send "$name" host far "first words"
    send "$name" far host "first answer"
}

# send NAME FROM TO TEXT: fails if it does not arrive.
send() {
    echo "$4" >"/run/$1.$2.in"
    await grep -qx "$4" "/run/$1.$3.out"
}

# hang_up NAME END: the kernel closes that end, with FIN, or with RST if it does not linger.
hang_up() { kill -KILL "$(cat "/run/$1.$2.pid")"; }

# socket PORT: the state of the host's end; nothing if there is none.
socket() { ss -Htan "dport = :$1" | cut -d ' ' -f 1; }

# gone PORT: no end is left but one that waits for stray segments, as the side that closed first does.
gone() {
    [[ -z $({
        ss -Htan "dport = :$1"
        ip netns exec far ss -Htan state connected "sport = :$1"
    } | sed /TIME-WAIT/d) ]]
}

# entries FAMILY PORT: what connection tracking knows of connections to that port.
entries() { conntrack -L -f "ipv$1" -p tcp 2>/dev/null | grep "port=$2 " || :; }
