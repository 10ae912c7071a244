#!/usr/bin/env bash
# Builds the static programs for another machine's processor. They need no library there, so the headers and archives that they are
# built with may come from any Debian release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=install/requirements.sh
source install/requirements.sh
# shellcheck source=install/foreign-packages.sh
source install/foreign-packages.sh

output='' arch=arm64 mirror='' suite=''

usage() {
    cat <<EOF
usage: install/cross-build.sh [options]

Builds evenkeel-cni, evenkeel-hook, evenkeel-runtime, evenkeel-watch and evenkeel-node for another processor, stripped, with an
unstripped copy of each under DIR/debug, and checks what can be checked without one. The command line (evenkeel) is not built: it
needs a Swift runtime for that processor.

  --output DIR     where the programs go (default .build/dist-ARCH)
  --arch ARCH      arm64, the only one (default)
  --mirror URL     where Debian's packages come from, and
  --suite SUITE    of which release (default: those of this machine, as apt says)
  -h, --help       this text

Needs Swift $least_swift or later, apt, dpkg and binutils. Headers and archives are fetched into .build/cross, with package lists of
their own: nothing is installed here. Remove that folder to have newer ones.
EOF
}

fail() {
    echo "install/cross-build.sh: $1" >&2
    exit "${2:-1}"
}

while (($#)); do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --output=* | --arch=* | --mirror=* | --suite=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
    --output | --arch | --mirror | --suite)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        declare "${1#--}=$2"
        shift 2
        ;;
    *) fail "unknown argument '$1'; --help lists the options" 64 ;;
    esac
done
[[ $arch == arm64 ]] || fail "--arch is arm64, not '$arch'" 64
machine=aarch64
output=${output:-.build/dist-$arch}

check_swift || exit 1
for program in apt-get dpkg-deb readelf strings; do
    command -v "$program" >/dev/null || fail "there is no program $program; install it"
done
if [[ -z $mirror || -z $suite ]]; then
    read -r own_mirror own_suite < <(debian_source) || fail "apt knows no Debian release: name one with --mirror and --suite"
    mirror=${mirror:-$own_mirror} suite=${suite:-$own_suite}
fi
# The linker knows every processor; binutils' strip, only this machine's.
objcopy=$(dirname "$(realpath "$(command -v swift)")")/llvm-objcopy
[[ -x $objcopy ]] || fail "this Swift has no llvm-objcopy"

cross=$PWD/.build/cross/$arch
root=$cross/root

# The headers and archives of that machine, as its own /usr.
make_root() {
    local compiler archive
    foreign_lists "$cross/apt" "$arch" "deb $mirror $suite main"
    # What the compiler calls for what a processor cannot do in one instruction; the package has the compiler's version in its name.
    compiler=$(foreign_apt "$cross/apt" "$arch" apt-cache pkgnames libgcc- | grep -E '^libgcc-[0-9]+-dev$' | sort -V | tail -n 1)
    rm -rf "$root.new" "$cross/archives"
    mkdir -p "$root.new" "$cross/archives"
    (cd "$cross/archives" && foreign_apt "$cross/apt" "$arch" apt-get download \
        musl-dev libnftnl-dev libmnl-dev libjansson-dev linux-libc-dev "$compiler" >/dev/null) || return
    for archive in "$cross"/archives/*.deb; do dpkg-deb -x "$archive" "$root.new"; done
    echo "$mirror $suite" >"$root.new/source"
    rm -rf "$root"
    mv "$root.new" "$root"
}

# Embedded Swift has its library for no system, only for a bare machine. C and the linker are told what it is after all.
make_toolset() {
    cat <<EOF
{"schemaVersion": "1.0",
 "cCompiler": {"extraCLIOptions": ["--target=$machine-linux-gnu", "--sysroot=$root"]},
 "swiftCompiler": {"extraCLIOptions": [
    "-Xcc", "--target=$machine-linux-gnu", "-Xcc", "--sysroot=$root",
    "-Xclang-linker", "--target=$machine-linux-gnu", "-Xclang-linker", "--sysroot=$root"]}}
EOF
}

build() { # PROGRAM
    EVENKEEL_EMBEDDED=1 EVENKEEL_MACHINE=$machine EVENKEEL_ROOT=$root swift build -c release \
        --triple "$machine-none-none-elf" --toolset "$cross/toolset.json" --scratch-path "$cross/build" \
        --only-use-versions-from-resolved-file --disable-local-rpath --product "$1" "${whatever_folder[@]}"
}

[[ -d $root && $(cat "$root/source") == "$mirror $suite" ]] || make_root || fail "the headers and archives for $arch could not be had"
make_toolset >"$cross/toolset.json"
programs=(evenkeel-cni evenkeel-hook evenkeel-runtime evenkeel-watch evenkeel-node)
mkdir -p "$output/debug"
for program in "${programs[@]}"; do
    build "$program"
    built=$cross/build/$machine-none-none-elf/release/$program
    # Copied beside it and renamed, so that a program that is running stays whole.
    cp "$built" "$output/debug/$program"
    "$objcopy" --strip-all "$built" "$output/$program.new"
    mv "$output/$program.new" "$output/$program"
done
.ci/check-static "$output"
install/release/components.sh "$cross/archives" >"$output/components"
(cd "$output" && stat -c '%n: %s bytes' "${programs[@]}")
