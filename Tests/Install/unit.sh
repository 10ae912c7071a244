# shellcheck shell=bash
# Part of install-test.sh: the unit for systemd, which HostUnitTests boots.
# shellcheck disable=SC2154

unit_below_any_prefix() {
    local before given expected
    new_root
    before=$(tree "$root")
    while read -r expected given; do
        install_it --prefix "$given" >/dev/null
        same "$(cd "$root" && find . -name evenkeel-host.service)" ".$expected/evenkeel-host.service"
        ! command -v systemd-analyze >/dev/null ||
            same "$(systemd-analyze verify --man=no --root="$root" "$expected/evenkeel-host.service" 2>&1)" ""
        uninstall_it --prefix "$given" >/dev/null
        same "$(tree "$root")" "$before"
    done <<'PREFIXES'
/usr/lib/systemd/system /usr
/usr/local/lib/systemd/system /usr/local
/etc/systemd/system /opt/keel
/etc/systemd/system /opt/a keel & | more; 100% $HOME %n
PREFIXES
}
check "systemd finds the unit and in it the program, whatever the prefix" unit_below_any_prefix

# The figure is in tenths: rights over the network and a look at other processes are what is left.
unit_is_confined() {
    systemd-analyze security --offline=true --threshold=25 "$repository/install/systemd/evenkeel-host.service" |
        tail -n 1
}
if command -v systemd-analyze >/dev/null; then
    check "systemd-analyze calls the unit's exposure OK" unit_is_confined
else
    skip "systemd-analyze calls the unit's exposure OK" "needs systemd-analyze"
fi

unit_with_an_apostrophe() {
    new_root
    contains "$(install_it --prefix "/opt/keel's" 2>&1)" "no evenkeel-host.service: systemd runs no program with an"
    same "$(find "$root" -name evenkeel-host.service)" ""
    [[ -e $root/$hook ]]
}
check "systemd runs no program with an apostrophe in its path, and the rest goes on" unit_with_an_apostrophe

enabled_unit() {
    local before wants
    new_root
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -s /dev/null "$root/etc/systemd/system/multi-user.target.wants/theirs.service"
    before=$(tree "$root")
    install_it
    for wants in multi-user.target.wants nftables.service.wants; do
        mkdir -p "$root/etc/systemd/system/$wants"
        ln -s "/$unit" "$root/etc/systemd/system/$wants/evenkeel-host.service"
    done
    contains "$(uninstall_it)" "remove $root/etc/systemd/system/nftables.service.wants/evenkeel-host.service"
    same "$(tree "$root")" "$before"
}
check "uninstall disables the unit where systemd does not run: its links go, and a folder that they leave empty" enabled_unit

changed_unit_is_kept() {
    new_root
    install_it
    sed -i 's/^TimeoutStartSec=.*/TimeoutStartSec=5s/' "$root/$unit"
    cp "$root/$unit" "$scratch/mine"
    contains "$(install_it)" "keep $root/$unit: changed since it was installed"
    contains "$(uninstall_it)" "keep $root/$unit: changed since it was installed"
    contains "$(install_it)" "keep $root/$unit: changed since it was installed"
    cmp "$scratch/mine" "$root/$unit"
}
check "a unit that was changed survives an install, an uninstall and the next install" changed_unit_is_kept
