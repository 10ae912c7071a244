#!/usr/bin/env bash
# Makes .github/before-and-after.svg, the README's picture: what `evenkeel map` draws of the demo's container on two networks,
# before and after `evenkeel apply`, in namespaces that vanish afterwards.
set -euo pipefail

self=$(realpath "${BASH_SOURCE[0]}")
repository=${self%/Tests/Pictures/before-and-after.sh}
programs=$repository/.build/dist
output=$repository/.github/before-and-after.svg

usage() {
    cat <<'TEXT'
usage: sudo Tests/Pictures/before-and-after.sh [--programs DIR] [FILE]

Writes .github/before-and-after.svg, or FILE. Changes nothing else on this machine.

  --programs DIR   the folder with the programs (default .build/dist)
  -h, --help       this text

Exit status: 0 the picture is made, 1 it is not, 64 wrong usage.
TEXT
}

misused() {
    echo "Tests/Pictures/before-and-after.sh: $1; --help tells more" >&2
    exit 64
}

while (($#)); do
    case $1 in
    --programs)
        programs=$(realpath -e -- "${2:-}" 2>/dev/null) || misused "--programs needs a directory that exists"
        shift
        ;;
    -h | --help) usage && exit 0 ;;
    -*) misused "unknown option $1" ;;
    *) output=$1 ;;
    esac
    shift
done

# shellcheck source=/dev/null
for part in host containers probes; do source "$repository/Tests/Laboratory/packets/$part.sh"; done

# name_networks NAME...: as podman's files name those of the bridges br1, br2 and so on. What is written below /etc stays here.
name_networks() {
    local number=0 name
    mkdir -p /run/etc/{upper,work}
    mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc
    mkdir -p /etc/containers/networks
    for name; do
        printf '{"name": "%s", "id": "%064d", "driver": "bridge", "network_interface": "br%d"}\n' \
            "$name" $((++number)) "$number" >"/etc/containers/networks/$name.json"
    done
    [[ ! -d /etc/evenkeel ]] || mount -t tmpfs tmpfs /etc/evenkeel
}

# The demo's container on two networks, whose host filters strictly as many do.
make_scene() {
    local number
    name_networks front back
    ip link set lo up
    host
    # shellcheck disable=SC2154 # the packet laboratory sets it
    ip route add default via "$far4"
    for number in 1 2; do network $number 1; done
    container web
    attach web 2 eth1 5
    attach web 1 eth0 5
    touch /run/netns/netns-web
    mount --bind /run/netns/web /run/netns/netns-web
}

# What is lost is counted: a packet in two leaves by the network that its address is not of.
send() {
    local number
    for number in {1..12}; do
        forget_gateways web
        ping_once web "$far4" 10.89.$((number % 2 + 1)).5 || :
    done
}

# Inside the namespaces. Descriptors 7 and 8 are the pictures' files.
draw() {
    mount -t tmpfs tmpfs /run
    mount -t sysfs sysfs /sys
    make_scene
    send
    "$programs/evenkeel" map >&7
    "$programs/evenkeel" apply --netns /run/netns/netns-web
    "$programs/evenkeel" host apply
    "$programs/evenkeel" map >&8
}

# attribute NAME FILE: of a picture's first element.
attribute() { sed -nE "1s/.* $1=\"([0-9]+)\".*/\1/p" "$2"; }

# Both below each other: beside each other, a README's width would leave their texts too small to read.
compose() { # BEFORE AFTER
    local width height file top=0 caption
    width=$(printf '%s\n' "$(attribute width "$1")" "$(attribute width "$2")" | sort -n | tail -n 1)
    height=$(($(attribute height "$1") + $(attribute height "$2") + 28))
    echo "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"evenkeel\" viewBox=\"0 0 $width $height\" role=\"img\"" \
        'aria-label="A container on two networks, before and after evenkeel apply">'
    sed -n '/<style>/,/<\/style>/p' "$1"
    echo "<rect class=\"sheet\" width=\"$width\" height=\"$height\" rx=\"10\"/>"
    for file in "$1" "$2"; do
        caption='Before: each packet leaves by either network, as chance has it'
        [[ $file == "$1" ]] || caption='After evenkeel apply: one way out, and each address answers by its own network'
        echo "<text class=\"title\" x=\"24\" y=\"$((top + 34))\">$caption</text>"
        # In the place of the picture's own title.
        top=$((top + 14))
        echo "<svg y=\"$top\" width=\"$(attribute width "$file")\" height=\"$(attribute height "$file")\">"
        sed -e 1d -e '/<title>Container networks/d' -e '/<style>/,/<\/style>/d' -e '/class="sheet"/d' -e '/class="title"/,+1d' "$file"
        top=$((top + $(attribute height "$file")))
    done
    echo '</svg>'
}

main() {
    local scratch
    scratch=$(mktemp -d)
    # shellcheck disable=SC2064 # this folder
    trap "rm -rf '$scratch'" EXIT
    [[ $EUID == 0 ]] || {
        echo "Tests/Pictures/before-and-after.sh: making namespaces needs root" >&2
        exit 1
    }
    if ! EVENKEEL_PICTURE_STAGE=draw unshare --net --mount --pid --ipc --uts --fork --kill-child --mount-proc \
        --propagation private "$BASH" "$self" --programs "$programs" \
        7>"$scratch/before" 8>"$scratch/after" >"$scratch/log" 2>&1; then
        tail -n 20 "$scratch/log" >&2
        exit 1
    fi
    compose "$scratch/before" "$scratch/after" >"$scratch/picture"
    install -m 644 "$scratch/picture" "$output"
}

if [[ -n ${EVENKEEL_PICTURE_STAGE:-} ]]; then draw; else main; fi
