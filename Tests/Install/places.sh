# shellcheck shell=bash
# Part of install-test.sh: any prefix, directory and name will do.
# shellcheck disable=SC2154

prefixes() {
    local before given
    new_root
    before=$(tree "$root")
    for given in /usr /opt/keel/ /usr/../srv//keel / "/opt/a keel & | 'more'"; do
        install_it --prefix "$given"
        [[ -x $root/$(realpath -ms "$given")/bin/evenkeel ]]
        [[ -x $root$(jq -r .hook.path "$root/$hook") ]]
        uninstall_it --prefix="$given"
        same "$(tree "$root")" "$before"
    done
}
check "any prefix will do: /usr, /, with dots, slashes, blanks and signs" prefixes

blanks_everywhere() {
    local before
    root="$scratch/a root"
    mkdir -p "$root"
    make_programs "$scratch/some programs"
    before=$(tree "$root")
    programs="$scratch/some programs" install_it --cni-dir "/opt/my cni" --hooks-dir "/srv/my & hooks"
    contains "$(<"$root/$drop_in")" '    "/etc/containers/oci/hooks.d",
    "/srv/my & hooks",
]
'
    [[ -x "$root/opt/my cni/evenkeel" && -f "$root/srv/my & hooks/evenkeel.json" ]]
    uninstall_it
    same "$(tree "$root")" "$before"
}
check "every path may hold blanks, and the drop-in lists a hooks directory of one's own" blanks_everywhere

two_plugin_directories() {
    local before
    new_root
    before=$(tree "$root")
    install_it
    install_it --cni-dir /usr/lib/cni
    [[ -x $root/opt/cni/bin/evenkeel && -x $root/usr/lib/cni/evenkeel ]]
    uninstall_it
    same "$(tree "$root")" "$before"
}
check "a second --cni-dir is added to the first, and uninstall removes both" two_plugin_directories

checkable_manifest() {
    new_root
    (umask 077 && install_it)
    sed "s|  /|  $root/|" "$root/usr/local/lib/evenkeel/manifest" | sha256sum --strict --quiet -c
    same "$(find "$root/usr/local/libexec" "$root/opt/cni" ! -perm 755)" ""
}
check "sha256sum checks the manifest, and modes do not depend on the umask" checkable_manifest

licences_go_with_the_programs() {
    local folder
    new_root
    install_it --prefix /usr
    folder=$root/usr/share/doc/evenkeel
    same "$(cat "$folder/LICENSE")" "$(cat "$repository/LICENSE")"
    same "$(ls "$folder")" "GPL-3.0
LGPL-2.1
LICENSE
NOTICES"
    for part in libnftnl libmnl musl "Swift's standard library" swift-argument-parser; do
        contains "$(<"$folder/NOTICES")" "$part"
    done
    uninstall_it --prefix /usr
    [[ ! -e $folder ]]
}
check "the licences of what the programs are made of are installed and taken away with them" licences_go_with_the_programs

schemas_are_installed() {
    local path
    new_root
    install_it --prefix /usr
    path=$root/usr/share/evenkeel/policy.schema.json
    same "$(cat "$path")" "$(cat "$repository/install/policy.schema.json")"
    diff -r "$repository/install/monitoring" "${path%/*}/monitoring"
    diff -r "$repository/install/schemas" "${path%/*}/schemas"
    uninstall_it --prefix /usr
    [[ ! -e ${path%/*} ]]
}
check "the schemas, alert rules and a dashboard are installed and taken away" schemas_are_installed
