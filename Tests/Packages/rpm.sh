# shellcheck shell=bash
# Part of in-root.sh: the .rpm below the root. Its scripts run there.
# shellcheck disable=SC2154

of_rpm() { rpm --root "$root" --dbpath /var/lib/rpm "$@"; }

# What is there beside rpm's own database, and what runs leave in /run.
rpm_tree() {
    (cd "$root" && find . -xdev \( -path ./run -o -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./var \) \
        -prune -o -printf '%p %m %U %G %l\n' | sort)
}

# What the package requires and the root has: libraries by their own ELF headers, programs by being there. RPM's database does not know
# Debian's packages.
provided() { # PACKAGE
    local library required
    for library in libc.so.6 libm.so.6 libmnl.so.0 libstdc++.so.6 libgcc_s.so.1 "ld-linux-*.so.*"; do
        find "$root/usr/lib/$(uname -m)-linux-gnu" -name "$library"
    done | xargs realpath | /usr/lib/rpm/elfdeps --provides
    # What glibc's package says of any of these years.
    echo 'rtld(GNU_HASH)'
    rpm -qp --requires "$1" | while read -r required _; do
        case $required in
        gawk) [[ ! -x $root/usr/bin/awk ]] || echo gawk ;;
        coreutils) [[ ! -x $root/usr/bin/install ]] || echo coreutils ;;
        findutils) [[ ! -x $root/usr/bin/find ]] || echo findutils ;;
        /*) [[ ! -x $root$required ]] || echo "$required" ;;
        *) [[ ! -x $root/usr/bin/$required ]] || echo "$required" ;;
        esac
    done
}

# The package's folders that the root has already.
shared_folders() { # PACKAGE
    local folder mode
    rpm -qp --queryformat '[%{FILENAMES} %{FILEMODES:octal}\n]' "$1" | while read -r folder mode; do
        [[ $mode != 4* || ! -d $root$folder ]] || echo "$folder"
    done
}

# A package that says what the root has, and owns what is Debian's.
make_stand_in() { # PACKAGE
    local top=$scratch/stand-in.$suite
    mkdir -p "$top"
    {
        printf 'Name: stand-in\nVersion: 1\nRelease: 1\nSummary: what this root has\nLicense: MIT\n'
        provided "$1" | sed 's/^/Provides: /'
        printf '%%description\nFor a test.\n%%install\n'
        shared_folders "$1" | sed 's/^/mkdir -p %{buildroot}/'
        printf '%%files\n'
        shared_folders "$1" | sed 's/^/%dir /'
    } >"$top/stand-in.spec"
    rpmbuild -bb --quiet --define "_topdir $top" --define "_rpmdir $top" --target "$(uname -m)-linux" --dbpath "$top/db" \
        "$top/stand-in.spec"
    of_rpm -i "$top/$(uname -m)"/stand-in-*.rpm
}

rpm_there_and_back() {
    local before package
    package=$(echo "$packages/"*.rpm)
    before=$(rpm_tree)
    fails_with 1 "is needed by evenkeel-" of_rpm -i "$package"
    same "$(rpm_tree)" "$before"
    make_stand_in "$package"
    of_rpm -i "$package"
    # Sizes, sums, modes, owners: as they were packed.
    same "$(of_rpm -V evenkeel)" ""
    same "$(rpm -qp --queryformat '[%{FILEUSERNAME} %{FILEGROUPNAME}\n]' "$package" | sort -u)" "root root"
    # Read by all, written by root, run where it is a program.
    same "$(rpm -qp --queryformat '[%{FILEMODES:octal}\n]' "$package" | sort -u | xargs)" "100644 100755 40755"
    same "$(of_rpm -qc evenkeel | xargs)" "/etc/cdi/evenkeel.json /etc/containers/containers.conf.d/evenkeel.conf"
    same "$(chroot "$root" evenkeel --version)" "$(rpm -qp --queryformat '%{VERSION}' "$package")"
    # The scripts ran: the plugin is where the runtimes look.
    grep -q '^[0-9a-f]* */.*/evenkeel$' "$root/var/lib/evenkeel/manifest"
    (cd "$root" && sed -n 's|  /|  ./|p' var/lib/evenkeel/manifest | sha256sum --quiet --check)
    [[ ! -e $root/etc/systemd/system/multi-user.target.wants/evenkeel-watch.service ]]
    mkdir -p "$root/etc/cni/net.d"
    echo '{"cniVersion":"1.0.0","name":"x","plugins":[{"type":"bridge"},{"type":"evenkeel"}]}' >"$root/etc/cni/net.d/50-x.conflist"
    fails_with 1 "50-x.conflist names the plugin evenkeel" of_rpm -e evenkeel
    rm "$root/etc/cni/net.d/50-x.conflist"
    rmdir -p --ignore-fail-on-non-empty "$root/etc/cni/net.d"
    same "$(of_rpm -V evenkeel)" ""
    of_rpm -e evenkeel
    same "$(rpm_tree)" "$before"
    [[ ! -e $root/var/lib/evenkeel ]]
}

sentence="$suite: the .rpm refuses a root without its libraries, installs what it says, as root's, and its removal leaves nothing"
if command -v rpm >/dev/null; then
    check "$sentence" rpm_there_and_back
    rm -rf "$root/var/lib/rpm"
else
    skip "$sentence" "needs rpm"
fi
