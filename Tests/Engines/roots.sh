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

# What the tests run inside.
tools=(bash busybox-static conntrack ethtool iproute2 iptables iputils-ping jq nftables passwd procps python3 socat strace tcpdump
    util-linux)
podman=(aardvark-dns crun netavark podman runc slirp4netns uidmap)
others=(containerd containernetworking-plugins docker.io python3-grpcio)
# Docker's client is apart since Debian 13, and so is containerd's ctr.
apart=(docker-cli containerd-ctr)

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

within() {
    chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}
apt_within() { within apt-get -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$@"; }

# The packages of a list that the root's apt has.
known() { for package in "$@"; do if within apt-cache show -q=2 "$package" >/dev/null 2>&1; then echo "$package"; fi; done; }

# install_engines NAME: of the newest that NAME has.
install_engines() {
    local more=()
    apt_within update
    if [[ $1 == experimental ]]; then
        apt_within install "${tools[@]}"
        apt_within -t experimental install "${podman[@]}"
    else
        mapfile -t more < <(known "${apart[@]}")
        apt_within install "${tools[@]}" "${podman[@]}" "${others[@]}" "${more[@]}"
    fi
    within apt-get clean
}

# make_root NAME: in a mount namespace and a pid namespace of its own. $root is not its final name, so what is there is whole.
make_root() {
    local suite=$1
    [[ $1 != experimental ]] || suite=sid
    debootstrap --variant=minbase "$suite" "$root" "$mirror"
    # A mirror that stands still may have lists that are past their date.
    echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/stands-still"
    [[ $1 != experimental ]] || echo "deb $mirror experimental main" >"$root/etc/apt/sources.list.d/experimental.list"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    install_engines "$1"
}

if [[ -n ${EVENKEEL_ROOT_TO_MAKE:-} ]]; then
    root=$EVENKEEL_ROOT_TO_MAKE
    make_root "${names[0]}"
    exit
fi

mkdir -p "$roots"
for name in "${names[@]}"; do
    [[ ! -d $roots/$name ]] || continue
    root=$roots/$name.new
    echo "$name: debootstrap and apt, see $roots/$name.log"
    rm -rf --one-file-system -- "$root"
    EVENKEEL_ROOT_TO_MAKE=$root unshare --mount --pid --fork --kill-child --propagation private "${BASH_SOURCE[0]}" \
        --mirror "$mirror" "$name" >"$roots/$name.log" 2>&1 || {
        tail -n 20 "$roots/$name.log" >&2
        fail "$name could not be made; all of it is in $roots/$name.log"
    }
    mv "$root" "$roots/$name"
done
