#!/usr/bin/env bash
# The part of roots.sh that is run in a mount namespace of its own: root.sh NAME ROOT MIRROR makes the root of a release there.
set -euo pipefail
name=$1 root=$2 mirror=$3

# What the tests run inside.
tools=(bash busybox-static conntrack ethtool iproute2 iptables iputils-ping jq nftables passwd procps python3 socat strace tcpdump
    util-linux)
podman=(aardvark-dns crun netavark passt podman runc slirp4netns uidmap)
others=(containerd containernetworking-plugins docker.io python3-grpcio)

within() {
    chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}
install_within() { within apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$@"; }

suite=$name
[[ $name != experimental ]] || suite=sid
debootstrap --variant=minbase "$suite" "$root" "$mirror"
# A mirror that stands still may have lists that are past their date.
echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/stands-still"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
[[ $suite == "$name" ]] || echo "deb $mirror $name main" >"$root/etc/apt/sources.list.d/$name.list"
within apt-get update -qq
install_within "${tools[@]}"
if [[ $suite != "$name" ]]; then
    install_within --target-release "$name" "${podman[@]}"
else
    install_within "${podman[@]}" "${others[@]}"
    # Docker's client is a package of its own since Debian 13.
    [[ -x $root/usr/bin/docker ]] || install_within docker-cli
fi
within apt-get clean
