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

    /// Beyond the uplink TCP is greeted on port 80, and UDP comes back from port 7 of sixteen addresses.
    static let world = """
        uplink
        sysctl -qw net.ipv4.conf.all.rp_filter=1
        filter_ipv6 '!= { "lo", "uplink" }'
        serve_far 16

        """
}
