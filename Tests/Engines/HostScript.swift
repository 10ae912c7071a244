/// The scripts that make a sandbox the host that `PodmanHost` describes.
enum HostScript {
    static let all = clean + configure + image + world + networks

    /// The one folder that podman reads without being told to.
    static let hooks = "/usr/share/containers/oci/hooks.d"

    /// The machine may have settings of its own, and Evenkeel itself.
    private static let clean = """
        rm -rf \(hooks) /etc/containers/oci /etc/containers/containers.conf{,.d} /etc/cni/net.d/* /etc/evenkeel

        """

    private static let configure = """
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

        """

    private static let image = """
        mkdir -p /root/image/bin
        cp "$(command -v busybox)" /root/image/bin/busybox
        for applet in sh cat grep ip nc sleep; do ln -s busybox /root/image/bin/$applet; done
        tar -C /root/image -c . | podman import --quiet - localhost/busybox >/dev/null

        """

    private static let world = """
        ip netns add far
        ip -n far link set lo up
        ip link add uplink type veth peer name uplink netns far
        ip addr add 198.51.100.1/24 dev uplink
        ip addr add 2001:db8:51::1/64 dev uplink nodad
        ip -n far addr add 198.51.100.2/24 dev uplink
        for number in {0..15}; do ip -n far addr add 2001:db8:51::2:$number/64 dev uplink nodad; done
        ip link set uplink up
        ip -n far link set uplink up
        sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=1
        nft -f - <<EOF
        table ip6 strict {
            chain pre {
                type filter hook prerouting priority raw
                iifname != { "lo", "uplink" } ip6 saddr != fe80::/10 fib saddr . iif oif missing drop
            }
        }
        EOF

        """

    private static let networks = """
        for n in 1 2; do
            podman network create --subnet 10.89.$n.0/24 --ipv6 --subnet fd00:89:$n::/64 n$n >/dev/null
        done

        """

    static let appendPlugin = """
        for list in /etc/cni/net.d/*.conflist; do
            jq '.plugins += [{type: "evenkeel"}]' $list >/root/list
            cp /root/list $list
        done
        """
}
