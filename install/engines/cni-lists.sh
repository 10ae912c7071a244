# shellcheck shell=bash
# The plugin in CNI configuration lists, which `evenkeel cni` puts in and takes out.
# shellcheck disable=SC2154

lists_dir=/etc/cni/net.d

require_cni_command() {
    # For an unknown command, `help` prints the help of the whole program.
    "$programs/evenkeel" help cni 2>/dev/null | grep -q 'evenkeel cni' ||
        fail "--cni-lists: this evenkeel has no command cni; put the plugin into the lists by hand: see hooks/cni"
    [[ -d $destdir$lists_dir ]] || fail "--cni-lists: there is no $destdir$lists_dir"
    recorded_lists=$lists_dir
}

add_to_lists() {
    local folder folders=$destdir$cni_dir
    # The directories that engines search. The plugin may be elsewhere, or below a --destdir.
    for folder in /opt/cni/bin /usr/lib/cni /usr/libexec/cni /usr/local/lib/cni /usr/local/libexec/cni; do
        folders+=:$destdir$folder
    done
    act "add the plugin to the CNI lists in $destdir$lists_dir" || return 0
    "$destdir$prefix/bin/evenkeel" cni add --dir "$destdir$lists_dir" --plugin-path "$folders"
}

# Before the plugin is removed: a list that names a missing plugin makes every container of its network fail.
remove_from_lists() {
    local program=$destdir$prefix/bin/evenkeel
    [[ -n $recorded_lists ]] || return 0
    act "remove the plugin from the CNI lists in $destdir$recorded_lists" || return 0
    "$program" cni remove --dir "$destdir$recorded_lists" ||
        note "$program did not take the plugin out of every list in $destdir$recorded_lists"
}
