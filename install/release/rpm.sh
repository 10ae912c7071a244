# shellcheck shell=bash
# A package of RPM's. For make-packages.sh.
# shellcheck disable=SC2154

rpm_arch() { if [[ $arch == amd64 ]]; then echo x86_64; else echo aarch64; fi; }

rpm_system_folders='/etc|/usr(/bin|/lib(/systemd(/system)?)?|/libexec|/share(/doc|/man(/man[578])?)?)?'

# rpm_files ROOT: each file, and what it is.
rpm_files() {
    local file
    (cd "$1" && find . -type f -printf '/%P\n' | sort) | while IFS= read -r file; do
        case $file in
        /etc/*) printf '%%config(noreplace) %s\n' "$file" ;;
        /usr/share/doc/evenkeel/LICENSE | /usr/share/doc/evenkeel/*GPL*) printf '%%license %s\n' "$file" ;;
        /usr/share/doc/* | /usr/share/man/*) printf '%%doc %s\n' "$file" ;;
        *) printf '%s\n' "$file" ;;
        esac
    done
    # Several packages may own a folder; the last one takes it away. What every system has belongs to the system.
    (cd "$1" && find . -mindepth 1 -type d -printf '/%P\n' | sort) | grep -vxE "$rpm_system_folders" | sed 's/^/%dir /'
}

# RPM's form of the changelog. It would read a percent sign as a macro.
rpm_changelog() {
    local named when
    changelog_versions | while read -r named when; do
        printf '* %s %s - %s-1\n' "$(date -u -d "@$when" '+%a %b %d %Y')" "$maintainer" "${named//-/\~}"
        changelog_entries "$named" | sed 's/^\* /- /; s/%/%%/g'
        echo
    done
}

rpm_spec() { # ROOT
    cat <<EOF
Name: evenkeel
Version: ${version//-/\~}
Release: 1
Summary: Makes the networks of containers safe
License: Apache-2.0 AND GPL-2.0-or-later AND MIT
URL: $release_homepage
Packager: $maintainer
Requires: bash coreutils gawk grep sed findutils
Recommends: jq

%description
A container on several networks gets one default route and source rules for
the others, a reverse path filter that does not eat replies, and a host that
does not answer INVALID segments with a reset. An OCI hook (podman, CRI-O), an
OCI runtime (Docker), a CNI plugin (containerd, Kubernetes) and a watcher do
that; evenkeel doctor says what is wrong, with the kernel's evidence.

%install
cp -a "$1/." "%{buildroot}/"

%pre
if [ "\$1" = 1 ]; then
$(refuse_other_installation)
fi

%post
$(configure_host)
if [ "\$1" = 1 ]; then
$(first_commands)
fi

%preun
if [ "\$1" = 0 ]; then
$setup remove || exit 1
fi

%postun
if [ "\$1" = 0 ]; then
$(sweep)
fi
exit 0

%changelog
$(rpm_changelog)

%files
%defattr(-,root,root)
$(rpm_files "$1")
EOF
}

make_rpm() {
    local root=$work/rpm-tree top=$work/rpm options=()
    cp -a "$work/tree" "$root"
    settle "$root"
    mkdir -p "$top"
    rpm_spec "$root" >"$top/evenkeel.spec"
    # What depends on the machine and the time stays out; nothing is stripped, compressed or judged once more.
    options=(
        --define "_topdir $top" --define "_rpmdir $top/out" --define "_buildhost localhost" --define "_build_id_links none"
        --define "__os_install_post %{nil}" --define "debug_package %{nil}" --define "_binary_payload w6.xzdio"
        --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1"
        --define "source_date_epoch_from_changelog 0" --define "_docdir_fmt %{nil}" --define "_vendor evenkeel"
    )
    SOURCE_DATE_EPOCH=$epoch rpmbuild -bb --quiet --nodeps --target "$(rpm_arch)-linux" --dbpath "$top/db" "${options[@]}" \
        "$top/evenkeel.spec" >"$work/rpm.log" 2>&1 || {
        cat "$work/rpm.log" >&2
        return 1
    }
    # A tilde in a file's name does not outlive every upload.
    cp "$top/out/$(rpm_arch)/evenkeel-${version//-/\~}-1.$(rpm_arch).rpm" "$output/evenkeel-$version-1.$(rpm_arch).rpm"
}
