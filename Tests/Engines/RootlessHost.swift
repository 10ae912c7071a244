import Laboratory

/// A host on which an ordinary user runs podman, with the hook where the host's containers have it; that user's networks
/// r1 and r2 are 10.87.N.0/24 and fd00:87:N::/64.
final class RootlessHost {
    /// What carries the packets of a container that is on no network of podman's, and translates their addresses itself.
    enum Carrier: String {
        case slirp4netns
        case pasta

        static let known: [Carrier] = [4: [.slirp4netns], 5: [.slirp4netns, .pasta]][Podman.version ?? 0] ?? [.pasta]

        /// pasta takes the names and the routes of the host's, from the interface that its default route leaves by.
        var interface: String { self == .pasta ? "uplink" : "tap0" }
        var gateway: String { self == .pasta ? "198.51.100.2" : "10.0.2.2" }
    }

    private let host: PodmanHost

    init() throws {
        host = try PodmanHost()
        try host.run(Self.user)
        try runAsUser(Self.networks)
    }

    /// As the host's root.
    @discardableResult
    func run(_ script: String) throws -> String { try host.run(script) }

    @discardableResult
    func runAsUser(_ script: String) throws -> String {
        try host.run("as_user() { \(Self.asUser); }; as_user", input: ". /root/functions.sh\ncd\n" + script)
    }

    private static let asUser = """
        setpriv --reuid=sailor --regid=sailor --init-groups --reset-env \
            env XDG_RUNTIME_DIR=/run/user/$(id -u sailor) PATH="$PATH" LC_ALL=C bash -euo pipefail -c "$(cat)"
        """

    /// Devices of the sandbox's own: those in /dev are the machine's, and root's alone.
    private static let user = """
        useradd --create-home sailor
        grep -q sailor /etc/subuid || usermod --add-subuids 300000-365535 --add-subgids 300000-365535 sailor
        install -d -o sailor -m 700 /run/user/$(id -u sailor)
        # Not on the sandbox's overlay, as for the root's images.
        install -d -o sailor -g sailor ~sailor/.local{,/share{,/containers}}
        mount -t tmpfs -o uid=$(id -u sailor),gid=$(id -g sailor),mode=700 tmpfs ~sailor/.local/share/containers
        chmod a+x /root
        cp -r /root/image ~sailor/
        mknod /run/tun c 10 200
        mknod /run/fuse c 10 229
        chmod 666 /run/tun /run/fuse
        mount --bind /run/tun /dev/net/tun
        mount --bind /run/fuse /dev/fuse
        mount --make-rshared /
        sed -i 's/^runtime = .*/runtime = "crun"/' /etc/containers/containers.conf
        """

    private static let networks = """
        tar -C image -c . | podman import --quiet - localhost/busybox >/dev/null
        for n in 1 2; do
            podman network create --subnet 10.87.$n.0/24 --ipv6 --subnet fd00:87:$n::/64 r$n >/dev/null
        done
        """
}
