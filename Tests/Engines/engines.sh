#!/usr/bin/env bash
# Runs the engine tests with the engines of several Debian releases, and makes a table of what was proven on which.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$repository"
here=Tests/Engines

usage() {
    cat <<'TEXT'
usage: sudo Tests/Engines/engines.sh [options] NAME… [-- FILTER]

Runs the tests with real engines, as they are built, in a root of each NAME: a Debian release, or `experimental`, which is sid with what
experimental has of podman. The release of this machine is this machine itself; Tests/Engines/roots.sh makes the others. Says how each
test ended, and prints a table of all releases that were run so far. Status 1 if a test failed.

FILTER is a regular expression as `swift test --filter` takes it: with it only some tests are run, and what they show is not kept.

  --roots DIR    where the roots are (default .build/roots)
  --mirror URL   where Debian's packages come from (default: where this machine's come from, as apt says)
  --publish      put the table into README.md
  -h, --help     this text

Takes about ten minutes for each release on two cores. Results and logs are kept in .build/engines.
TEXT
}

fail() {
    echo "Tests/Engines/engines.sh: $1" >&2
    exit "${2:-1}"
}

roots=$repository/.build/roots making=() publish='' names=() filter=''
while (($#)); do
    case $1 in
    --roots | --mirror)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        if [[ $1 == --roots ]]; then roots=$(realpath -ms -- "$2"); else making+=("$1" "$2"); fi
        shift
        ;;
    --publish) publish=yes ;;
    -h | --help) usage && exit 0 ;;
    --)
        filter=${2:-}
        break
        ;;
    -*) fail "unknown option '$1'; --help lists them" 64 ;;
    *) names+=("$1") ;;
    esac
    shift
done
((${#names[@]} > 0)) || fail "it takes the name of a Debian release; --help says more" 64
[[ -z $publish || -z $filter ]] || fail "a part of the tests is not published" 64
((EUID == 0)) || fail "engines need root: run it with sudo"
command -v jq >/dev/null || fail "jq is missing: sudo apt-get install jq"

kept=.build/engines
mkdir -p "$kept"
testing=
trap '[[ -z $testing ]] || kill "$testing" 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM

# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
root_of() { if [[ $1 == "$own" ]]; then echo /; else echo "$roots/$1"; fi; }

# versions ROOT: of its packages, without what Debian adds to a version.
versions() {
    # shellcheck disable=SC2016 # dpkg-query replaces them
    dpkg-query --admindir="$1/var/lib/dpkg" -W -f '${db:Status-Status} ${Package} ${Version}\n' \
        podman netavark runc crun docker.io containerd 2>/dev/null |
        sed -nE 's/^installed (\S+) ([0-9]+:)?([0-9.]+).*/\1 \3/p' |
        jq --raw-input --slurp '[splits("\n") | select(. != "") / " " | {(.[0]): .[1]}] | add // {}'
}

# progress NAME: says how each test of the stream ended, as it ends.
progress() {
    # shellcheck disable=SC2016 # jq's
    jq --unbuffered --raw-input --raw-output --arg name "$1" '
        fromjson? | .payload
        | if .kind == "issueRecorded" then "    " + ([.messages[].text] | join("\n    "))
          elif .kind == "testEnded" and (.testID | contains("(")) then
              "\($name): \(.testID | split("/")[1]): \(.messages[0].text)"
          else empty end'
}

# run_tests NAME: leaves NAME.json if all of them were run. Fails if a test did.
run_tests() {
    local stream=$repository/$kept/$1.stream log=$kept/$1.log root status=0
    root=$(root_of "$1")
    [[ -n $filter ]] || rm -f "$kept/$1.json"
    : >"$stream"
    EVENKEEL_ENGINES_ROOT=$root swift test --skip-build --filter "${filter:-^EnginesTests\.}" \
        --event-stream-output-path "$stream" --event-stream-version 0 >"$log" 2>&1 </dev/null &
    testing=$!
    tail --follow --lines=+1 --pid="$testing" "$stream" 2>/dev/null | progress "$1"
    wait "$testing" || status=$?
    testing=
    jq --raw-input --null-input --slurpfile rows $here/rows.json --argjson versions "$(versions "$root")" \
        --arg name "$1" --arg date "$(date -u +%F)" --arg kernel "$(uname -r | sed 's/-.*//')" \
        "{name: \$name, date: \$date, kernel: \$kernel, versions: \$versions} + ($(<$here/result.jq))" <"$stream" >"$kept/$1.new" ||
        return 1
    jq --exit-status .ended "$kept/$1.new" >/dev/null || {
        tail -n 20 "$log" >&2
        echo "$1: the tests ended before their time, with $status; all they said is in $log" >&2
        return 1
    }
    jq --raw-output '"\(.name): \([.rows[].passed] | add) tests passed, \(.failed | length) failed", "    \(.failed[])"' "$kept/$1.new"
    [[ -n $filter ]] || mv "$kept/$1.new" "$kept/$1.json"
    return "$status"
}

table() { jq --raw-output --slurp --from-file $here/table.jq "$kept"/*.json; }

others=()
for name in "${names[@]}"; do [[ $name == "$own" ]] || others+=("$name"); done
((${#others[@]} == 0)) || $here/roots.sh --roots "$roots" "${making[@]}" "${others[@]}"
failed=
for name in "${names[@]}"; do run_tests "$name" || failed=yes; done
[[ -n $filter ]] || table
[[ -z $publish ]] || table | Tests/publish.sh engines README.md
[[ -z $failed ]]
