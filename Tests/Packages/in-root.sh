#!/usr/bin/env bash
# Part of packages-test.sh, in namespaces of its own: in-root.sh SUITE ROOT REPOSITORY PACKAGES SCRATCH NUMBER.
set -euo pipefail
export LC_ALL=C
suite=$1 lower=$2 repository=$3 packages=$4 scratch=$5
# shellcheck source=Tests/Install/tap.sh
source "$repository/Tests/Install/tap.sh"
# shellcheck disable=SC2034 # tap.sh counts on
number=$6
here=$repository/Tests/Packages

top=$scratch/copy.$suite root=$scratch/copy.$suite/root
mkdir -p "$top"
mount -t tmpfs -o size=4g tmpfs "$top"

# A copy of the root: empty of what was changed before.
enter_copy() {
    local folder
    mkdir -p "$top"/{upper,work,root}
    mount -t overlay overlay -o "lowerdir=$lower,upperdir=$top/upper,workdir=$top/work" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount -o bind,ro /sys/fs/cgroup "$root/sys/fs/cgroup"
    mount --rbind /dev "$root/dev"
    for folder in /dev/shm /run /tmp /var/tmp /var/lib/containers; do
        mkdir -p "$root$folder"
        mount -t tmpfs tmpfs "$root$folder"
    done
    mkdir -p "$root/run/"{lock,old,packages}
    cp "$packages"/* "$root/run/packages/"
    cp "$here/typed.py" "$root/run/"
}

enter_copy
# RPM comes from this machine, so it is tried before the machine's own root is left.
# shellcheck source=rpm.sh
source "$here/rpm.sh"
# shellcheck source=systems.sh
source "$here/systems.sh"
cd "$root"
exec 9>"$scratch/counts"
pivot_root . run/old
umount -l /run/old
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TMPDIR=/tmp HOME=/root DEBIAN_FRONTEND=noninteractive
system_tests
echo "$number $passed $failed" >&9
