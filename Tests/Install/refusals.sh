# shellcheck shell=bash
# Part of install-test.sh: what install.sh and uninstall.sh refuse, and what they only warn of.
# shellcheck disable=SC2154

missing_programs() {
    local before
    new_root
    before=$(tree "$root")
    make_programs "$scratch/incomplete"
    rm "$scratch/incomplete/evenkeel-hook"
    : >"$scratch/incomplete/evenkeel-cni"
    programs=$scratch/incomplete fails_with 1 "no program evenkeel-hook evenkeel-cni in $scratch/incomplete" install_it
    same "$(tree "$root")" "$before"
}
check "programs that are missing or empty are an error that names them, and nothing is installed" missing_programs

# Somebody without any right, on a copy that everybody may read.
as_nobody() {
    chmod 755 "$scratch"
    cp -r "$repository/LICENSE" "$repository/install" "$repository/hooks" "$scratch/"
    if ((EUID == 0)); then setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; else "$@"; fi
}

not_root() {
    fails_with 1 "not root" as_nobody "$scratch/install/install.sh" --programs "$programs"
    fails_with 1 "--destdir" as_nobody "$scratch/install/uninstall.sh"
    new_root
    chmod -R a+rwX "$root"
    as_nobody "$scratch/install/install.sh" --programs "$programs" --destdir "$root"
    as_nobody "$scratch/install/uninstall.sh" --destdir "$root"
}
check "without root only a --destdir will do, and there it works" not_root

# Should a wrong argument pass for a right one, the dry run keeps this machine as it is.
wrong_arguments() {
    local name script
    for name in install uninstall; do
        script=("$repository/install/$name.sh" --dry-run)
        fails_with 64 "unknown option '--frefix'" "${script[@]}" --frefix /usr
        fails_with 64 "unexpected argument 'now'" "${script[@]}" now
        fails_with 64 "--prefix needs a directory" "${script[@]}" --prefix
        fails_with 64 "--prefix needs a directory" "${script[@]}" --prefix --dry-run
        fails_with 64 "--destdir needs a directory" "${script[@]}" --destdir ""
        fails_with 64 "--destdir needs a directory" "${script[@]}" --destdir=
        fails_with 64 "--prefix must be an absolute path" "${script[@]}" --prefix usr
        fails_with 64 "--prefix: '/a\"b' holds" "${script[@]}" --prefix '/a"b'
        fails_with 64 "--destdir: " "${script[@]}" --destdir $'/a\nb'
        contains "$("${script[@]}" --help)" "--dry-run"
    done
    fails_with 64 "--cni-dir must be" "$repository/install/install.sh" --dry-run --cni-dir opt
    fails_with 64 "--engines: no engine 'pod'" "$repository/install/install.sh" --dry-run --engines docker,pod
    fails_with 64 "--engines needs a list" "$repository/install/install.sh" --dry-run --engines
    fails_with 64 "--hooks-dir must be" "$repository/install/install.sh" --dry-run --hooks-dir=opt
}
check "a wrong argument is exit status 64 and a message that names the option" wrong_arguments

files_in_the_way() {
    local before
    new_root
    mkdir -p "$root/opt/cni/bin"
    echo theirs >"$root/opt/cni/bin/evenkeel"
    before=$(tree "$root")
    fails_with 1 "$root/opt/cni/bin/evenkeel, which this prefix did not install" install_it
    same "$(tree "$root")" "$before"
    rm "$root/opt/cni/bin/evenkeel"
    install_it
    before=$(tree "$root")
    fails_with 1 "$root/etc/cdi/evenkeel.json, $root/$hook" install_it --prefix /opt/other
    same "$(tree "$root")" "$before"
    rm "$root/usr/local/bin/evenkeel"
    ln -s /bin/true "$root/usr/local/bin/evenkeel"
    fails_with 1 "$root/usr/local/bin/evenkeel" install_it
    contains "$(uninstall_it)" "keep $root/usr/local/bin/evenkeel"
}
check "a file or link of somebody else, or of another prefix, is not overwritten" files_in_the_way

directory_in_the_way() {
    local before
    new_root
    echo theirs >"$root/usr/share/containers/oci"
    before=$(tree "$root")
    fails_with 1 "$root/usr/share/containers/oci is not a directory" install_it
    same "$(tree "$root")" "$before"
}
check "a file where a directory has to be is an error, and nothing is installed" directory_in_the_way

network_still_names_the_plugin() {
    new_root
    install_it
    mkdir -p "$root/etc/cni/net.d"
    cp "$repository/hooks/cni/podman.conflist" "$root/etc/cni/net.d/web.conflist"
    fails_with 1 "$root/etc/cni/net.d/web.conflist names the plugin evenkeel" uninstall_it
    [[ -x $root/opt/cni/bin/evenkeel && -e $root/usr/local/lib/evenkeel/manifest ]]
    uninstall_it --force >/dev/null 2>"$scratch/said"
    contains "$(<"$scratch/said")" "$root/etc/cni/net.d/web.conflist names the plugin evenkeel"
    [[ ! -e $root/opt/cni/bin/evenkeel ]]
}
check "uninstall removes no plugin that a network names, unless forced" network_still_names_the_plugin

broken_manifest() {
    new_root
    install_it
    echo "rm -rf /" >>"$root/usr/local/lib/evenkeel/manifest"
    local before
    before=$(tree "$root")
    fails_with 1 "this line is no checksum and path: 'rm -rf /'" uninstall_it
    same "$(tree "$root")" "$before"
}
check "a manifest with a line that means nothing stops uninstall before it removes anything" broken_manifest

example_lists() {
    local list lists=$repository/hooks/cni
    for list in "$lists"/*.conflist; do
        same "$(jq -c '[.plugins[].type] | [.[-1], index("evenkeel") == length - 1]' "$list")" '["evenkeel",true]'
        # The kernel takes no longer names.
        (($(jq -r '.plugins[0].bridge | length' "$list") <= 15))
    done
    same "$(jq -r .cniVersion "$lists"/{podman,podman-prefer,containerd,kubernetes}.conflist | xargs)" "0.4.0 0.4.0 1.0.0 1.0.0"
    same "$(jq -c '.plugins[-1]' "$lists"/podman-prefer.conflist)" '{"type":"evenkeel","prefer":true}'
    same "$(jq -r .name "$lists"/*.conflist | sort | uniq -d)" ""
}
check "the example lists are JSON and end with the plugin" example_lists
