#!/usr/bin/env bash
# Installs what the benchmark needs, builds the programs and what they are compared with, and measures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=install/packages.sh
source install/packages.sh
# shellcheck source=install/requirements.sh
source install/requirements.sh

usage() {
    cat <<'TEXT'
usage: sudo install/bench.sh [--no-install] [--no-build] [OPTION…]

Measures what evenkeel-cni, evenkeel-hook and evenkeel-runtime add to a container start, and compares them with a C program
that makes the same requests, the CNI plugins tuning, sbr and firewall, and a shell script. Takes about a quarter of an hour
on two cores, after the build. Run nothing else meanwhile. Changes only its own namespaces, and files below .build.

  --no-install      install no Debian packages
  --no-build        use evenkeel's programs in .build/dist
  --quick           a tenth of the rounds
  --rounds N        how often each program is run in each case (default 200)
  --case NAME       only this case; may be given several times
  --json FILE       write all figures to FILE
  --svg FILE        write a chart to FILE
  --strict          exit with status 1 if a figure is outside its limit
  --budgets         only count instructions and system calls, and compare them with Tests/Benchmarks/budgets.json: status 1
                    if one is exceeded by more than 3%; lower counts lower the file's budget. Takes half a minute
  --watch           only measure evenkeel-watch: how long a second default route in a container stays and a flushed table of
                    the host is missing, with 10 to 1,000 containers, beside a C program that watches. Status 1 if a figure
                    is outside its limit. Takes four minutes; --quick, --rounds and --json are for it as well
  --accept          with --budgets: make the current counts the budget. Takes two minutes
  --publish         write the figures and the chart in Tests/Benchmarks
  -h, --help        this text

Needs root, and Swift 6.3 or later.
TEXT
}

install=yes build=yes options=()
while (($#)); do
    case $1 in
    --no-install) install=no ;;
    --no-build) build=no ;;
    --budgets) options+=(--budgets Tests/Benchmarks/budgets.json) ;;
    --publish) options+=(--svg Tests/Benchmarks/chart.svg --readme Tests/Benchmarks/README.md) ;;
    -h | --help)
        usage
        exit 0
        ;;
    --quick | --strict | --watch | --accept | --rounds=* | --case=* | --json=* | --svg=*) options+=("$1") ;;
    --rounds | --case | --json | --svg)
        [[ -n ${2:-} ]] || { echo "install/bench.sh: $1 takes a value" >&2 && exit 64; }
        options+=("$1" "$2")
        shift
        ;;
    *)
        # Before anything is installed or built.
        echo "install/bench.sh: unknown argument '$1'; --help lists the options" >&2
        exit 64
        ;;
    esac
    shift
done

((EUID == 0)) || {
    echo "install/bench.sh: the benchmark makes network namespaces, so run it as root: sudo install/bench.sh" >&2
    exit 1
}

if [[ $install == yes ]]; then
    install_packages "${build_packages[@]}" libjansson-dev jq containernetworking-plugins \
        iproute2 nftables iptables procps util-linux valgrind strace
fi

# The C programs to compare with: linked the default way, and as the plugin is (Package.swift).
build_references() {
    local folder=.build/benchmark source=Tests/Benchmarks
    local compile=(cc -std=gnu17 -Wall -Wextra -Werror -O2 -s) musl
    musl=$(uname -m)-linux-musl
    mkdir -p $folder
    local each=("$source"/reference/{files,host,netlink,observe,routes,ruleset}.c)
    local add=("${each[@]}" "$source"/reference/main.c)
    "${compile[@]}" -o $folder/reference "${add[@]}" -lmnl -lnftnl -ljansson
    "${compile[@]}" -o $folder/watch "${each[@]}" $source/reference/watch.c -lmnl -lnftnl
    "${compile[@]}" -ffunction-sections -fPIE -isystem "/usr/include/$musl" -I Sources/CStaticRuntime/include \
        -static-pie -nostdlib -Wl,--gc-sections -o $folder/reference-likewise "/usr/lib/$musl/rcrt1.o" \
        "${add[@]}" $source/likewise.c Sources/CStaticRuntime/{allocation,fortified,libmnl,numbers}.c \
        -l:libnftnl.a -l:libjansson.a "/usr/lib/$musl/libc.a" -lgcc
    "${compile[@]}" -static -o $folder/launch $source/launch.c
    "${compile[@]}" -static -o $folder/crowd $source/crowd.c
    "${compile[@]}" -o $folder/upset $source/upset.c -lmnl
    "${compile[@]}" -o $folder/flush $source/flush.c -lmnl
}

# Standard output is for the figures.
{
    [[ $build == no ]] || install/build.sh
    build_references
    # A scratch path of its own: the command line has other options, and everything would be recompiled, here and there.
    swift build -c release --scratch-path .build/benchmark --static-swift-stdlib --disable-local-rpath --product benchmark
} >&2
exec .build/benchmark/release/benchmark "${options[@]}"
