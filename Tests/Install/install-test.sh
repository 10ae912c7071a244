#!/usr/bin/env bash
# Tests of install.sh and uninstall.sh below a --destdir, with programs made up here; then, as root, live-test.sh in
# throw-away namespaces with the real podman. The machine is left as it was.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=${here%/*/*}
# shellcheck source=tap.sh
source "$here/tap.sh"

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
programs=$scratch/programs
make_programs "$programs"

hook=usr/share/containers/oci/hooks.d/evenkeel.json
drop_in=etc/containers/containers.conf.d/evenkeel.conf
unit=usr/local/lib/systemd/system/evenkeel-host.service
watch_unit=usr/local/lib/systemd/system/evenkeel-watch.service
watcher=usr/local/libexec/evenkeel/evenkeel-watch

schema_files() { find "$repository/install/schemas" -type f | sort; }

# A tree of its own for each test, with the directories that every system has.
new_root() {
    root=$(mktemp -d "$scratch/root.XXXXXX")
    mkdir -p "$root"/{etc,opt,usr/{local/{bin,lib},share/containers}}
}

install_it() { "$repository/install/install.sh" --programs "$programs" --destdir "$root" "$@"; }
uninstall_it() { "$repository/install/uninstall.sh" --destdir "$root" "$@"; }

fresh_install() {
    new_root
    install_it
    same "$(cat "$root/usr/local/bin/evenkeel")" "$(cat "$programs/evenkeel")"
    same "$(cat "$root/usr/local/libexec/evenkeel/evenkeel-hook")" "$(cat "$programs/evenkeel-hook")"
    same "$(cat "$root/opt/cni/bin/evenkeel")" "$(cat "$programs/evenkeel-cni")"
    same "$(cat "$root/$drop_in")" "$(cat "$repository/install/containers.conf")"
    same "$(cat "$root/usr/local/libexec/evenkeel/evenkeel-runtime")" "$(cat "$programs/evenkeel-runtime")"
    same "$(cat "$root/usr/local/libexec/evenkeel/evenkeel-crun")" "$(cat "$programs/evenkeel-runtime")"
    same "$(cat "$root/etc/cdi/evenkeel.json")" "$(cat "$repository/hooks/cdi/evenkeel.json")"
    same "$(cat "$root/$unit")" "$(cat "$repository/install/systemd/evenkeel-host.service")"
    same "$(cat "$root/$watcher")" "$(cat "$programs/evenkeel-watch")"
    same "$(cat "$root/$watch_unit")" "$(cat "$repository/install/systemd/evenkeel-watch.service")"
    same "$(cd "$root" && find . -type f -perm 755 | wc -l) $(cd "$root" && find . -type f -perm 644 | wc -l)" "6 $((16 + $(schema_files | wc -l)))"
    [[ ! -e $root/etc/evenkeel ]]
}
check "a fresh install puts the programs, the plugin, the units, the drop-in, the hook and the device in place, and no policy" \
    fresh_install

hook_names_its_program() {
    new_root
    install_it --prefix /opt/keel
    same "$(jq -r .hook.path "$root/$hook")" /opt/keel/libexec/evenkeel/evenkeel-hook
    same "$(jq -c 'del(.hook)' "$root/$hook")" \
        '{"version":"1.0.0","when":{"always":true},"stages":["createRuntime","poststop"]}'
    [[ -x $root$(jq -r .hook.path "$root/$hook") ]]
    same "$(jq -c '.devices[] | [.name, .containerEdits.hooks]' "$root/etc/cdi/evenkeel.json")" \
        '["safe",[{"hookName":"createRuntime","path":"/opt/keel/libexec/evenkeel/evenkeel-hook"}]]'
    contains "$(<"$root/$drop_in")" 'evenkeel = ["/opt/keel/libexec/evenkeel/evenkeel-runtime"]'
    contains "$(<"$root/$drop_in")" 'evenkeel-crun = ["/opt/keel/libexec/evenkeel/evenkeel-crun"]'
}
check "the hook's JSON, the device and the drop-in name the program below the prefix, and one stage alone" \
    hook_names_its_program

# A line for the schema of each command.
schema_lines() { schema_files | sed "s|.*/|install $root/usr/local/share/evenkeel/schemas/|"; }

a_line_for_each_action() {
    new_root
    same "$(install_it | grep -v '^[A-Z]')" "make directory $root/usr/local/lib/evenkeel
make directory $root/usr/local/libexec
make directory $root/usr/local/libexec/evenkeel
make directory $root/opt/cni
make directory $root/opt/cni/bin
make directory $root/usr/local/share
make directory $root/usr/local/share/doc
make directory $root/usr/local/share/doc/evenkeel
make directory $root/usr/local/share/evenkeel
make directory $root/usr/local/share/evenkeel/schemas
make directory $root/usr/local/share/evenkeel/monitoring
make directory $root/usr/local/lib/systemd
make directory $root/usr/local/lib/systemd/system
make directory $root/etc/cdi
make directory $root/etc/containers
make directory $root/etc/containers/containers.conf.d
make directory $root/usr/share/containers/oci
make directory $root/usr/share/containers/oci/hooks.d
install $root/usr/local/bin/evenkeel
install $root/usr/local/libexec/evenkeel/evenkeel-hook
install $root/usr/local/libexec/evenkeel/evenkeel-runtime
install $root/usr/local/libexec/evenkeel/evenkeel-crun
install $root/$watcher
install $root/opt/cni/bin/evenkeel
install $root/usr/local/share/doc/evenkeel/LICENSE
install $root/usr/local/share/doc/evenkeel/NOTICES
install $root/usr/local/share/doc/evenkeel/GPL-3.0
install $root/usr/local/share/doc/evenkeel/LGPL-2.1
install $root/usr/local/share/evenkeel/policy.schema.json
$(schema_lines)
install $root/usr/local/share/evenkeel/monitoring/README.md
install $root/usr/local/share/evenkeel/monitoring/evenkeel-dashboard.json
install $root/usr/local/share/evenkeel/monitoring/evenkeel.rules.yml
install $root/$unit
install $root/$watch_unit
install $root/usr/local/lib/systemd/system/evenkeel-metrics.service
install $root/usr/local/lib/systemd/system/evenkeel-metrics.timer
install $root/etc/cdi/evenkeel.json
install $root/$drop_in
install $root/$hook"
}
check "every action is a line, and the hook's JSON comes last" a_line_for_each_action

second_run() {
    local before
    new_root
    mkdir "$root/etc/docker"
    install_it
    before=$(tree "$root")
    same "$(install_it | sed 's/ .*//' | sort | uniq -c | xargs)" "$((22 + $(schema_files | wc -l))) unchanged"
    same "$(tree "$root")" "$before"
}
check "a second install says unchanged, and not even a file's time changes" second_run

dry_runs() {
    local before
    new_root
    mkdir "$root/etc/docker"
    before=$(tree "$root")
    install_it --dry-run >"$scratch/announced"
    same "$(tree "$root")" "$before"
    same "$(cat "$scratch/announced")" "$(install_it | sed '/^[A-Z]/d; s/^/would /')"
    before=$(tree "$root")
    uninstall_it --dry-run >"$scratch/announced"
    same "$(tree "$root")" "$before"
    same "$(cat "$scratch/announced")" "$(uninstall_it | sed 's/^/would /')"
}
check "a dry run of either changes nothing and announces exactly what is done later" dry_runs

there_and_back() {
    local before
    new_root
    before=$(tree "$root")
    install_it
    make_programs "$scratch/newer" 2
    programs=$scratch/newer install_it
    uninstall_it >"$scratch/said"
    same "$(head -1 "$scratch/said")" "remove $root/$hook"
    same "$(tree "$root")" "$before"
}
check "install, upgrade and uninstall leave the tree as it was, and the hook's JSON goes first" there_and_back

what_was_there_stays() {
    local before
    new_root
    mkdir -p "$root"/{opt/cni/bin,usr/share/containers/oci/hooks.d,usr/local/libexec,etc/containers}
    echo theirs >"$root/etc/containers/policy.json"
    before=$(tree "$root")
    install_it
    uninstall_it
    same "$(tree "$root")" "$before"
    install_it
    echo theirs >"$root/usr/local/lib/evenkeel/notes"
    contains "$(uninstall_it)" "keep directory $root/usr/local/lib/evenkeel: not empty"
    [[ -e $root/usr/local/lib/evenkeel/notes ]]
}
check "directories that were there, even empty, and files of others survive" what_was_there_stays

uninstalled_twice() {
    new_root
    install_it
    rm -r "${root:?}/usr/local/libexec"
    rm "$root/$drop_in"
    contains "$(uninstall_it)" "already gone $root/$drop_in"
    contains "$(uninstall_it)" "nothing is installed below $root/usr/local"
}
check "uninstall works when parts are gone already, and again when nothing is left" uninstalled_twice

changed_files_survive_uninstall() {
    local said
    new_root
    install_it
    echo "# mine" >>"$root/$drop_in"
    echo "# mine" >>"$root/usr/local/bin/evenkeel"
    said=$(uninstall_it)
    contains "$said" "keep $root/$drop_in: changed since it was installed"
    contains "$said" "keep $root/usr/local/bin/evenkeel: changed since it was installed"
    same "$(cd "$root" && find . -type f | sort | xargs)" "./$drop_in ./usr/local/bin/evenkeel"
}
check "files that were changed survive uninstall, which says so" changed_files_survive_uninstall

changed_files_survive_upgrade() {
    local said
    new_root
    install_it
    jq '.when = {annotations: {"^keel$": "yes"}}' "$root/$hook" >"$scratch/mine" && cp "$scratch/mine" "$root/$hook"
    make_programs "$scratch/newer" 2
    said=$(programs=$scratch/newer install_it)
    contains "$said" "keep $root/$hook: changed since it was installed"
    contains "$said" "replace $root/opt/cni/bin/evenkeel"
    cmp "$scratch/mine" "$root/$hook"
    contains "$(uninstall_it)" "keep $root/$hook"
}
check "a hook's JSON that was changed survives an upgrade, and uninstall after it" changed_files_survive_upgrade

replaced_whole() {
    local before
    new_root
    install_it
    exec 5<"$root/opt/cni/bin/evenkeel"
    before=$(cat "$programs/evenkeel-cni")
    make_programs "$scratch/newer" 2
    programs=$scratch/newer install_it
    same "$(cat <&5)" "$before"
    same "$(cat "$root/opt/cni/bin/evenkeel")" "$(cat "$scratch/newer/evenkeel-cni")"
    same "$(find "$root" -name '*.evenkeel-new*')" ""
}
check "a program is replaced by renaming: who has the old one open reads it to its end" replaced_whole

# with_failing_mv TARGET COMMAND …: the command, but where renaming to a path that ends in TARGET fails.
with_failing_mv() {
    mkdir -p "$scratch/broken"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nfor last; do :; done\ncase $last in *%s) exit 1;; esac\nexec /usr/bin/mv "$@"\n' "$1" \
        >"$scratch/broken/mv"
    chmod +x "$scratch/broken/mv"
    PATH=$scratch/broken:$PATH "${@:2}"
}

cut_off() {
    local before target
    new_root
    mkdir "$root/etc/docker"
    before=$(tree "$root")
    for target in evenkeel-hook bin/evenkeel evenkeel-watch evenkeel-watch.service evenkeel-metrics.timer evenkeel.conf cdi/evenkeel.json hooks.d/evenkeel.json daemon.json; do
        fails_with 1 "" with_failing_mv "$target" install_it
        [[ $target != daemon.json ]] || rm "$root/$hook"
        [[ ! -e $root/$hook ]]
        uninstall_it
        same "$(tree "$root")" "$before"
    done
    install_it
    make_programs "$scratch/newer" 2
    programs=$scratch/newer fails_with 1 "" with_failing_mv opt/cni/bin/evenkeel install_it
    cmp "$programs/evenkeel-cni" "$root/opt/cni/bin/evenkeel"
    cmp "$scratch/newer/evenkeel" "$root/usr/local/bin/evenkeel"
    # What a power cut would leave.
    touch "$root/opt/cni/bin/evenkeel.evenkeel-new.123"
    uninstall_it
    same "$(tree "$root")" "$before"
}
check "an install or upgrade that was cut off, wherever, is removed without a rest" cut_off

# shellcheck source=places.sh
source "$here/places.sh"
# shellcheck source=leftovers.sh
source "$here/leftovers.sh"
# shellcheck source=unit.sh
source "$here/unit.sh"
# shellcheck source=engines.sh
source "$here/engines.sh"
# shellcheck source=docker.sh
source "$here/docker.sh"
# shellcheck source=refusals.sh
source "$here/refusals.sh"
# shellcheck source=live.sh
source "$here/live.sh"
finish
