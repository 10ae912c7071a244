/// The scripts that make a `PodmanHost` of a sandbox.
enum PodmanScript {
    static let configure = """
        cat >/etc/containers/containers.conf <<EOF
        [containers]
        default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        infra_image = "localhost/busybox"
        runtime = "$runtime"
        [network]
        network_backend = "$backend"
        EOF
        if [[ -e /sys/fs/cgroup/cgroup.controllers ]] && ! grep -qw pids /sys/fs/cgroup/cgroup.controllers; then
            sed -i '/^.containers]$/a pids_limit = 0' /etc/containers/containers.conf
        fi

        """

    static let networks = """
        for n in 1 2 3; do
            podman network create --subnet 10.89.$n.0/24 --ipv6 --subnet fd00:89:$n::/64 n$n >/dev/null
        done

        """

    static let appendPlugin = """
        for list in /etc/cni/net.d/*.conflist; do
            jq '.plugins += [{type: "evenkeel"}]' $list >/root/list
            cp /root/list $list
        done
        """

    static let functions = #"""
        # podman 5 would say so each time.
        export PODMAN_IGNORE_CGROUPSV1_WARNING=1

        # start NAME OPTION...: a container that filters reverse paths strictly.
        start() {
            podman run -d --name "$1" --sysctl net.ipv4.conf.all.rp_filter=1 "${@:2}" \
                localhost/busybox sh -c "$program" >/dev/null
        }

        # Only one can listen on a port.
        join() { podman run -d --name "$1" --pod "$2" localhost/busybox sh -c "$3" >/dev/null; }

        show() { podman exec "$1" cat "$2"; }

        process() { podman inspect -f '{{.State.Pid}}' "$1"; }

        """#
}
