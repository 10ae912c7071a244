import Foundation
import Laboratory

/// A host with Docker, whose networks d1 and d2 are 10.88.N.0/24 and fd00:88:N::/64, and the wrapper as its runtime
/// "evenkeel"; the world is `PodmanHost`'s.
final class DockerHost {
    /// The client beside the daemon: another may come first in the path.
    static let client = "/usr/bin/docker"

    static let isInstalled = version > 0 && EngineSandbox.answer([client, "--version"]) != nil

    /// The daemon's major version; 0 if there is none.
    static let version = EngineSandbox.version(of: "/usr/sbin/dockerd").first ?? 0

    private let host: PodmanHost

    /// `settings` are further lines of the daemon's configuration, each with a comma behind it.
    init(settings: String = "") throws {
        host = try PodmanHost(isGuarded: false)
        try host.run(
            "mkdir -p /etc/docker; cat >/etc/docker/daemon.json",
            input: """
                {\(settings) "runtimes": {"evenkeel": {"path": "\(PodmanHost.wrapper)"}}}
                """)
        try run(Self.starting)
    }

    @discardableResult
    func run(_ script: String) throws -> String { try host.run(Self.functions + script) }

    /// Puts a file there.
    func install(_ text: String, as path: String) throws { try host.run("cat >\(path)", input: text) }

    /// By which its files are seen from outside.
    var root: String { get throws { try host.sandbox.root } }

    func attempt(_ script: String) throws -> Output { try host.attempt(Self.functions + script) }

    /// What a container saw first when it was last started.
    func firstAction(of container: String) throws -> FirstAction? { FirstAction(try run("first_action \(container)")) }

    /// The functions of container.sh ask nothing of podman that Docker does not answer in the same words.
    private static let functions = #"""
        docker() { \#(client) "$@"; }
        podman() { docker "$@"; }
        # create NAME OPTION...: as `start`, but it is not started yet.
        create() {
            docker create --name "$1" --sysctl net.ipv4.conf.all.rp_filter=1 "${@:2}" \
                localhost/busybox sh -c "$program" >/dev/null
        }

        """#

    /// Docker gives one default route, so only a host that is not strict lets a packet from the other address pass.
    private static let starting = """
        sysctl -qw net.ipv4.conf.all.rp_filter=2
        /usr/sbin/dockerd >/run/dockerd.log 2>&1 </dev/null &
        for _ in {1..300}; do
            ! docker info >/dev/null 2>&1 || break
            sleep 0.1
        done
        tar -C /root/image -c . | docker import - localhost/busybox >/dev/null
        for n in 1 2; do
            docker network create --subnet 10.88.$n.0/24 --ipv6 --subnet fd00:88:$n::/64 \
                -o com.docker.network.bridge.name=docker$n d$n >/dev/null
        done
        """
}
