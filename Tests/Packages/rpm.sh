# shellcheck shell=bash
# Part of in-root.sh: the .rpm below the root. Its scripts run there.
# shellcheck disable=SC2154

of_rpm() { rpm --root "$root" --dbpath /var/lib/rpm "$@"; }

# What is there beside rpm's own database, and what runs leave in /run.
rpm_tree() {
    (cd "$root" && find . -xdev \( -path ./run -o -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./var \) \
        -prune -o -printf '%p %m %U %G %l\n' | sort)
}

rpm_there_and_back() {
    local before package
    package=$(echo "$packages/"*.rpm)
    before=$(rpm_tree)
    # Debian's libraries are not in its database.
    of_rpm -i --nodeps "$package"
    # Sizes, sums, modes, owners: as they were packed.
    same "$(of_rpm -V --nodeps evenkeel)" ""
    same "$(rpm -qp --queryformat '[%{FILEUSERNAME} %{FILEGROUPNAME}\n]' "$package" | sort -u)" "root root"
    same "$(of_rpm -qc evenkeel | xargs)" "/etc/cdi/evenkeel.json /etc/containers/containers.conf.d/evenkeel.conf"
    contains "$(rpm -qp --requires "$package")" "libmnl.so.0()(64bit)"
    same "$(chroot "$root" evenkeel --version)" "$(rpm -qp --queryformat '%{VERSION}' "$package")"
    grep -q '^[0-9a-f]* */.*/evenkeel$' "$root/var/lib/evenkeel/manifest"
    (cd "$root" && sed -n 's|  /|  ./|p' var/lib/evenkeel/manifest | sha256sum --quiet --check)
    [[ ! -e $root/etc/systemd/system/multi-user.target.wants/evenkeel-watch.service ]]
    of_rpm -e evenkeel
    same "$(rpm_tree)" "$before"
    [[ ! -e $root/var/lib/evenkeel ]]
}
if command -v rpm >/dev/null; then
    check "$suite: the .rpm installs what it says, as root's, and its removal leaves nothing" rpm_there_and_back
    rm -rf "$root/var/lib/rpm"
else
    skip "$suite: the .rpm installs what it says, as root's, and its removal leaves nothing" "needs rpm"
fi
