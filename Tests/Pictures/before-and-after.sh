#!/usr/bin/env bash
# Makes .github/before-and-after.svg, the README's picture: what `evenkeel map` draws of a real podman container on two networks,
# before and after `evenkeel apply`, in a throw-away copy of this machine's root.
set -euo pipefail

self=$(realpath "${BASH_SOURCE[0]}")
repository=${self%/Tests/Pictures/before-and-after.sh}
programs=$repository/.build/dist
output=$repository/.github/before-and-after.svg

usage() {
    cat <<'TEXT'
usage: sudo Tests/Pictures/before-and-after.sh [--programs DIR] [FILE]

Writes .github/before-and-after.svg, or FILE. Needs podman, crun and busybox. Changes nothing else on this machine.

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

# shellcheck source=Tests/Laboratory/packets/host.sh
source "$repository/Tests/Laboratory/packets/host.sh"
# shellcheck source=install/demo/podman.sh
source "$repository/install/demo/podman.sh"

# A container on two networks, whose host has a way out and filters strictly as many do.
make_scene() {
    local name number=0
    # Opened before the root changes.
    exec 6<"$programs/evenkeel"
    enter_copy && configure_podman
    cat <&6 >/run/evenkeel && chmod 755 /run/evenkeel
    sysctl -qew net.ipv4.conf.all.rp_filter=1
    ip link set lo up
    uplink
    ip route add default via "$far4"
    cp "$(command -v busybox)" /run/image/bin/busybox
    for name in ip ping sleep; do ln -s busybox "/run/image/bin/$name"; done
    tar -C /run/image -c . | podman import - localhost/web
    for name in front back; do
        podman network create --disable-dns --interface-name "$name" --subnet "10.89.$((++number)).0/24" "$name"
    done
    podman run -d --name web --network front,back --sysctl net.ipv4.conf.all.rp_filter=1 localhost/web sleep 600
}

# What is lost is counted: a packet in two leaves by the network that its address is not of.
send() {
    local count
    for count in {1..10}; do
        podman exec web ping -c 1 -W 1 -I 10.89.1.2 "$far4" || :
        podman exec web ping -c 1 -W 1 -I 10.89.2.2 "$far4" || :
    done
}

# Inside the namespaces. Descriptors 7 and 8 are the pictures' files.
draw() {
    mount -t tmpfs tmpfs /run
    mount -t sysfs sysfs /sys
    make_scene && send
    /run/evenkeel map >&7
    /run/evenkeel apply --container web
    /run/evenkeel host apply
    /run/evenkeel map >&8
}

# attribute NAME FILE: of a picture's first element.
attribute() { sed -nE "1s/.* $1=\"([0-9]+)\".*/\1/p" "$2"; }

# Both below each other: beside each other, a README's width would leave their texts too small to read.
compose() { # BEFORE AFTER
    local width height file top=0 caption
    width=$(printf '%s\n' "$(attribute width "$1")" "$(attribute width "$2")" | sort -n | tail -n 1)
    height=$(($(attribute height "$1") + $(attribute height "$2") + 76))
    echo "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"evenkeel\" viewBox=\"0 0 $width $height\" role=\"img\"" \
        'aria-label="A container on two networks, before and after evenkeel apply">'
    sed -n '/<style>/,/<\/style>/p' "$1"
    echo "<rect class=\"sheet\" width=\"$width\" height=\"$height\" rx=\"10\"/>"
    for file in "$1" "$2"; do
        caption='Before: each packet leaves by either network, as chance has it'
        [[ $file == "$1" ]] || caption='After evenkeel apply: one way out, and each address answers by its own network'
        echo "<text class=\"title\" x=\"24\" y=\"$((top + 34))\">$caption</text>"
        top=$((top + 38))
        echo "<svg y=\"$top\" width=\"$(attribute width "$file")\" height=\"$(attribute height "$file")\">"
        sed -e 1d -e '/<title>Container networks/d' -e '/<style>/,/<\/style>/d' -e '/class="sheet"/d' "$file"
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
