#!/usr/bin/env bash
# The part of build-test.sh that is run in a mount namespace of its own: makes one root, builds in it, and prints lines that begin
# with RESULT.
set -euo pipefail
suite=$1 root=$2 mirror=$3 swift=$4 repository=$5
place=/home/evenkeel
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

within() { chroot "$root" env "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$swift/usr/bin" HOME=/root "$@"; }

make_root() {
    # A mirror that stands still may have lists that are past their date.
    debootstrap --variant=minbase "$suite" "$root" "$mirror"
    echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/stands-still"
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    mkdir -p "$root$swift"
    mount --bind "$swift" "$root$swift"
    mount -o remount,bind,ro "$root$swift"
}

# A clone that has its dependencies already, for both builds: the root has neither this machine's certificates nor its settings of git.
copy_repository() {
    git clone -q --no-local "$repository" "$root$place"
    cd "$root$place"
    PATH=$PATH:$swift/usr/bin swift package resolve
    PATH=$PATH:$swift/usr/bin EVENKEEL_EMBEDDED=1 swift package --scratch-path .build/embedded \
        --only-use-versions-from-resolved-file resolve
    cd /
}

# Words behind `apt-get install` of the page on installing.
named_packages() {
    sed -n 's/^ *sudo apt-get install //p' "$root$place/install/README.md" | head -n 1
}

# Swift was made for another release: what it is linked with and this one does not have comes from this machine.
lend_libraries() {
    local program library path
    for program in swift-package swift-build-tool swift-frontend clang lld; do
        within ldd "$swift/usr/bin/$program"
    done | sed -n 's/^\s*\(\S*\) => not found/\1/p' | sort -u | while read -r library; do
        path=$(ldconfig -p | sed -n "s|^\s*${library//./\\.} .*=> ||p" | head -n 1)
        if [[ -n $path && ! -e $root/usr/local/lib/$library ]]; then
            cp -L "$path" "$root/usr/local/lib/"
            echo "$library"
        fi
    done
    within ldconfig
}

check_programs() {
    local program
    for program in evenkeel evenkeel-hook; do
        within "$place/.build/dist/$program" --version | grep -E '(^| )[0-9]+\.[0-9]+\.[0-9]+$'
    done
    CNI_COMMAND=VERSION within "$place/.build/dist/evenkeel-cni" <<<'{"cniVersion": "1.0.0"}' | grep '"supportedVersions"'
    within "$place/.build/dist/evenkeel-runtime" --evenkeel-version
    within "$place/.build/dist/evenkeel" explain >/dev/null
}

mount --make-rprivate /
make_root
copy_repository
within apt-get update -qq
# shellcheck disable=SC2046 # they are words
within apt-get install -qq --no-install-recommends $(named_packages)
# What one library needs is seen when it is there.
while lent=$(lend_libraries) && [[ -n $lent ]]; do echo "lent: ${lent//$'\n'/ }"; done
start=$SECONDS
within "$place/install/build.sh"
echo "RESULT $suite, $(sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' "$root/etc/os-release"): built in $((SECONDS - start)) s"
# shellcheck disable=SC2016 # dpkg-query replaces them
echo "RESULT with $(within dpkg-query -f '${Package} ${Version}; ' -W libnftnl-dev musl-dev libc6-dev)"
check_programs
(cd "$root$place/.build/dist" && stat -c 'RESULT %n: %s bytes' evenkeel evenkeel-cni evenkeel-hook evenkeel-runtime)
