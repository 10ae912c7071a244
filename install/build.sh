#!/usr/bin/env bash
# Builds the release programs into DEST: evenkeel with static libraries of Swift and C++, evenkeel-cni, evenkeel-hook, evenkeel-runtime,
# evenkeel-watch and evenkeel-node in Embedded Swift with a static C library. The command line needs only the C library of the host
# that runs it, and the others need none at all. Of the same commit it makes the same bytes, whatever the folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=install/requirements.sh
source install/requirements.sh
# shellcheck source=install/command-line.sh
source install/command-line.sh

usage() {
    cat <<EOF
usage: install/build.sh [DEST]

Builds evenkeel, evenkeel-cni, evenkeel-hook, evenkeel-runtime, evenkeel-watch and evenkeel-node into DEST (default
.build/dist), stripped, with manual pages and completions under DEST/share, and an unstripped copy of each under
DEST/debug. With it, a crash report's address gives file and line:

    llvm-symbolizer --relative-address --obj=DEST/debug/evenkeel-cni 0xADDRESS

Needs Swift $least_swift or later (https://www.swift.org/install/linux) and, on Debian:

    sudo apt-get install ${build_packages[*]}

Says what is missing before it compiles anything.
EOF
}

case ${1:-} in
-h | --help)
    usage
    exit 0
    ;;
-*)
    echo "install/build.sh: unknown option $1" >&2
    usage >&2
    exit 64
    ;;
esac
dest=${1:-.build/dist}
check_requirements || exit 1

static_programs=(evenkeel-cni evenkeel-hook evenkeel-runtime evenkeel-watch evenkeel-node)

build_static_programs() {
    local program
    for program in "${static_programs[@]}"; do
        # A scratch path of its own keeps the two builds from undoing each other.
        EVENKEEL_EMBEDDED=1 swift build -c release --scratch-path .build/embedded \
            --only-use-versions-from-resolved-file --disable-local-rpath --product "$program" "${whatever_folder[@]}"
    done
}

# Both builds need to know which versions of packages there are.
swift package resolve
make_stand_ins

# Much of either build keeps one core busy, so both run at once. In a process group of its own the one in the background ends as a whole.
log=.build/static-programs.log
echo "install/build.sh: builds the static programs in the background; what that says is in $log"
set -m
build_static_programs >$log 2>&1 </dev/null &
static=$!
set +m
trap 'kill -- "-$static" 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM
swift build -c release --static-swift-stdlib --disable-local-rpath --product evenkeel \
    "${whatever_folder[@]}" "${command_line_options[@]}"
wait "$static" || {
    cat $log >&2
    exit 1
}
trap - EXIT

mkdir -p "$dest/debug"
for program in evenkeel "${static_programs[@]}"; do
    built=.build/release/$program
    [[ $program == evenkeel ]] || built=.build/embedded/release/$program
    # Copied beside it and renamed, so that a program that is running stays whole.
    cp "$built" "$dest/debug/$program"
    strip -o "$dest/$program.new" "$built"
    mv "$dest/$program.new" "$dest/$program"
done

# If a value has no description, Embedded Swift compiles its interpolation all the same, and prints this text instead.
for program in "${static_programs[@]}"; do
    if strings "$dest/$program" | grep -q 'cannot print value'; then
        echo "install/build.sh: $program interpolates a value that Embedded Swift cannot print" >&2
        exit 1
    fi
done
# What install.sh puts below share/, and what the programs were made of.
rm -rf "$dest/share"
install/man.sh --programs "$dest" "$dest/share/man"
install/completions.sh --programs "$dest" "$dest/share"
install/release/components.sh >"$dest/components"

(cd "$dest" && stat -c '%n: %s bytes' evenkeel "${static_programs[@]}")
