#!/usr/bin/env bash
# Makes root file systems of Debian releases with the engines that they have, for the engine tests.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=install/foreign-packages.sh
source "$repository/install/foreign-packages.sh"

usage() {
    cat <<'TEXT'
usage: sudo Tests/Engines/roots.sh [--roots DIR] [--mirror URL] NAME…

Makes DIR/NAME with debootstrap and apt, unless it is there: the Debian release NAME with podman, Docker, containerd and what the tests
of them need. `experimental` is sid with podman, its networks and runtimes from experimental, and without Docker and containerd, which
are sid's. Remove a folder, and the next run makes it anew.

  --roots DIR    where the roots are (default .build/roots)
  --mirror URL   where Debian's packages come from (default: where this machine's come from, as apt says)
  -h, --help     this text

Needs root, debootstrap, and 1 GB for each root, which takes some minutes. Nothing of this machine changes: what is mounted is so in a
mount namespace.
TEXT
}

fail() {
    echo "Tests/Engines/roots.sh: $1" >&2
    exit "${2:-1}"
}

roots=$repository/.build/roots mirror='' names=()
while (($#)); do
    case $1 in
    --roots | --mirror)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        declare "${1#--}=$2"
        shift
        ;;
    -h | --help) usage && exit 0 ;;
    -*) fail "unknown option '$1'; --help lists them" 64 ;;
    *)
        [[ $1 =~ ^[a-z]+$ ]] || fail "a Debian release, or experimental, has small letters alone, not '$1'" 64
        names+=("$1")
        ;;
    esac
    shift
done
((${#names[@]} > 0)) || fail "it takes the name of a Debian release; --help says more" 64
((EUID == 0)) || fail "debootstrap needs root: run it with sudo"
command -v debootstrap >/dev/null || fail "debootstrap is missing: sudo apt-get install debootstrap"
if [[ -z $mirror ]]; then
    read -r mirror _ < <(debian_source) || fail "apt does not say where Debian's packages come from: name it with --mirror"
fi

mkdir -p "$roots"
for name in "${names[@]}"; do
    [[ ! -d $roots/$name ]] || continue
    root=$roots/$name.new
    echo "$name: debootstrap and apt, see $roots/$name.log"
    rm -rf --one-file-system -- "$root"
    # Not under its name, which says that it is whole.
    unshare --mount --pid --fork --kill-child --propagation private "$repository/Tests/Engines/root.sh" \
        "$name" "$root" "$mirror" >"$roots/$name.log" 2>&1 || {
        tail -n 20 "$roots/$name.log" >&2
        fail "$name could not be made; all of it is in $roots/$name.log"
    }
    mv "$root" "$roots/$name"
done
