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
usage: sudo install/test.sh [--no-install] [--no-build] [FILTER]
       sudo install/test.sh [--no-install] [--no-build] --engines NAME,… [--roots DIR] [--publish] [FILTER]

Builds the release programs and runs every test: pure tests, live tests that measure packets in throw-away namespaces,
and tests with real containers of podman, Docker and containerd. FILTER is a regular expression, as `swift test --filter`
takes it; with one, only the tests in Swift are run. Takes about 40 minutes on two cores, with the building.

With --engines, runs only the tests with real containers, with the engines of other Debian releases, each in a root of its own, and
prints a table of what was proven on which. Takes about ten minutes for each release.

  --no-install   install no Debian packages, and unpack none
  --no-build     use the programs in .build/dist, and the tests as they were built last
  --engines …    names of Debian releases, separated by commas: trixie, sid, experimental (sid with what experimental has of podman);
                 that of this machine is this machine itself. Tests/Engines/roots.sh makes the others, 1 GB each
  --roots DIR    where these are (default .build/roots)
  --publish      write the table into README.md
  -h, --help     this text

The tests change only their own namespaces, sandboxes and temporary folders. Needs root, and Swift 6.3 or later.
TEXT
}

install=yes build=yes filter='' engines=() more=() skip=()
while (($#)); do
    case $1 in
    --no-install) install=no ;;
    --no-build) build=no skip=(--skip-build) ;;
    --engines | --roots)
        [[ -n ${2:-} ]] || { echo "install/test.sh: $1 takes a value" >&2 && exit 64; }
        if [[ $1 == --engines ]]; then IFS=, read -ra engines <<<"$2"; else more+=("$1" "$2"); fi
        shift
        ;;
    --publish) more+=("$1") ;;
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

((${#engines[@]} > 0 || ${#more[@]} == 0)) || { echo "install/test.sh: ${more[0]} is for --engines" >&2 && exit 64; }

((EUID == 0)) || {
    echo "install/test.sh: the tests make network namespaces, so run it as root: sudo install/test.sh" >&2
    exit 1
}

step() { printf '\n==> %s\n' "$1"; }

if [[ $install == yes ]]; then
    step "Debian packages"
    install_packages "${build_packages[@]}" libjansson-dev jq curl \
        iproute2 iputils-ping nftables iptables conntrack ethtool socat strace tcpdump radvd procps util-linux busybox-static \
        podman crun runc netavark aardvark-dns containernetworking-plugins uidmap slirp4netns docker.io \
        containerd python3-grpcio python3-yaml python3-jsonschema golang-go golang-github-appc-cni-dev \
        debootstrap dbus-daemon python3-dbus python3-gi python3-nftables user-mode-linux kmod libnl-genl-3-200 libpopt0
    # If systemd is installed it may be running, and an upgrade would restart it.
    [[ -x /lib/systemd/systemd ]] || install_packages systemd
    unpack_packages .build/firewalls firewalld python3-firewall ufw ipvsadm
    unpack_packages .build/metrics prometheus prometheus-node-exporter python3-prometheus-client python3-decorator
fi

if [[ $build == yes ]]; then
    step "Programs"
    install/build.sh
fi

if ((${#engines[@]} > 0)); then
    [[ $build == no ]] || swift build --build-tests
    step "Tests with the engines of ${engines[*]}"
    exec Tests/Engines/engines.sh "${more[@]}" "${engines[@]}" ${filter:+-- "$filter"}
fi

if [[ -n $filter ]]; then
    step "Tests in Swift that match $filter"
    exec swift test "${skip[@]}" --filter "$filter"
fi

step "Tests in Swift"
swift test "${skip[@]}"

step "Installing and uninstalling"
Tests/Install/install-test.sh
