# shellcheck shell=bash
# By which way sockets of every kind reach the other side, and what the product changed. Sourced after world.sh.

# sockets NAME: what a socket in NAME can be bound to, a line each: a family, then nothing, an address or a device.
sockets() {
    local name=$1 family address dev rest
    for family in 4 6; do
        echo "$family -"
        ip -n "$name" -br "-$family" addr show scope global | while read -r dev _ rest; do
            dev=${dev%@*}
            for address in $rest; do
                [[ $address == metric || $address != *[.:]* ]] || echo "$family ${address%/*}"
            done
            [[ $dev == lo ]] || echo "$family dev:$dev"
        done
    done
}

# survey NAME [CLIENT]: a line for each socket of NAME, and one for what CLIENT sends through it: its family, what it is bound
# to, and the way that its packets took each time: br1, lan5, vpn, or `lost`. Where UDP, TCP and ping have different ways,
# or one of them did not take the same each time, all are told. `rounds` and `patience` (seconds) may be set, and
# `to4` and `to6`, the destinations. The tests set $libraries.
# shellcheck disable=SC2154
survey() {
    {
        sockets "$1" | sed "s/^/$1 /"
        [[ -z ${2:-} ]] || printf "$2 %s -\n" 4 6
    } | while read -r name family bound; do
        to=${to4:-$far4}
        [[ $family == 4 ]] || to=${to6:-$far6}
        for kind in udp tcp ping; do
            echo "$family/${bound/#-/$([[ $name == "$1" ]] || echo client)}/$kind $name $kind $to $bound"
        done
    done | python3 "$libraries/DefaultRoute/probe.py" "${rounds:-4}" "${patience:-1.5}" | named | merged
}

# named: addresses that the other side saw, as the ways that they stand for.
named() {
    sed -E 's/ (198\.51\.100\.1|2001:db8:51::1)([0-9])\b/ br\2/g; s/ (198\.18\.|2001:db8:18:)200(\.1|::1)\b/ vpn/g
        s/ (198\.18\.|2001:db8:18:)([0-9]+)(\.1|::1)\b/ lan\2/g; s/ -( |$)/ lost\1/g; s/ -( |$)/ lost\1/g'
}

# merged: one line for udp, tcp and ping, of which the last knows no way.
merged() {
    awk '{
        split($1, part, "/")
        socket = part[1] " " (part[2] == "" ? "-" : part[2])
        if (!(socket in told)) { order[++n] = socket; told[socket] = "" }
        for (i = 2; i <= NF; i++) {
            if ($i != "yes") { if (!(socket SUBSEP $i in seen)) { seen[socket, $i]; ways[socket]++; way[socket] = $i } }
        }
        told[socket] = told[socket] " " part[3] substr($0, length($1) + 1)
    }
    END { for (i = 1; i <= n; i++) print order[i], ways[order[i]] == 1 ? way[order[i]] : told[order[i]] }'
}

# routing NAME: all that the product may change of NAME's routes, rules and groups, without its mark, by which no packet goes, and
# without what the kernel counts down.
routing() {
    local family
    for family in 4 6; do
        ip -n "$1" "-$family" route show table all | sed -E '/ table 17738997 /d; s/ expires [0-9]+sec//' | sort
        ip -n "$1" "-$family" rule
    done
    ip -n "$1" -o link | grep -oE '^[0-9]+: [^:]*|group [^ ]*'
}

# main NAME: its routes in main, without what the kernel counts down.
main() {
    local family
    for family in 4 6; do ip -n "$1" "-$family" route show table main | sed -E 's/ expires [0-9]+sec//' | sort; done
}

# guard NAME [POLICY]: the plugin, twice; what the second run changes is told, and a failure.
guard() {
    cni ADD "$1" eth0 ${2:+"$2"} >/dev/null
    routing "$1" >/run/guarded
    cni ADD "$1" eth0 ${2:+"$2"} >/dev/null
    routing "$1" | diff /run/guarded -
}

# rules FAMILY NAME: the product's rules, in their order, with the interface for its table.
rules() {
    ip -n "$2" "-$1" rule | sed -n 's/ *proto 69$//p' | while read -r priority rule; do
        table=${rule##*lookup }
        if [[ $table == 17739* ]]; then
            dev=$(ip -n "$2" -o link | sed -n "s/^$((table - 17739000)): \([^:@]*\).*/\1/p")
            rule="${rule% *} $dev"
        fi
        [[ $priority == 32765: ]] || rule="$priority $rule"
        echo "${rule#from all }"
    done
}
