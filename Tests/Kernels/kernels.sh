#!/usr/bin/env bash
# Runs the product's core on whole kernels of other releases, each in an emulated machine.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$repository"
# shellcheck source=install/foreign-packages.sh
source install/foreign-packages.sh
# shellcheck source=Tests/Kernels/machine.sh
source Tests/Kernels/machine.sh

usage() {
    cat <<'TEXT'
usage: Tests/Kernels/kernels.sh [options] [VERSION…]

Boots each kernel in qemu with the packet laboratory and the static programs, and runs the core there: losses of a container on two
networks before and after ADD, CHECK, the hook, the watcher (also that what is relocated in it is read-only), DEL. Prints a line for
each kernel, and a table of all that were run so far, of both architectures. Status 1 if one failed; the end of its console is printed.

VERSION is 5.4, 5.10, 6.1, 6.12 or newest, with -16k for pages of 16 KB (aarch64, from 6.12), and with -bare for that kernel without
nf_tables, where nothing is translated. Default: all that there are, and 6.1-bare.

  --arch ARCH      x86_64 (default) or aarch64
  --programs DIR   the static programs (default .build/dist, or what install/cross-build.sh made, .build/dist-arm64)
  --table FILE     writes the table to FILE as well, in Markdown
  --publish        puts the table into README.md
  --mirror URL     where Debian's packages come from (default: where this machine's come from, as apt says)
  --ubuntu URL     where Ubuntu's come from: 5.4 is theirs, and left out without it (x86_64 alone)
  --seconds N      how long one kernel may take (default 600)
  -h, --help       this text

Needs qemu-system-x86 or qemu-system-arm, apt, dpkg, cpio, kmod and xz-utils, but no root and no KVM: the processor is emulated, and a
kernel takes from one to four minutes. What is downloaded, 200 MB and up to 400 MB for each kernel, is kept in .build/kernels; remove
that to have newer ones. Logs and what they showed are there, too: ARCH/VERSION.log and .row.
TEXT
}

fail() {
    echo "Tests/Kernels/kernels.sh: $1" >&2
    exit "${2:-1}"
}

arch=x86_64 programs='' table='' publish='' mirror='' ubuntu='' seconds=600 versions=()
while (($#)); do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --arch=* | --programs=* | --table=* | --mirror=* | --ubuntu=* | --seconds=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
    --arch | --programs | --table | --mirror | --ubuntu | --seconds)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        declare "${1#--}=$2"
        shift 2
        ;;
    --publish) publish=yes && shift ;;
    -*) fail "unknown option '$1'; --help lists them" 64 ;;
    *) versions+=("$1") && shift ;;
    esac
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "--seconds is a number, not '$seconds'" 64
describe_machine "$arch" || fail "--arch is x86_64 or aarch64, not '$arch'" 64
programs=$(realpath "${programs:-$default_programs}")
for program in "${emulator[0]}" apt-get dpkg-deb cpio depmod xz; do
    command -v "$program" >/dev/null || fail "there is no program $program; on Debian: sudo apt-get install $emulator_package cpio kmod xz-utils"
done
for program in cni hook watch; do
    [[ -x $programs/evenkeel-$program ]] || fail "no program evenkeel-$program in $programs: run $builder"
done
if [[ -z $mirror ]]; then
    read -r mirror _ < <(debian_source) || fail "apt does not say where Debian's packages come from: name it with --mirror"
fi
if ((${#versions[@]} == 0)); then
    versions=("${default_versions[@]}")
    [[ -z $ubuntu || $arch != x86_64 ]] || versions=(5.4 "${versions[@]}")
fi

kept=$repository/.build/kernels/$arch
mkdir -p "$kept"
scratch=$(mktemp -d)
machine=
clean_up() {
    [[ -z $machine ]] || kill "$machine" 2>/dev/null || :
    rm -rf -- "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

result() { sed -n "s/^RESULT $1 //p" "$scratch/said"; }

# run_kernel VERSION: boots it, and prints its line.
run_kernel() {
    local version=$1 status=0
    echo "| $version, $arch | **failed** | | | $(date -u +%F) |" >"$kept/$version.row"
    make_initramfs "$version" "$scratch/initramfs" || return
    boot "$version" "$scratch/initramfs" >"$scratch/console" 2>&1 </dev/null &
    machine=$!
    wait "$machine" || status=$?
    machine=
    tr -d '\r' <"$scratch/console" >"$scratch/said"
    cp "$scratch/said" "$kept/$version.log"
    if ((status != 0)) || [[ $(result end) != 0 ]]; then
        echo "$version: failed (the machine ended with $status, the test with '$(result end)'), at the end of this:"
        tail -n 40 "$scratch/said" | sed 's/^/    /'
        return 1
    fi
    echo "$version: $(result release), rows with losses $(result before) -> $(result after); $(result "done" | paste -sd, | sed 's/,/, /g')"
    echo "| $(result release) | $(result before) → $(result after) | $(cell lacks) | $(cell says) | $(date -u +%F) |" >"$kept/$version.row"
}

cell() { result "$1" | sed 's/|/\\|/g' | sort -u | paste -sd'\t' | sed 's/\t/<br>/g'; }

# table: of every kernel that was run, the older ones first.
table() {
    printf '%s\n' '| kernel | rows with losses | it lacks | what is said, or (done) | run on |' '| --- | --- | --- | --- | --- |'
    for folder in .build/kernels/{x86_64,aarch64}; do
        [[ ! -d $folder ]] || find "$folder" -maxdepth 1 -name '*.row' | sort -V | xargs -r cat
    done
}

make_userland || fail "the userland could not be had"
failed=
for version in "${versions[@]}"; do
    run_kernel "$version" || failed=yes
done
table
[[ -z $table ]] || table >"$table"
[[ -z $publish ]] || table | Tests/publish.sh kernels README.md
[[ -z $failed ]]
