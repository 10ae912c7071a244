/// The scripts that make a sandbox the host that `EngineHost` describes, whatever engine runs there.
enum HostScript {
    /// The one folder that podman reads without being told to.
    static let hooks = "/usr/share/containers/oci/hooks.d"

    /// The machine may have settings of its own, and Evenkeel itself.
    static let clean = """
        rm -rf \(hooks) /etc/containers/oci /etc/containers/containers.conf{,.d} /etc/cni/net.d/* /etc/evenkeel \\
            /etc/containerd

        """

    /// Needs podman. Without a command of its own it sleeps, as the containers do that only hold a pod's namespaces.
    static let image = """
        mkdir -p /root/image/bin
        cp "$(command -v busybox)" /root/image/bin/busybox
        for applet in sh cat grep ip nc sleep; do ln -s busybox /root/image/bin/$applet; done
        tar -C /root/image -c . | podman import --quiet --change 'CMD ["/bin/sleep", "1000"]' - localhost/busybox >/dev/null

        """

    static let world = """
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

    /// Beyond the uplink TCP is greeted on port 80, and UDP comes back from port 7 of the address that it went to.
    static let servers = """
        serve() { ip netns exec far socat "$@" </dev/null >/dev/null 2>&1 & }
        serve TCP6-LISTEN:80,fork,reuseaddr,ipv6-v6only=0 SYSTEM:'echo hello'
        serve UDP4-RECVFROM:7,fork EXEC:cat
        for number in {0..15}; do serve "UDP6-RECVFROM:7,fork,bind=[2001:db8:51::2:$number]" EXEC:cat; done
        until [[ $(ip netns exec far ss -Hltun | wc -l) == 18 ]]; do sleep 0.01; done

        """
}
