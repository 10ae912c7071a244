# shellcheck shell=bash
# The demo's last part: a real podman container on two networks, in a throw-away copy of this machine's root.
# shellcheck disable=SC2034,SC2154 # demo.sh and laboratory.sh set and read the rest

enter_copy() {
    local root=/run/copy/root folder
    mkdir -p /run/copy/{upper,work,root} || return
    mount -t overlay overlay -o "lowerdir=/,upperdir=/run/copy/upper,workdir=/run/copy/work" "$root" || return
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    # Control groups are one tree for the whole machine: read-only for podman.
    mount -o bind,ro /sys/fs/cgroup "$root/sys/fs/cgroup"
    mount --rbind /dev "$root/dev"
    # Empty, in place of podman's locks and the machine's own containers, networks, hooks and settings.
    for folder in /dev/shm /run /tmp /var/tmp /var/lib/containers /etc/containers /etc/cni /etc/evenkeel \
        /usr/share/containers/oci; do
        mkdir -p "$root$folder" && mount -t tmpfs tmpfs "$root$folder" || return
    done
    mkdir -p "$root"/run/{image/bin,old} "$root/usr/share/containers/oci/hooks.d"
    cp "$repository/hooks/evenkeel.json" "$root/run/"
    install -D "$programs/evenkeel-hook" "$root$(sed -n 's/.*"path": *"\(.*\)".*/\1/p' "$root/run/evenkeel.json")"
    cd "$root" && pivot_root . run/old && umount -l /run/old
}

configure_podman() {
    cat >/etc/containers/containers.conf <<'TOML'
[containers]
apparmor_profile = "unconfined"     # a profile would stay in the machine's kernel
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
label = false
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
TOML
    cat >/etc/containers/storage.conf <<'TOML'
[storage]
driver = "vfs"
graphroot = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
TOML
    echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' >/etc/containers/policy.json
    # Only this file, whatever the machine's vendor or owner set elsewhere.
    export CONTAINERS_CONF=/etc/containers/containers.conf
}

# Two networks, and addresses of the host that are on neither, so that a container needs a default route to them.
prepare_podman() {
    local number network=2 name
    enter_copy && configure_podman || return
    sysctl -qew net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=1 && ip link set lo up || return
    for ((number = 1; number <= probes; number++)); do
        ip address add "$(far_address 4 "$number")/32" dev lo || return
    done
    cp "$(command -v busybox)" /run/image/bin/busybox && ln -s busybox /run/image/bin/ip &&
        ln -s busybox /run/image/bin/sleep && tar -C /run/image -c . | podman import - localhost/demo || return
    for name in first second; do
        podman network create --disable-dns --subnet "10.89.$((network++)).0/24" "$name" || return
    done
    podman run --rm --network first,second localhost/demo ip route
}

measure_container() { # NAME PHASE
    subject=$1
    podman run -d --name "$1" --network first,second --sysctl net.ipv4.conf.all.rp_filter=1 localhost/demo sleep 600 \
        >/dev/null
    ip netns attach "$1" "$(podman inspect -f '{{.State.Pid}}' "$1")"
    if [[ $2 == after ]]; then measure_patiently "$2"; else measure_loss "$2"; fi
    podman exec "$1" ip route | quote
}

tell_podman_story() {
    step "podman: a real container on two networks, without and with the hook"
    # Opened for writing and reading before the root changes, and /run with it.
    # shellcheck disable=SC2094 # read only after all is written
    exec 8>/run/podman.log 9</run/podman.log
    if ! prepare_podman >&8 2>&1; then
        say "podman cannot run here, so this part is left out:"
        tail -n 3 <&9 | quote
        return
    fi
    families=(4) rows=(ping)
    say "podman run --network first,second ... ip route:"
    measure_container without before
    cp /run/evenkeel.json /usr/share/containers/oci/hooks.d/
    say "The same with hooks/evenkeel.json in /usr/share/containers/oci/hooks.d:"
    measure_container with after
    say "Pings lost from inside: $(losses ping before 4)/$probes without, $(losses ping after 4)/$probes with the hook."
    [[ $(losses ping after 4) == 0 ]]
}
