#!/usr/bin/env bash
# Makes each system call of each program fail, and kills the program before each.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=${folder%/*/*/*}

usage() {
    cat <<'TEXT'
usage: sudo Tests/Live/Robustness/faults.sh [--all | --every N] [SCENARIO...]

Runs the programs in .build/dist (or $EVENKEEL_PROGRAMS) over a container on three networks, and disturbs them by strace: each
system call is once answered with an error, and once the program is killed just before it. After each fault there must be
default routes as before or after a whole run, the host's tables are absent or whole, the program has said what failed and
has ended as its policy says, and another run brings about what one does that nothing disturbs. Prints a line for whatever
is otherwise, and ends with 1 if there was any.

  --all        answer each call with each error that the kernel may have for it, not only with one
  --every N    of calls that change nothing disturb only every Nth, and answer only every Nth with an error
  -h, --help   this text

Everything happens in namespaces that go with it. SCENARIO is one or more of:
TEXT
    echo "  ${scenarios[*]}"
}

# disturb_all: the chosen scenario, each fault in a state of its own.
# shellcheck disable=SC2154 # scene.sh sets it
disturb_all() {
    local points point call number errno all left_out n=0 turn=0 faults=0
    local changing='^(sendto|sendmsg|write|setns|flock|clone|execve|fchmod|rename|unlink|mkdir)'
    $prepare
    measure before
    right_status=0
    $run || right_status=$?
    cp "$own/result" "$own/result.right"
    measure after
    sequel_status=$right_status
    $look >"$own/right"
    cp "$own/right" "$own/right.after"
    if [[ $sequel != "$run" ]]; then
        sequel_status=0
        $sequel || sequel_status=$?
        $look >"$own/right.after"
    fi
    mapfile -t points < <(points)
    for point in "${points[@]}"; do
        read -r call number <<<"$point"
        read -ra all <<<"$(errnos "$call")"
        [[ -n $all_errors || ${#all[@]} != 0 ]] || continue
        left_out=$((n++ % every))
        [[ $left_out != 0 && ! $call =~ $changing ]] || disturb signal=KILL
        ((left_out == 0 && ${#all[@]} > 0)) || continue
        # With one for each call, all of them have their turn.
        [[ -n $all_errors ]] || all=("${all[turn++ % ${#all[@]}]}")
        for errno in "${all[@]}"; do disturb "error=$errno"; done
    done
    echo "$scenario: $faults faults" >&2
}

# disturb FAULT
disturb() {
    local status=0 line again=0 missed
    $prepare
    inject "$call" "$number" "$1" || status=$?
    [[ -z $missed ]] || return 0
    faults=$((faults + 1))
    {
        harm
        if [[ $1 != signal=KILL || $status != 137 ]]; then judge "$status" "${1#*=}"; fi
        $sequel || again=$?
        ((again == sequel_status)) || echo "the next run ended with $again: $(<"$own/said")"
        $look | diff "$own/right.after" - | sed 's/^/the next run leaves: /'
    } >"$own/wrong" 2>&1 || :
    while IFS= read -r line; do echo "$scenario, $call $number, $1: $line"; done <"$own/wrong"
}

# in_sandbox SCENARIO: the process that this is run as is alone in its namespaces.
in_sandbox() {
    mount -t tmpfs tmpfs /run
    ip link set lo up
    # shellcheck source=Tests/Live/lab.sh
    . "$repository/Tests/Live/lab.sh"
    for part in scene injection judgement installation; do
        # shellcheck source=/dev/null
        . "$folder/$part.sh"
    done
    scenario=$1
    mkdir "$own"
    case $scenario in
    install) disturb_installation before 1 before ;;
    upgrade) disturb_installation 1 2 before ;;
    uninstall) disturb_installation 1 before 1 ;;
    *)
        scene
        choose "$scenario"
        disturb_all
        ;;
    esac >"$own/wrongs"
    cat "$own/wrongs"
    [[ ! -s "$own/wrongs" ]]
}

# shellcheck source=Tests/Live/Robustness/scenarios.sh
. "$folder/scenarios.sh"
export every=1 all_errors='' programs=${EVENKEEL_PROGRAMS:-$repository/.build/dist} laboratory=$repository/Tests/Laboratory/packets
if [[ ${1:-} == --in-sandbox ]]; then
    every=$3 all_errors=$4
    in_sandbox "$2"
    exit
fi
while (($#)); do
    case $1 in
    --all) all_errors=yes ;;
    --every) every=$2 && shift ;;
    -h | --help) usage && exit 0 ;;
    -*) usage >&2 && exit 64 ;;
    *) break ;;
    esac
    shift
done
(($#)) || set -- "${scenarios[@]}"
printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -I SCENARIO \
    unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private \
    "${BASH_SOURCE[0]}" --in-sandbox SCENARIO "$every" "$all_errors"
