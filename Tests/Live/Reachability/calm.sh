#!/usr/bin/env bash
# calm.sh [RUNS [LOAD]]: `evenkeel test` on healthy containers, that many times (20 unless told otherwise), while that many processes
# want the processors (15): nothing may be lost. A line for each run that was wrong. Needs root and the programs in .build/dist.
# Changes only namespaces of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [[ ${1:-} != inside ]]; then
    exec unshare --net --mount --pid --fork --kill-child --propagation private \
        "${BASH_SOURCE[0]}" inside "${1:-20}" "${2:-15}"
fi
runs=$2 load=$3
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
export programs=${EVENKEEL_PROGRAMS:-$PWD/.build/dist} libraries=$PWD/Tests/Live laboratory=$PWD/Tests/Laboratory/packets
# shellcheck source=Tests/Live/lab.sh disable=SC1091
. Tests/Live/lab.sh

lab 3 1
container single
attach single 1 eth0 6
for name in c single; do "$programs/evenkeel" apply --netns "/run/netns/$name" >/dev/null; done
# The namespace's end is their end, too.
for _ in $(seq "$load"); do while :; do :; done & done

wrong=0
for run in $(seq "$runs"); do
    for name in c single; do
        # shellcheck disable=SC2154 # host.sh sets them
        "$programs/evenkeel" test --netns "/run/netns/$name" --to "$far4" --to "$far6" >/run/said 2>&1 || {
            wrong=$((wrong + 1))
            echo "run $run, $name:"
            sed -n '/^$/,$p' /run/said
        }
    done
done
echo "$runs runs with a load of $load ($(cut -d ' ' -f 1 /proc/loadavg) at the end): $wrong of $((2 * runs)) were wrong"
((wrong == 0))
