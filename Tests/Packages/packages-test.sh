#!/usr/bin/env bash
# Makes the packages and installs them in fresh Debian systems, with real containers. Run by hand, before a release.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=${here%/*/*}
# shellcheck source=Tests/Install/tap.sh
source "$repository/Tests/Install/tap.sh"

usage() {
    cat <<'TEXT'
usage: sudo Tests/Packages/packages-test.sh [--roots DIR] [--mirror URL] [SUITE…]

Makes the packages of .build/dist twice and compares them, signs them with a throw-away key, and has lintian look at them. Then
in a throw-away copy of each Debian SUITE (default bookworm): installs the .deb by apt, starts podman's containers on two
networks, and purges it; does the same with the archive; installs the .rpm below that root. Prints TAP.

  --roots DIR    use DIR/SUITE, which has podman, instead of a new root where there is one; it is only read. Where there is none, the
                 new root is kept there
  --mirror URL   where debootstrap gets new roots from (default http://deb.debian.org/debian)
  -h, --help     this text

Needs root, debootstrap, dpkg-deb, rpm, jq, gpg, and 1 GB for each suite. Skips what needs lintian, rpmlint, minisign, pyspdxtools,
systemd-analyze, zsh, fish or aarch64-linux-gnu-gcc and does not find it. Status 0 if all is well, 1 if not, 64 wrong usage.
TEXT
}

roots='' mirror=http://deb.debian.org/debian suites=()
while (($#)); do
    case $1 in
    --roots | --mirror)
        (($# > 1)) || { usage >&2 && exit 64; }
        declare "${1#--}=$2"
        shift
        ;;
    -h | --help) usage && exit 0 ;;
    -*) usage >&2 && exit 64 ;;
    *) suites+=("$1") ;;
    esac
    shift
done
((${#suites[@]} > 0)) || suites=(bookworm)
((EUID == 0)) || { echo "Tests/Packages/packages-test.sh: it makes namespaces: run it as root" >&2 && exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf --one-file-system -- "$scratch"' EXIT
packages=$scratch/packages
# shellcheck source=made.sh
source "$here/made.sh"

# fresh_root SUITE: prints a folder with a Debian that has podman.
fresh_root() {
    local root=$scratch/roots/$1
    [[ -z $roots || ! -x $roots/$1/usr/bin/podman ]] || { echo "$roots/$1" && return; }
    debootstrap --variant=minbase "$1" "$root" "$mirror" >"$scratch/$1.log" 2>&1 || { cat "$scratch/$1.log" >&2 && return 1; }
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends podman crun netavark \
        aardvark-dns iproute2 iptables nftables busybox-static jq procps bash-completion zsh fish python3 \
        >>"$scratch/$1.log" 2>&1 || { cat "$scratch/$1.log" >&2 && return 1; }
    [[ -z $roots ]] || { mkdir -p "$roots" && mv -T "$root" "$roots/$1" && root=$roots/$1; }
    echo "$root"
}

# Everything below runs in a copy of the root, and in namespaces of its own.
in_suite() { # SUITE
    local root
    root=$(fresh_root "$1") || {
        report 1 "$1: a fresh root" "debootstrap failed"
        return
    }
    rm -f "$scratch/counts"
    unshare -mnpf --kill-child --propagation private \
        bash "$here/in-root.sh" "$1" "$root" "$repository" "$packages" "$scratch" "$number" || :
    [[ -f $scratch/counts ]] || { report 1 "$1: in-root.sh" "it ended before its time" && return; }
    local more_passed more_failed
    read -r number more_passed more_failed <"$scratch/counts"
    passed=$((passed + more_passed)) failed=$((failed + more_failed))
}

for suite in "${suites[@]}"; do in_suite "$suite"; done
finish
