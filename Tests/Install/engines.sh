# shellcheck shell=bash
# Part of install-test.sh: what is set up for which engine, podman's drop-in beside files of others, and CNI lists.
# shellcheck disable=SC2154

chosen_engines() {
    local before
    new_root
    before=$(tree "$root")
    install_it --engines containerd
    [[ ! -e $root/$hook && ! -e $root/$drop_in && -e $root/etc/cdi/evenkeel.json ]]
    install_it --engines=cri-o,containerd
    [[ -e $root/$hook && ! -e $root/$drop_in && ! -e $root/etc/docker ]]
    install_it --engines podman,docker
    [[ -e $root/$drop_in && -e $root/etc/docker/daemon.json ]]
    uninstall_it
    same "$(tree "$root")" "$before"
}
check "only the engines that are named are set up, and uninstall undoes every run" chosen_engines

found_below_the_tree() {
    local program
    new_root
    install_it
    [[ -e $root/$hook && ! -e $root/etc/docker ]]
    uninstall_it
    mkdir "$root/usr/sbin"
    for program in dockerd crio; do
        printf '#!/bin/sh\n' >"$root/usr/sbin/$program" && chmod 755 "$root/usr/sbin/$program"
    done
    lacks "$(install_it 2>&1)" "Docker:"
    [[ -e $root/etc/docker/daemon.json ]]
}
check "below a --destdir the tree's own engines count, and nothing is said of what is next" found_below_the_tree

somebody_elses_hooks_dir() {
    local said
    new_root
    mkdir -p "$root/etc/containers"
    printf '[engine]\n#hooks_dir = ["/x"]\n' >"$root/usr/share/containers/containers.conf"
    printf '[engine]\nhooks_dir = [\n  "/srv/first", # theirs\n  "/srv/hooks",\n]\nrest = ["/no"]\n' \
        >"$root/etc/containers/containers.conf"
    said=$(install_it 2>&1)
    contains "$said" "no hooks_dir in the drop-in: $root/etc/containers/containers.conf already sets it, with /srv/"
    [[ -e $root/srv/hooks/evenkeel.json && ! -e $root/$hook ]]
    lacks "$(<"$root/$drop_in")" "hooks_dir"
    contains "$(<"$root/$drop_in")" "[engine.runtimes]"
    uninstall_it
    said=$(install_it --hooks-dir "/usr/share/containers/oci/hooks.d" 2>&1)
    contains "$said" "podman reads the hook once that list holds \"/usr/share/containers/oci/hooks.d\""
    [[ -e $root/$hook ]]
    rm "$root/etc/containers/containers.conf"
    contains "$(install_it)" "replace $root/$drop_in"
    contains "$(<"$root/$drop_in")" "hooks_dir = ["
}
check "where another file sets hooks_dir, the hook goes to a directory of that list, which the drop-in leaves alone" \
    somebody_elses_hooks_dir

hooks_dir_with_the_usual_directory() {
    local list
    for list in '["/usr/share/containers/oci/hooks.d", "/srv/hooks"]' '["/srv/hooks", {append=true}]'; do
        new_root
        mkdir -p "$root/etc/containers/containers.conf.d"
        printf '[engine]\nhooks_dir = %s\n' "$list" >"$root/etc/containers/containers.conf.d/theirs.conf"
        install_it
        [[ -e $root/$hook && ! -e $root/srv ]]
        lacks "$(<"$root/$drop_in")" "hooks_dir"
    done
}
check "a list of others that holds the usual directory, or adds to it, needs nothing" hooks_dir_with_the_usual_directory

changed_drop_in_is_kept() {
    local said
    new_root
    install_it
    sed -i '/^evenkeel = /d' "$root/$drop_in"
    cp "$root/$drop_in" "$scratch/mine"
    uninstall_it
    cmp "$scratch/mine" "$root/$drop_in"
    said=$(install_it 2>&1)
    contains "$said" "keep $root/$drop_in: changed since it was installed"
    contains "$said" "lacks this line of [engine.runtimes]: evenkeel = [\"/usr/local/libexec/"
    lacks "$said" "evenkeel-crun = "
    cmp "$scratch/mine" "$root/$drop_in"
    contains "$(install_it 2>&1)" "keep $root/$drop_in"
    uninstall_it
    same "$(cd "$root" && find . -type f)" "./$drop_in"
}
check "a changed drop-in that survived uninstall does not block a new install, which keeps it and says what it lacks" \
    changed_drop_in_is_kept

changed_json_is_kept() {
    new_root
    install_it
    jq '.when = {annotations: {"^keel$": "yes"}}' "$root/$hook" >"$scratch/mine" && cp "$scratch/mine" "$root/$hook"
    uninstall_it
    contains "$(install_it)" "keep $root/$hook"
    cmp "$scratch/mine" "$root/$hook"
}
check "nor does a hook's JSON that was changed, as long as it names the hook of this prefix" changed_json_is_kept

# A command `evenkeel cni` that marks every list, and takes the marks off.
make_cni_command() {
    make_programs "$1"
    cat >"$1/evenkeel" <<'PROGRAM'
#!/bin/sh
case "$*" in
"help cni") echo "USAGE: evenkeel cni <subcommand>" ;;
"cni directories --for-plugin --root "*) echo /opt/cni/bin ;;
"cni directories --lists --root "*) echo /etc/cni/net.d ;;
"cni directories --check --root "*) ;;
"cni add --dir "*" --root "*)
    [ -x "$6/opt/cni/bin/evenkeel" ] || exit 1
    for list in "$4"/*; do echo "# added" >>"$list" || exit 1; done
    ;;
"cni remove --dir "*) sed -i '/^# added$/d' "$4"/* ;;
*) exit 64 ;;
esac
PROGRAM
}

lists_when_asked_for() {
    local before
    make_cni_command "$scratch/with-cni"
    new_root
    mkdir -p "$root/etc/cni/net.d"
    echo "{}" >"$root/etc/cni/net.d/web.conflist"
    before=$(sha256sum <"$root/etc/cni/net.d/web.conflist")
    programs=$scratch/with-cni install_it
    same "$(sha256sum <"$root/etc/cni/net.d/web.conflist")" "$before"
    contains "$(programs=$scratch/with-cni install_it --cni-lists)" "guard the CNI lists in $root/etc/cni"
    contains "$(<"$root/etc/cni/net.d/web.conflist")" "# added"
    # A run without the option forgets nothing.
    programs=$scratch/with-cni install_it
    contains "$(uninstall_it)" "remove the plugin from the CNI lists in $root/etc/cni/net.d"
    same "$(sha256sum <"$root/etc/cni/net.d/web.conflist")" "$before"
}
check "CNI lists are changed only when asked for, and uninstall changes them back" lists_when_asked_for

lists_that_cannot_be_changed() {
    local before
    make_cni_command "$scratch/with-cni"
    new_root
    before=$(tree "$root")
    programs=$scratch/with-cni fails_with 1 "there is no list (*.conflist) in $root/etc/cni/net.d" install_it --cni-lists
    mkdir -p "$root/etc/cni/net.d/web.conflist"
    programs=$scratch/with-cni fails_with 1 "web.conflist" install_it --cni-lists
    [[ -e $root/$hook ]]
    rmdir "$root/etc/cni/net.d/web.conflist"
    uninstall_it
    rm -r "$root/etc/cni"
    same "$(tree "$root")" "$before"
    mkdir -p "$root/etc/cni/net.d"
    before=$(tree "$root")
    fails_with 1 "this evenkeel has no command cni" install_it --cni-lists
    same "$(tree "$root")" "$before"
}
check "lists that cannot be changed make the exit status 1, and without the command nothing is installed" \
    lists_that_cannot_be_changed
