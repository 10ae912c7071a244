#!/usr/bin/env bash
# soak.sh [SECONDS]: random operations on containers beside the watcher, ten minutes of them unless told otherwise. At the end nothing
# is left to do anywhere, nothing failed, and the watcher has not grown. Needs root and the programs in .build/dist. Changes only
# namespaces of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [[ ${1:-} != inside ]]; then
    exec unshare --net --mount --pid --fork --kill-child --propagation private \
        "${BASH_SOURCE[0]}" inside "${1:-600}" "${2:-$RANDOM}"
fi
seconds=$2 seed=$3
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
export programs=$PWD/.build/dist libraries=$PWD/Tests/Live laboratory=$PWD/Tests/Laboratory/packets
# shellcheck source=Tests/Live/lab.sh disable=SC1091
. Tests/Live/lab.sh
# shellcheck source=Tests/Live/Watch/watch.sh disable=SC1091
. Tests/Live/Watch/watch.sh
RANDOM=$seed
echo "seed $seed"

readonly containers=30
make() {
    container "netns-$1"
    if ((RANDOM % 4)); then hook "netns-$1" 2>/dev/null; fi
    attach "netns-$1" 1 eth0 $((10 + $1))
}

# operate N: one of the things that engines, administrators and links do to container N. What fails for want of its object is nothing.
operate() {
    local n=$1 name=netns-$1 link=eth$((RANDOM % 3))
    case $((RANDOM % 12)) in
    0) attach "$name" 2 eth1 $((10 + n)) ;;
    1) attach "$name" 3 eth2 $((10 + n)) 100 ;;
    2) ip -n "$name" link del "$link" ;;
    3)
        ip -n "$name" link set "$link" down
        ip -n "$name" link set "$link" up
        ;;
    4) ip -n "$name" addr add "10.77.$n.9/24" dev "$link" ;;
    5) ip -n "$name" addr del "10.77.$n.9/24" dev "$link" ;;
    6) inside "$name" sysctl -qw "net.ipv4.conf.$link.rp_filter=1" ;;
    7) ip -n "$name" route append default via "10.89.$((1 + RANDOM % 3)).1" proto static metric 100 ;;
    8) ip -n "$name" rule flush protocol 69 ;;
    9) ip -n "$name" link set "$link" group 0 ;;
    10) ((RANDOM % 20)) || nft flush ruleset ;;
    11)
        ip netns del "$name"
        make "$n"
        ;;
    esac
}

lab 3
for n in $(seq $containers); do make "$n"; done
watcher --log-level debug
quiet
# shellcheck disable=SC2154 # watch.sh sets it
memory() { awk '/VmRSS/ { print $2 }' "/proc/$watcher/status"; }
# Every buffer has had its largest size once after a while.
before=0 count=0
end=$((SECONDS + seconds)) early=$((SECONDS + seconds / 4))
while ((SECONDS < end)); do
    operate $((1 + RANDOM % containers)) >/dev/null 2>&1 || :
    count=$((count + 1))
    ((before || SECONDS < early)) || before=$(memory)
    ((count % 500)) || echo "$count operations, $(memory) KiB, $(status '[.looks, .overruns, .namespaces.contested]')"
done
quiet
after=$(memory)
counters=$(status '[.failures, .missed, .overruns]')
# A contest lasts a minute and longer; whoever restarts the watcher ends it.
stop
watcher --log-level debug
quiet
failed=0
for n in $(seq $containers); do
    left=$("$programs/evenkeel" apply --dry-run --netns "/run/netns/netns-$n")
    [[ $left == "nothing to do" ]] || {
        echo "netns-$n: $left"
        failed=1
    }
done
echo "$count operations; memory $before KiB after a quarter, $after KiB at the end; failures, missed, overruns: $counters"
((after <= before + 128)) || {
    echo "the watcher has grown"
    failed=1
}
exit $failed
