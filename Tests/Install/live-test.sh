#!/usr/bin/env bash
# Run by live.sh in namespaces of its own: install.sh and uninstall.sh without a --destdir, and what podman makes of it.
# usage: live-test.sh REPOSITORY SCRATCH NUMBER-OF-THE-LAST-TEST
set -euo pipefail
export LC_ALL=C
repository=$1
scratch=$2
# shellcheck source=tap.sh
source "$repository/Tests/Install/tap.sh"
# shellcheck source=live-engines.sh
source "$repository/Tests/Install/live-engines.sh"
number=$3

drop_in=/etc/containers/containers.conf.d/evenkeel.conf
hook=/usr/share/containers/oci/hooks.d/evenkeel.json
fired=/run/fired
guarded=(/etc /opt /usr/local /usr/share/containers /usr/lib /var/lib)

# Nothing written below these directories reaches the machine.
cover_the_machine() {
    local layers=$scratch/layers directory
    mkdir "$layers"
    mount -t tmpfs tmpfs "$layers"
    for directory in "${guarded[@]}"; do
        mkdir -p "$layers"/{up,work,low}"$directory"
        mount --bind "$directory" "$layers/low$directory"
        mount -t overlay overlay -o "lowerdir=$directory,upperdir=$layers/up$directory,workdir=$layers/work$directory" \
            "$directory"
    done
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /dev/shm
    mount -t proc proc /proc
    # crun stops at the mixed hierarchy of cgroups 1 and 2.
    ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
    # podman refuses to store on an overlay.
    mkdir -p /var/lib/containers
    mount -t tmpfs tmpfs /var/lib/containers
    ip link set lo up
    # The machine may have one of its own.
    rm -rf /etc/docker
}

# Programs that write down how they were called, and a root file system to run.
make_fixtures() {
    programs=$scratch/live-programs
    make_programs "$programs"
    # As one that knows no `host remove`.
    printf '#!/bin/sh\nexit 64\n' >"$programs/evenkeel"
    printf '#!/bin/sh\n{ cat; echo; } >>%s\n' "$fired" >"$programs/evenkeel-hook"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "${0##*/} $*" >>%s\nexec crun "$@"\n' "$called" >"$programs/evenkeel-runtime"
    cat >"$programs/evenkeel-cni" <<'PLUGIN'
#!/bin/sh
echo "$CNI_COMMAND $CNI_IFNAME" >>/run/called
case $CNI_COMMAND in
VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["0.3.1","0.4.0","1.0.0"]}' ;;
ADD) exec jq .prevResult ;;
esac
PLUGIN
    mkdir -p "$scratch/rootfs"/{bin,proc,sys,dev,etc,run,tmp}
    cp "$(command -v busybox)" "$scratch/rootfs/bin/busybox"
    ln -s busybox "$scratch/rootfs/bin/true"
}

install_it() { "$repository/install/install.sh" --programs "$programs" "$@"; }
uninstall_it() { "$repository/install/uninstall.sh" "$@"; }

# Without cgroups nothing is left in the machine's hierarchy.
run_container() {
    rm -f "$fired" /run/called
    podman --cgroup-manager cgroupfs --events-backend file "${engine[@]}" run --rm --cgroups=disabled \
        --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --rootfs "$@" "$scratch/rootfs" true
}
engine=(--runtime crun)

# When containers are created; another time when they are deleted, at poststop.
times_fired() { if [[ -f $fired ]]; then jq -s 'map(select(.status != "stopped")) | length' "$fired"; else echo 0; fi; }

# Every file that differs from the machine's but podman's locks, every directory that it has not, and the firewall.
state() {
    (cd "$scratch/layers/up" && find . ! -type d ! -path './var/*' ! -name '*.lock' \
        -printf '%P %y %m %l\n' -type f -exec sha256sum {} \; | sort)
    (cd "$scratch/layers/up" && find . -type d ! -path './var/*' -printf '%p %m\n' | sort) |
        while read -r directory mode; do
            [[ -d $scratch/layers/low/$directory ]] || printf '%s %s\n' "$directory" "$mode"
        done
    [[ ! -e /run/evenkeel ]] || ls -l /run/evenkeel
    nft list ruleset
}

drop_in_is_read() {
    contains "$(podman --log-level=debug info 2>&1)" "Merged system config \\\"$drop_in\\\""
}

fires_once() {
    run_container --network none
    same "$(times_fired)" 1
    same "$(jq -rs '.[0].status' "$fired")" created
    (($(jq -s '.[0].pid' "$fired") > 1))
    same "$(jq -rs '.[-1].status' "$fired")" stopped
}

directory_of_the_administrator() {
    mkdir -p /etc/containers/oci/hooks.d
    cp "$hook" /etc/containers/oci/hooks.d/another.json
    run_container --network none
    same "$(times_fired)" 2
    # A file of the same name replaces the hook: it does not fire twice.
    mv /etc/containers/oci/hooks.d/another.json /etc/containers/oci/hooks.d/evenkeel.json
    run_container --network none
    same "$(times_fired)" 1
    rm -r /etc/containers/oci
}

fires_without_the_drop_in() {
    rm "$drop_in"
    run_container --network none
    same "$(times_fired)" 1
    contains "$(install_it)" "install $drop_in"
}

lists_work() {
    local list
    mkdir -p /etc/cni/net.d
    for list in podman podman-prefer containerd; do
        cp "$repository/hooks/cni/$list.conflist" /etc/cni/net.d/
        engine=(--runtime crun --network-backend cni)
        run_container --network "$(jq -r .name "$repository/hooks/cni/$list.conflist")"
        contains "$(</run/called)" "ADD eth0"
        contains "$(</run/called)" "DEL eth0"
        rm "/etc/cni/net.d/$list.conflist"
    done
    nft flush ruleset
}

uninstall_waits_for_what_has_the_plugin() {
    local list=/etc/cni/net.d/podman.conflist
    local podman=(podman --cgroup-manager cgroupfs --events-backend file --runtime crun --network-backend cni)
    cp "$repository/hooks/cni/podman.conflist" $list
    ln -sf busybox "$scratch/rootfs/bin/sleep"
    "${podman[@]}" run -d --name keel --cgroups=disabled --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
        --network "$(jq -r .name $list)" --rootfs "$scratch/rootfs" sleep 1000
    # It is stopped by the list with which it started.
    rm $list
    fails_with 1 "(podman or CRI-O) needs the CNI plugin to be stopped: stop it first" uninstall_it
    "${podman[@]}" rm -f -t 0 keel
    contains "$(</run/called)" "DEL eth0"
    contains "$(uninstall_it --dry-run)" "would remove $hook"
    nft flush ruleset
}

add_host_state() {
    nft add table ip evenkeel
    nft add table ip6 evenkeel
    nft add table inet theirs
    mkdir -p /run/evenkeel
    touch /run/evenkeel/warned
}

dry_run_keeps_everything() {
    local before
    add_host_state
    before=$(state)
    contains "$(uninstall_it --dry-run)" "would remove table ip6 evenkeel"
    same "$(state)" "$before"
}

uninstall_restores() {
    local said
    said=$(uninstall_it 2>&1)
    contains "$said" "evenkeel host remove did not undo everything"
    contains "$said" "remove table ip evenkeel"
    contains "$said" "remove directory /run/evenkeel"
    contains "$said" "running keep their routes"
    contains "$(nft list tables)" "table inet theirs"
    nft delete table inet theirs
    same "$(state)" "$(<"$scratch/before")"
    run_container --network none
    same "$(times_fired)" 0
}

host_rules_alone() {
    add_host_state
    uninstall_it --keep-host-rules
    contains "$(nft list tables)" "table ip evenkeel"
    uninstall_it
    same "$(nft list tables)" "table inet theirs"
    [[ ! -e /run/evenkeel ]]
    nft delete table inet theirs
    lacks "$(uninstall_it)" "remove"
}

read_only_usr() {
    local before
    mount -t tmpfs -o ro tmpfs /usr/share/containers
    before=$(state)
    fails_with 1 "try --hooks-dir /etc/containers/oci/hooks.d" install_it
    same "$(state)" "$before"
    install_it --hooks-dir /etc/containers/oci/hooks.d
    run_container --network none
    same "$(times_fired)" 1
    uninstall_it
    same "$(state)" "$before"
    umount /usr/share/containers
}

# What the real program did to the host, it takes back before it goes.
host_is_given_back() {
    local before said keel=/usr/local/bin/evenkeel
    # A host that translates no address is left without rules.
    nft add table ip theirs
    nft add chain ip theirs post "{ type nat hook postrouting priority srcnat; }"
    before=$(state && sysctl net.netfilter)
    mkdir -p "$scratch/real"
    cp "$programs"/* "$scratch/real/"
    cp "$real" "$scratch/real/evenkeel"
    programs=$scratch/real install_it
    echo '{"conntrack":{"max":"keep","genericTimeout":77}}' >"$scratch/policy.json"
    "$keel" host apply --persist --policy "$scratch/policy.json"
    contains "$(nft list tables)" "table ip evenkeel"
    contains "$(</etc/sysctl.d/90-evenkeel.conf)" "nf_conntrack_generic_timeout = 77"
    contains "$(uninstall_it --dry-run)" "would remove /etc/sysctl.d/90-evenkeel.conf"
    uninstall_it --keep-host-rules
    same "$(sysctl -n net.netfilter.nf_conntrack_generic_timeout)" 77
    [[ -s /run/evenkeel/sysctls && -e /etc/sysctl.d/90-evenkeel.conf ]]
    contains "$(nft list tables)" "table ip evenkeel"
    programs=$scratch/real install_it
    said=$(uninstall_it)
    contains "$said" "removed rules for INVALID TCP segments: table ip evenkeel"
    contains "$said" "removed /etc/sysctl.d/90-evenkeel.conf"
    same "$(state && sysctl net.netfilter)" "$before"
    nft delete table ip theirs
}

cover_the_machine
make_fixtures
# podman makes directories of its own at its first start.
run_container --network none >/dev/null
state >"$scratch/before"
default_runtime >"$scratch/default-runtime"
check "live: install without a --destdir succeeds" install_it
check "live: podman reads the drop-in" drop_in_is_read
check "live: the hook fires once for each container, when it is created" fires_once
check "live: hooks in /etc are read too, and one of the same name takes the hook's place" directory_of_the_administrator
check "live: podman finds the hook without the drop-in" fires_without_the_drop_in
check "live: podman knows the runtimes evenkeel and evenkeel-crun besides its own, and its default stays" \
    runtimes_are_added
check "live: podman finds the CDI device, and its hook fires as the other does" device_fires
check "live: uninstall removes nothing while a container runs that was started through the runtime" \
    uninstall_waits_for_containers
check "live: uninstall waits for no container that an ordinary user made up" uninstall_waits_for_nobody_else
check "live: podman accepts the example lists and finds the plugin" lists_work
check "live: uninstall.sh waits for containers of podman that started with the plugin" \
    uninstall_waits_for_what_has_the_plugin
check "live: a dry run of uninstall leaves files, tables and /run/evenkeel" dry_run_keeps_everything
check "live: uninstall restores the host, leaves tables of others, and containers start without the hook" \
    uninstall_restores
check "live: uninstall clears the host's tables also when no file is left, unless told to keep them" host_rules_alone
real=${EVENKEEL_PROGRAMS:-$repository/.build/dist}/evenkeel
sentence="live: uninstall gives back sysctls and files of host apply, unless told to keep them"
if [[ -x $real ]]; then check "$sentence" host_is_given_back; else skip "$sentence" "needs $real"; fi
check "live: with a read-only /usr the hook goes to /etc, and fires" read_only_usr
check "live: where others told podman which hooks to read, the hook is among them" hook_where_others_look
check "live: where dockerd reads another file, daemon.json is left alone" dockerd_that_reads_another_file
check "live: what is left to do is said for each engine there is" what_is_next
check "live: the engines are found" engines_found
check "live: containers that outlive Evenkeel end without a warning, and the last one takes the hook's stand-in away" \
    containers_outlive_it
check "live: so may ordinary users' containers, and a second uninstall takes it away" users_containers_may_outlive_it
printf '%d %d %d\n' "$number" "$passed" "$failed" >"$scratch/counts"
