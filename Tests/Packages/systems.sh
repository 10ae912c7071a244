# shellcheck shell=bash
# Part of in-root.sh: the .deb and the archive in the copy of a Debian, with podman.
# shellcheck disable=SC2154

prepare_podman() {
    mkdir -p /etc/containers/containers.conf.d /run/image/bin
    cat >/etc/containers/containers.conf.d/aa-test.conf <<'TOML'
[containers]
apparmor_profile = "unconfined"
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
label = false
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
runtime_supports_nocgroup = ["crun", "evenkeel", "evenkeel-crun"]
TOML
    printf '[storage]\ndriver = "vfs"\ngraphroot = "/var/lib/containers/storage"\nrunroot = "/run/containers/storage"\n' \
        >/etc/containers/storage.conf
    echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' >/etc/containers/policy.json
    ip link set lo up
    cp "$(command -v busybox)" /run/image/bin/busybox
    for name in ip sleep cat sh; do ln -sf busybox "/run/image/bin/$name"; done
    tar -C /run/image -c . | podman import - localhost/test
    podman network create --disable-dns --subnet 10.89.2.0/24 front
    podman network create --disable-dns --subnet 10.89.3.0/24 back
}

# start NAME [OPTION…]
start() {
    podman run -d --name "$1" --network front,back "${@:2}" localhost/test sleep 1000 >/dev/null
}
# conmon may outlive the container for a moment, and as long it counts as running.
stop() {
    podman rm -f -t 0 "$1" >/dev/null
    for _ in {1..200}; do
        pgrep -x conmon >/dev/null || return 0
        sleep 0.05
    done
}
inside() { nsenter -t "$(podman inspect -f '{{.State.Pid}}' "$1")" -n -- "${@:2}"; }

# How many default routes it has in main, and whether rules look after the others.
network_of() { echo "$(inside "$1" ip route show default | wc -l) $(inside "$1" ip rule | grep -c suppress_prefixlength)"; }

tree() {
    find / -xdev \( -path /run -o -path /tmp -o -path /var/cache -o -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt \
        -o -path /var/lib/containers -o -path /proc -o -path /sys -o -path /dev -o -path /etc/containers/networks \) -prune -o \
        -type f -printf '%p %m %U %G %s\n' -o -printf '%p %m %U %G %l\n' | grep -v '^/ \|/etc/ld.so.cache' | sort
    nft list tables | grep evenkeel || :
    ls -d /run/evenkeel 2>/dev/null || :
}

apt_quietly() { apt-get -y -qq -o Dpkg::Use-Pty=0 "$@" </dev/null; }
is_enabled() { find /etc/systemd/system -name 'evenkeel*' 2>/dev/null | grep -q .; }

control() {
    start c
    same "$(network_of c)" "2 0"
    stop c
}

# An engine that is installed later: here a package that has nothing but Docker's program.
deb_sets_up_what_comes_later() {
    local later=/run/later
    apt_quietly install "/run/packages/"*.deb
    [[ ! -e /etc/docker ]]
    mkdir -p $later/{DEBIAN,usr/sbin}
    printf '#!/bin/sh\n' >$later/usr/sbin/dockerd && chmod 755 $later/usr/sbin/dockerd
    printf 'Package: later\nVersion: 1\nArchitecture: all\nMaintainer: test <test@localhost>\nDescription: test\n' >$later/DEBIAN/control
    dpkg-deb --build $later /run/later.deb
    dpkg -i /run/later.deb
    same "$(jq -c . /etc/docker/daemon.json)" '{"runtimes":{"evenkeel":{"path":"/usr/libexec/evenkeel/evenkeel-runtime"}}}'
    # Whoever takes the entry out does not get it back.
    echo '{}' >/etc/docker/daemon.json
    apt_quietly install --reinstall "/run/packages/"*.deb
    same "$(</etc/docker/daemon.json)" '{}'
    apt_quietly purge evenkeel later
    rm -r /etc/docker
    same "$(tree)" "$(</run/before)"
}

deb_installs() {
    apt_quietly install "/run/packages/"*.deb
    same "$(dpkg-query -W -f '${Status}' evenkeel)" "install ok installed"
    same "$(dpkg --verify evenkeel)" ""
    ! is_enabled
    sha256sum --quiet --check /var/lib/evenkeel/manifest 2>/dev/null
    same "$(jq -c .runtimes.evenkeel /etc/docker/daemon.json)" '{"path":"/usr/libexec/evenkeel/evenkeel-runtime"}'
    [[ -s /usr/share/man/man8/evenkeel-doctor.8.gz ]]
}

# What bash offers for a container's name.
completed_containers() {
    local file
    for file in /usr/{local/,}share/bash-completion/completions/evenkeel; do
        # shellcheck disable=SC1090 # one of the two is there
        [[ ! -e $file ]] || source "$file"
    done
    # shellcheck disable=SC2034 # the completion reads them
    COMP_LINE='evenkeel apply --container ' COMP_POINT=27 COMP_CWORD=3 COMP_WORDS=(evenkeel apply --container '')
    _evenkeel evenkeel '' --container
    echo "${COMPREPLY[@]}"
}

# In the shells themselves, which find the completion where it was installed.
shells_complete() {
    local shell setup
    start lighthouse
    while read -r shell setup; do
        command -v "${shell%% *}" >/dev/null || continue
        # shellcheck disable=SC2086 # a shell and its options
        python3 /run/typed.py "$setup" "evenkeel apply --container lightho" lighthouse ${shell//,/ }
    done <<'SHELLS'
bash,--norc,--noprofile source /usr/share/bash-completion/bash_completion
zsh,-f,-i unsetopt beep; autoload -Uz compinit; compinit -u -D
fish,--no-config,--interactive true
SHELLS
    stop lighthouse
}

container_is_safe() {
    start c
    same "$(network_of c)" "1 1"
    # The shell's completion knows it.
    same "$(completed_containers)" c
    stop c
    start c --runtime evenkeel-crun
    same "$(network_of c)" "1 1"
    stop c
}

deb_waits_for_containers() {
    start c --runtime evenkeel-crun
    fails_with 100 "the container c (podman or CRI-O) needs /usr/libexec/evenkeel" apt_quietly purge evenkeel
    same "$(network_of c)" "1 1"
    stop c
    mkdir -p /etc/cni/net.d
    echo '{"cniVersion":"1.0.0","name":"x","plugins":[{"type":"bridge"},{"type":"evenkeel"}]}' >/etc/cni/net.d/50-x.conflist
    fails_with 100 "/etc/cni/net.d/50-x.conflist names the plugin evenkeel" apt_quietly purge evenkeel
    rm /etc/cni/net.d/50-x.conflist
    rmdir -p --ignore-fail-on-non-empty /etc/cni/net.d
    [[ -x /usr/bin/evenkeel && -s /usr/share/containers/oci/hooks.d/evenkeel.json ]]
    apt_quietly install --reinstall "/run/packages/"*.deb
    same "$(dpkg --verify evenkeel)" ""
}

deb_keeps_what_was_changed() {
    echo '# mine' >>/etc/containers/containers.conf.d/evenkeel.conf
    apt_quietly remove evenkeel
    grep -q '^# mine' /etc/containers/containers.conf.d/evenkeel.conf
    cmp /etc/docker/daemon.json /run/daemon.json
    start c
    same "$(network_of c)" "2 0"
    stop c
    apt_quietly install "/run/packages/"*.deb
    grep -q '^# mine' /etc/containers/containers.conf.d/evenkeel.conf
}

deb_is_purged() {
    mkdir -p /etc/evenkeel && echo '{}' >/etc/evenkeel/policy.json
    start c && stop c
    apt_quietly purge evenkeel
    cmp /etc/docker/daemon.json /run/daemon.json
    same "$(tree)" "$(</run/before)"
}

# ends_silently NAME: the engine has nothing to say about a container's end.
ends_silently() { same "$(podman rm -f -t 0 "$1" 2>&1)" "$1"; }

# outlived_by FOLDER COMMAND…: containers that run when the command removes Evenkeel end without a warning, and the last one takes the
# hook's stand-in with it.
outlived_by() {
    local hook=$1/libexec/evenkeel/evenkeel-hook
    local name
    for name in c d e f g; do start "$name"; done
    contains "$("${@:2}" 2>&1)" "Containers that run name $hook: it stays as a script that does nothing"
    [[ -x $hook && ! -e $1/bin/evenkeel ]]
    ends_silently c
    # The control: this is what the engine says without. conmon's own podman may come first, and is not heard; not each time.
    mv "$hook" /run/hook
    contains "$(podman rm -f -t 0 d f g 2>&1)" "$hook: no such file"
    mv /run/hook "$hook"
    ends_silently e
    same "$(tree)" "$(</run/before)"
}

deb_leaves_a_hook() {
    apt_quietly install "/run/packages/"*.deb
    outlived_by /usr apt_quietly purge evenkeel
    # Whoever installs it meanwhile has the hook again.
    apt_quietly install "/run/packages/"*.deb
    start c
    apt_quietly purge evenkeel
    apt_quietly install "/run/packages/"*.deb
    same "$(dpkg --verify evenkeel)" ""
    stop c
    apt_quietly purge evenkeel
    same "$(tree)" "$(</run/before)"
}

archive_leaves_a_hook() {
    local archive
    archive=$(echo /run/evenkeel-*-linux-*)
    "$archive/install.sh"
    outlived_by /usr/local "$archive/uninstall.sh"
    "$archive/install.sh"
    start c
    "$archive/uninstall.sh"
    contains "$("$archive/uninstall.sh")" "Containers that run name"
    contains "$("$archive/install.sh")" "replace /usr/local/libexec/evenkeel/evenkeel-hook"
    "$archive/uninstall.sh"
    # As if the machine had been switched off: the stand-in is not run.
    mv /usr/local/libexec/evenkeel/evenkeel-hook /run/hook
    podman rm -f -t 0 c
    mv /run/hook /usr/local/libexec/evenkeel/evenkeel-hook
    contains "$("$archive/uninstall.sh")" "remove /usr/local/libexec/evenkeel/evenkeel-hook"
    same "$(tree)" "$(</run/before)"
}

archive_installs() {
    tar -xzf /run/packages/*-linux-*.tar.gz -C /run
    "$(echo /run/evenkeel-*)/install.sh"
    ! is_enabled
    sha256sum --quiet --check /usr/local/lib/evenkeel/manifest
    [[ -s /usr/local/share/man/man8/evenkeel.8 ]]
    fails_with 100 "install.sh has installed it below /usr/local" apt_quietly install "/run/packages/"*.deb
}

archive_goes() {
    "$(echo /run/evenkeel-*)/uninstall.sh"
    cmp /etc/docker/daemon.json /run/daemon.json
    same "$(tree)" "$(</run/before)"
}

system_tests() {
    # What podman says is compared.
    export PODMAN_IGNORE_CGROUPSV1_WARNING=yes
    prepare_podman >/run/podman.log 2>&1 || { report 1 "$suite: podman" "$(</run/podman.log)" && return; }
    tree >/run/before
    check "$suite: an engine that comes later is set up then, and what is taken out stays out" deb_sets_up_what_comes_later
    mkdir -p /etc/docker
    printf '{\n    "debug": true\n}\n' | tee /run/daemon.json >/etc/docker/daemon.json
    check "$suite: the control: without Evenkeel podman's container has two default routes" control
    tree >/run/before
    check "$suite: apt installs the .deb, with plugin and Docker's entry, and enables nothing" deb_installs
    check "$suite: by the .deb podman's containers are safe, and completed" container_is_safe
    check "$suite: bash, zsh and fish find the .deb's completions, and complete a container's name" shells_complete
    check "$suite: apt does not purge it while a container or a CNI list needs it, and installs it again" deb_waits_for_containers
    check "$suite: a changed file in /etc outlives a removal, the hook does not" deb_keeps_what_was_changed
    check "$suite: apt purge leaves nothing" deb_is_purged
    check "$suite: containers that outlive the .deb end without a warning, and nothing is left" deb_leaves_a_hook
    check "$suite: the archive's install.sh works, and the .deb is refused beside it" archive_installs
    check "$suite: by the archive podman's containers are safe, and completed" container_is_safe
    check "$suite: bash, zsh and fish find the archive's completions, and complete a container's name" shells_complete
    check "$suite: its uninstall.sh leaves nothing" archive_goes
    check "$suite: containers that outlive the archive end without a warning, and nothing is left" archive_leaves_a_hook
}
