#!/usr/bin/env bash
# Makes the manual pages: of what the programs print for --help, and of the pages in install/man.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$here/../.build/dist

usage() {
    cat <<'EOF'
usage: install/man.sh [--programs DIR] OUTPUT-DIR

Writes manual pages into OUTPUT-DIR/man5 and OUTPUT-DIR/man8: a page for each program and for each command of evenkeel.
Runs the programs, so they must be for this machine.

  --programs DIR   the folder that install/build.sh filled (default .build/dist)
  --help           this text

SOURCE_DATE_EPOCH is the date in the pages (default: that of the commit). Exit status: 0 done, 1 failed, 64 wrong usage.
EOF
}

refuse() {
    echo "install/man.sh: $1" >&2
    exit "${2:-64}"
}

output=
while (($#)); do
    case $1 in
    --programs=*) programs=${1#*=} ;;
    --programs)
        [[ -n ${2:-} ]] || refuse "--programs takes a value"
        programs=$2
        shift
        ;;
    -h | --help) usage && exit 0 ;;
    -*) refuse "unknown option '$1'; --help lists them" ;;
    *)
        [[ -z $output ]] || refuse "one folder is enough"
        output=$1
        ;;
    esac
    shift
done
[[ -n $output ]] || refuse "name a folder for the pages; --help tells more"
[[ -x $programs/evenkeel ]] || refuse "no program evenkeel in $programs: run install/build.sh first" 1

# shellcheck source=release/version.sh
source "$here/release/version.sh"
date=$(date -u -d "@$(release_time)" +%F)
version=$(release_version)

# The command line's help is broken to the width of a terminal: wide enough, a paragraph is a line.
help_of() { COLUMNS=2000 "$programs/evenkeel" help "$@" 2>&1; }

# commands [COMMAND…]: the names of its subcommands.
commands() { help_of "$@" | awk '/^SUBCOMMANDS:$/ { inside = 1; next } /^  [a-z]/ && inside { print $1 }'; }

# page NAME OTHERS [VARIABLE=VALUE…] <HELP
page() {
    awk -f "$here/man/page.awk" -v page="$1" -v section=8 -v date="$date" -v product="Evenkeel $version" \
        -v see="$2" "${@:3}" >"$output/man8/$1.8"
}

# see NAME…: the other pages, as SEE ALSO lists them.
see() {
    local name section
    for name; do
        section=8
        [[ $name != evenkeel-policy.5 ]] || section=5 name=evenkeel-policy
        printf '.BR %s (%s),\n' "${name//-/\\-}" "$section"
    done | sed '$s/,$//' | awk '{ printf "%s%s", sep, $0; sep = "\\n" }'
}

umask 022
install -d -m 755 "$output/man5" "$output/man7" "$output/man8"
mapfile -t verbs < <(commands)
((${#verbs[@]} > 0)) || refuse "$programs/evenkeel lists no commands" 1
help_of | page evenkeel "$(see "${verbs[@]/#/evenkeel-}" evenkeel-cni evenkeel-hook evenkeel-runtime evenkeel-watch evenkeel-node \
    evenkeel-policy.5 | sed 's/\\n/\n/g' | awk '!seen[$0]++ { printf "%s%s", sep, $0; sep = "\\n" }')"

# `evenkeel cni` and `evenkeel watch` have the names of programs: those pages tell of both.
for verb in "${verbs[@]}"; do
    mapfile -t inner < <(commands "$verb")
    name=evenkeel-$verb
    [[ $verb != cni && $verb != watch ]] || name=evenkeel-$verb-command
    help_of "$verb" | page "$name" "$(see evenkeel "${inner[@]/#/evenkeel-$verb-}" evenkeel-policy.5)"
    for command in "${inner[@]}"; do
        help_of "$verb" "$command" | page "evenkeel-$verb-$command" "$(see evenkeel "$name")"
    done
done

"$programs/evenkeel-watch" --help | page evenkeel-watch "$(see evenkeel evenkeel-watch-command evenkeel-policy.5)" \
    -v plain=1 -v abstract="keeps running containers' networks safe"
[[ ! -x $programs/evenkeel-node ]] || "$programs/evenkeel-node" --help | page evenkeel-node "$(see evenkeel evenkeel-cni)" \
    -v plain=1 -v abstract="puts Evenkeel on a node of a Kubernetes cluster, from the container image that it is in"

for source in "$here"/man/*.[578]; do
    sed "s/@DATE@/$date/; s/@VERSION@/$version/" "$source" >"$output/man${source##*.}/${source##*/}"
done
