# shellcheck shell=bash
# Many containers on several networks, attached and deleted many at a time. Sourced after lab.sh.

# keep_tmp_to_ourselves: an empty /tmp, in which the programs and these files stay where they are.
# shellcheck disable=SC2154
keep_tmp_to_ourselves() {
    local folder
    mkdir /run/live /run/packets /run/built
    mount --bind "$libraries" /run/live
    mount --bind "$laboratory" /run/packets
    mount --bind "$programs" /run/built
    mount -t tmpfs tmpfs /tmp
    for folder in live:"$libraries" packets:"$laboratory" built:"$programs"; do
        mkdir -p "${folder#*:}"
        mount --bind "/run/${folder%%:*}" "${folder#*:}"
    done
}

# venue CONTAINERS BRIDGES: the host, and empty containers, s1 and up. On a network without a bridge each container's veth
# ends at the host.
venue() {
    local n
    keep_tmp_to_ourselves
    host
    for n in $(seq "$2"); do network "$n"; done
    for n in $(seq "$1"); do container "s$n"; done
}

# sixteen COMMAND: runs it for each line of standard input, sixteen at a time. A line for each that fails.
sixteen() {
    local lines worker n
    mapfile -t lines
    for worker in {0..15}; do
        for ((n = worker; n < ${#lines[@]}; n += 16)); do
            # shellcheck disable=SC2086
            $1 ${lines[n]} 2>"/run/said.$worker" || echo "$1 ${lines[n]} failed: $(<"/run/said.$worker")"
            cat "/run/said.$worker" >>"/run/said.$1.$worker"
        done &
    done
    wait
    # What a DEL forgives it says all the same.
    cat "/run/said.$1."* | grep -E 'cannot|refused|failed|wrong' || :
}

# A command in front of the plugin.
through=()

# plugin VERB CONTAINER N [NAMESPACE]: the plugin for the attachment to network N, with what the bridge plugin made.
plugin() {
    local gateway=10.89.$3.1 gateway6=fd00:89:$3::1 part=$((${2#s} + 5))
    call "$1" "$2" "${4-/run/netns/$2}" "eth$(($3 - 1))" "${through[@]}" <<END
{"cniVersion":"1.0.0","name":"network$3","type":"evenkeel","prevResult":{"cniVersion":"1.0.0",
    "interfaces":[{"name":"v$2$3"},{"name":"eth$(($3 - 1))","sandbox":"/run/netns/$2"}],
    "ips":[{"interface":1,"address":"10.89.$3.$part/24","gateway":"$gateway"},
        {"interface":1,"address":"fd00:89:$3::$part/64","gateway":"$gateway6"}],
    "routes":[{"dst":"0.0.0.0/0","gw":"$gateway"},{"dst":"::/0","gw":"$gateway6"}]}}
END
}

# The steps of an attachment's life, each for CONTAINER N.

attach_and_add() {
    attach "$1" "$2" "eth$(($2 - 1))" $((${1#s} + 5)) &&
        plugin ADD "$1" "$2" | jq -e .cniVersion >/dev/null
}

check() { plugin CHECK "$1" "$2"; }

# As the bridge plugin, whose turn comes after this one's.
delete() {
    plugin DEL "$1" "$2" && ip link del "v$1$2"
}

# Of every third container nothing is known any more, as the CRI asks.
delete_again() {
    if ((${1#s} % 3)); then plugin DEL "$1" "$2"; else plugin DEL "$1" "$2" ""; fi
}

collect_garbage() {
    CNI_COMMAND=GC CNI_PATH=/opt/cni/bin "${through[@]}" "$programs/evenkeel-cni" \
        <<<'{"cniVersion":"1.1.0","name":"network1","type":"evenkeel","cni.dev/valid-attachments":[]}'
}

# swap LEAVING JOINING N: the bridge's one port goes while the other's first comes.
swap() {
    local leaving
    delete "$1" "$3" &
    leaving=$!
    attach_and_add "$2" "$3" && wait $leaving
}

# swaps BRIDGES ROUNDS: on all bridges at once, between s1 and s2 on the first, s3 and s4 on the second. Whoever is there
# after a round is guarded.
swaps() {
    local round n
    for n in $(seq "$1"); do echo "s$((2 * n - 1)) $n"; done | sixteen attach_and_add
    for ((round = 0; round < $2; round++)); do
        for n in $(seq "$1"); do echo "s$((2 * n - 1 + round % 2)) s$((2 * n - round % 2)) $n"; done >/run/swaps
        sixteen swap </run/swaps
        cut -d ' ' -f 2,3 /run/swaps | sixteen check
    done
    cut -d ' ' -f 2,3 /run/swaps | sixteen delete
}

# winners CONTAINERS: a line each, with the interfaces of its default routes of IPv4, then of IPv6.
winners() {
    local n
    for n in $(seq "$1"); do
        {
            defaults 4 "s$n"
            defaults 6 "s$n"
        } | { grep -o 'eth.' || :; } | xargs echo "s$n"
    done
}

# routing CONTAINER: by which interface packets leave from each address and from none, how many rules of ours there are, and
# which reverse path filters there are.
routing() {
    local part=$((${1#s} + 5)) n
    echo "main: $(defaults 4 "$1") $(defaults 6 "$1")"
    for n in 1 2 3 4 5; do
        echo "route get 198.51.100.2 from 10.89.$n.$part"
        echo "route get 2001:db8:51::2 from fd00:89:$n::$part"
    done | ip -n "$1" -o -batch - | grep -o 'dev eth.' | xargs
    echo "rules: $(ip -n "$1" rule | grep -c 'proto 69') $(ip -n "$1" -6 rule | grep -c 'proto 69')"
    echo "group: $(ip -n "$1" -o link show group 17739 | grep -c eth)"
    filters "$1" | grep -E '/(eth.|default)/' | cut -d : -f 2 | sort | uniq -c | xargs
}

# leftovers CONTAINERS: whatever there is of ours, but the mark, which goes with its namespace.
leftovers() {
    local n family
    for n in $(seq "$1"); do
        for family in 4 6; do
            ip -n "s$n" "-$family" rule | grep 'proto 69' || :
            # Tables of interfaces, and the one of the network that is preferred.
            ip -n "s$n" "-$family" route show table all | grep -E 'table (1773899[89]|17739)' || :
        done
    done
    for family in ip ip6; do nft list set $family evenkeel containers | grep '"' || :; done
    [[ ! -e /run/evenkeel ]] || find /run/evenkeel -type f ! -path '/run/evenkeel/locks/*'
    find /tmp -xdev -type f
}
