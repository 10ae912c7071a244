#!/usr/bin/env bash
# Installs what the tests need, builds the programs, and runs all tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=install/packages.sh
source install/packages.sh
# shellcheck source=install/requirements.sh
source install/requirements.sh

usage() {
    cat <<'TEXT'
usage: sudo install/test.sh [--no-install] [FILTER]

Builds the release programs and runs every test: pure tests, live tests that measure packets in throw-away namespaces,
and tests with real containers of podman, Docker and containerd. FILTER is a regular expression, as `swift test --filter`
takes it; with one, only the tests in Swift are run. Takes about a quarter of an hour on two cores.

  --no-install   install no Debian packages, and unpack none
  -h, --help     this text

The tests change only their own namespaces, sandboxes and temporary folders. Needs root, and Swift 6.3 or later.
TEXT
}

install=yes filter=
while (($#)); do
    case $1 in
    --no-install) install=no ;;
    -h | --help)
        usage
        exit 0
        ;;
    -*)
        echo "install/test.sh: unknown option $1" >&2
        usage >&2
        exit 64
        ;;
    *) filter=$1 ;;
    esac
    shift
done

((EUID == 0)) || {
    echo "install/test.sh: the tests make network namespaces, so run it as root: sudo install/test.sh" >&2
    exit 1
}

step() { printf '\n==> %s\n' "$1"; }

if [[ $install == yes ]]; then
    step "Debian packages"
    install_packages "${build_packages[@]}" libjansson-dev jq \
        iproute2 iputils-ping nftables iptables conntrack ethtool socat strace tcpdump radvd procps util-linux busybox-static \
        podman crun runc netavark aardvark-dns containernetworking-plugins uidmap slirp4netns docker.io \
        containerd python3-grpcio python3-yaml python3-jsonschema golang-go golang-github-appc-cni-dev \
        dbus-daemon python3-dbus python3-gi python3-nftables user-mode-linux kmod libnl-genl-3-200 libpopt0
    # If systemd is installed it may be running, and an upgrade would restart it.
    [[ -x /lib/systemd/systemd ]] || install_packages systemd
    unpack_packages .build/firewalls firewalld python3-firewall ufw ipvsadm
    unpack_packages .build/metrics prometheus python3-prometheus-client python3-decorator
fi

step "Programs"
install/build.sh

if [[ -n $filter ]]; then
    step "Tests in Swift that match $filter"
    exec swift test --filter "$filter"
fi

step "Tests in Swift"
swift test

step "Installing and uninstalling"
Tests/Install/install-test.sh
