# shellcheck shell=bash
# Part of install-test.sh: the units for systemd, which HostUnitTests, WatchUnitTests and MetricsUnitTests boot.
# shellcheck disable=SC2154

# What every system has and units name.
make_system() {
    local target
    mkdir -p "$root"/{bin,usr/lib/systemd/system}
    for target in sysinit basic shutdown timers time-set time-sync; do printf '[Unit]\n' >"$root/usr/lib/systemd/system/$target.target"; done
    printf '#!/bin/sh\n' >"$root/bin/kill"
    chmod 755 "$root/bin/kill"
}

units_below_any_prefix() {
    local before given expected
    new_root
    make_system
    before=$(tree "$root")
    while read -r expected given; do
        install_it --prefix "$given" >/dev/null
        same "$(cd "$root" && find . -name 'evenkeel-*.service' -o -name 'evenkeel-*.timer' | sort | xargs)" \
            "$(printf ".$expected/evenkeel-%s\n" host.service metrics.service metrics.timer watch.service | xargs)"
        ! command -v systemd-analyze >/dev/null ||
            same "$(systemd-analyze verify --man=no --root="$root" "$expected"/evenkeel-{{host,metrics,watch}.service,metrics.timer} 2>&1)" ""
        uninstall_it --prefix "$given" >/dev/null
        same "$(tree "$root")" "$before"
    done <<'PREFIXES'
/usr/lib/systemd/system /usr
/usr/local/lib/systemd/system /usr/local
/etc/systemd/system /opt/keel
/etc/systemd/system /opt/a keel & | more; 100% $HOME %n
PREFIXES
}
check "systemd finds the units and in them the programs, whatever the prefix" units_below_any_prefix

# The figures are in tenths: rights over the network and a look at other processes are what is left. The watcher also enters
# namespaces and talks to people; so does who counts, and writes one folder alone.
units_are_confined() {
    systemd-analyze security --offline=true --threshold=29 "$repository/install/systemd/evenkeel-metrics.service" | tail -n 1
    systemd-analyze security --offline=true --threshold=25 "$repository/install/systemd/evenkeel-host.service" | tail -n 1
    systemd-analyze security --offline=true --threshold=33 "$repository/install/systemd/evenkeel-watch.service" | tail -n 1
}
if command -v systemd-analyze >/dev/null; then
    check "systemd-analyze calls the units' exposure OK" units_are_confined
else
    skip "systemd-analyze calls the units' exposure OK" "needs systemd-analyze"
fi

without_the_watcher() {
    local before
    new_root
    before=$(tree "$root")
    rm "$programs/evenkeel-watch"
    fails_with 1 "no program evenkeel-watch in" install_it
    install_it --no-watch
    same "$(find "$root" -name 'evenkeel-watch*')" ""
    [[ -e $root/$unit ]]
    uninstall_it
    same "$(tree "$root")" "$before"
    make_programs "$programs"
}
check "--no-watch leaves out the watcher and its unit, and needs no such program" without_the_watcher

units_with_an_apostrophe() {
    new_root
    contains "$(install_it --prefix "/opt/keel's" 2>&1)" "no evenkeel-watch.service: systemd runs no program with an"
    same "$(find "$root" -name 'evenkeel-*.service')" ""
    [[ -e $root/$hook ]]
}
check "systemd runs no program with an apostrophe in its path, and the rest goes on" units_with_an_apostrophe

enabled_units() {
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
    ln -s "/$watch_unit" "$root/etc/systemd/system/multi-user.target.wants/evenkeel-watch.service"
    mkdir "$root/etc/systemd/system/timers.target.wants"
    ln -s /usr/local/lib/systemd/system/evenkeel-metrics.timer "$root/etc/systemd/system/timers.target.wants/"
    contains "$(uninstall_it)" "remove $root/etc/systemd/system/nftables.service.wants/evenkeel-host.service"
    same "$(tree "$root")" "$before"
}
check "uninstall disables the units where systemd does not run: its links go, and a folder that they leave empty" enabled_units

changed_unit_is_kept() {
    new_root
    install_it
    sed -i 's/^TimeoutStartSec=.*/TimeoutStartSec=5s/' "$root/$unit"
    cp "$root/$unit" "$scratch/mine"
    contains "$(install_it)" "keep $root/$unit: changed since it was installed"
    contains "$(uninstall_it)" "keep $root/$unit: changed since it was installed"
    contains "$(install_it)" "keep $root/$unit: changed since it was installed"
    cmp "$scratch/mine" "$root/$unit"
    new_root
    install_it >/dev/null
    echo "# mine" >>"$root/usr/local/lib/systemd/system/evenkeel-metrics.timer"
    uninstall_it >/dev/null
    contains "$(install_it)" "keep $root/usr/local/lib/systemd/system/evenkeel-metrics.timer: changed since"
    new_root
    install_it --prefix /opt/keel >/dev/null
    echo "# mine" >>"$root/etc/systemd/system/evenkeel-watch.service"
    uninstall_it --prefix /opt/keel >/dev/null
    contains "$(install_it --prefix /opt/keel)" "keep $root/etc/systemd/system/evenkeel-watch.service: changed since"
}
check "a unit that was changed survives an install, an uninstall and the next install" changed_unit_is_kept
