# shellcheck shell=bash
# A package of Debian's. For make-packages.sh.
# shellcheck disable=SC2154,SC2016 # make-packages.sh sets the rest; what is quoted is for the packages' scripts

deb_scripts() { # FOLDER
    printf '#!/bin/sh\nset -e\nif [ "$1" = install ]; then\n%s\nfi\n' "$(refuse_other_installation)" >"$1/preinst"
    printf '#!/bin/sh\nset -e\ncase "$1" in\nconfigure | triggered | abort-remove | abort-upgrade)\n%s\n;;\nesac\n' \
        "$(configure_host)
if [ \"\$1\" = configure ] && [ -z \"\$2\" ]; then
$(first_commands)
fi" >"$1/postinst"
    printf '#!/bin/sh\nset -e\nif [ "$1" = remove ]; then\n%s remove\nfi\n' "$setup" >"$1/prerm"
    # purge also takes the policy, as the word says.
    printf '#!/bin/sh\nset -e\nif [ "$1" = remove ]; then\n%s\nfi\nif [ "$1" = purge ]; then\n%s\nfi\n' "$(sweep)" \
        'rm -rf /etc/evenkeel /var/lib/evenkeel' >"$1/postrm"
    chmod 755 "$1"/{preinst,postinst,prerm,postrm}
}

# What comes later is set up then: its packages bring these.
deb_triggers() {
    printf 'interest-noawait %s\n' /usr/sbin/dockerd /usr/bin/dockerd /usr/bin/containerd /usr/bin/crio /usr/lib/cni
}

deb_control() { # FOLDER SIZE
    local depends
    depends=$(debian_depends) || return
    cat >"$1/control" <<EOF
Package: evenkeel
Version: ${version//-/\~}
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $2
Depends: $depends
Recommends: jq
Suggests: podman | docker.io | containerd, nftables
Section: admin
Priority: optional
Homepage: $release_homepage
Description: make the networks of containers safe
 A container on several networks gets one default route and source rules for
 the others, a reverse path filter that does not eat replies, and a host that
 does not answer INVALID segments with a reset.
 .
 An OCI hook (podman, CRI-O), an OCI runtime (Docker), a CNI plugin
 (containerd, Kubernetes) and a watcher do that as containers start and while
 they run. evenkeel doctor says what is wrong, with the kernel's evidence.
EOF
}

# Debian's form of the changelog: native, so it tells of all versions.
deb_changelog() {
    local named when
    changelog_versions | while read -r named when; do
        # What comes before a release sorts before it by a tilde.
        printf 'evenkeel (%s) unstable; urgency=medium\n\n' "${named//-/\~}"
        changelog_entries "$named" | fold -s -w 72 | sed -E 's/ +$//; /^(\*|\[) ?/!s/^/    /; s/^(\*|\[)/  \1/'
        printf '\n -- %s  %s\n\n' "$maintainer" "$(date -u -d "@$when" -R)"
    done
}

deb_copyright() {
    cat <<EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: evenkeel
Comment: The licence texts are in /usr/share/common-licenses/Apache-2.0,
 /usr/share/common-licenses/GPL-3 and /usr/share/common-licenses/LGPL-2.1.
 What the programs are made of, word by word as upstream says it:
 .
$(sed -E 's/^$/./; s/^/ /' "$here/licenses/NOTICES")

Files: *
Copyright: Evenkeel's authors
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
EOF
}

# lintian knows that these are meant so.
deb_overrides() {
    cat <<'EOF'
# Containers wait for these programs: static, they start in a third of the time and on any Linux.
evenkeel: statically-linked-binary
evenkeel: shared-library-lacks-prerequisites
# A start of nftables flushes our tables, so the unit goes with it.
evenkeel: systemd-service-file-refers-to-unusual-wantedby-target nftables.service *
# check-system tells engines' versions, and runs no program for that.
evenkeel: uses-dpkg-database-directly *
EOF
}

make_deb() {
    local root=$work/deb doc
    doc=$root/usr/share/doc/evenkeel
    cp -a "$work/tree" "$root"
    # Debian has these texts once for all packages.
    rm "$doc"/{LICENSE,GPL-3.0,LGPL-2.1,NOTICES}
    deb_copyright >"$doc/copyright"
    deb_changelog | gzip -9n >"$doc/changelog.gz"
    # Debian's zsh looks here.
    mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
    install -d "$root/usr/share/lintian/overrides"
    deb_overrides >"$root/usr/share/lintian/overrides/evenkeel"
    install -d "$root/DEBIAN"
    (cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"
    (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
    deb_triggers >"$root/DEBIAN/triggers"
    deb_scripts "$root/DEBIAN"
    deb_control "$root/DEBIAN" "$(du -k -s --apparent-size "$root" | cut -f1)"
    chmod 644 "$root/DEBIAN"/{conffiles,control,md5sums,triggers} "$doc"/* "$root"/usr/share/lintian/overrides/*
    settle "$root"
    SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group -Zxz --build "$root" "$output/evenkeel_${version}_$arch.deb" >/dev/null
}
