import Foundation
import Laboratory
import Testing

extension Engines {
    /// What install/kubernetes puts on a node, run from its manifests by a client that does a kubelet's part.
    @Suite(
        .enabled(
            if: Containerd.isInstalled && Kubernetes.canRead, "needs containerd, python3-grpcio, kubectl, python3-yaml")
    )
    struct KubernetesTests {
        @Test func aNodeIsGuardedAndKeptAndThenAsBefore() throws {
            let node = try KubernetesNode()
            let before = try node.files()
            let overlay = node.readsDropIns ? "containerd" : "containerd-lists"
            try node.start(overlay)
            try node.kubelet("probe")
            let guarded = try node.files()
            #expect(guarded.contains("/50-evenkeel.conf") == node.readsDropIns)

            // The plugin is at work: the pod's first instruction finds one default route in each family.
            try node.host.run("start c")
            #expect(try node.host.firstAction(of: "c").defaultRoutes.count == 1)
            // The watcher is: what somebody else breaks is mended.
            try node.host.run("safe c; inside c sysctl -qw net.ipv4.conf.eth0.rp_filter=1; safe c")
            #expect(try node.host.run("status '[.namespaces.kept, .failures]'") == "[1,{}]")
            #expect(try node.kubelet("stop").split(separator: "\n").allSatisfy { $0.hasSuffix(" 0") })
            #expect(try node.host.defaultRoutes(of: "c").count == 1)

            // An update leaves what is there already.
            try node.start(overlay)
            #expect(try node.files() == guarded)
            try node.kubelet("stop")

            try node.start("remove")
            #expect(try node.files() == before)
            #expect(try node.kubelet("stop") == "rest 0")
            // Nothing guards pods any more, and they start.
            try node.host.run("start d")
            #expect(try node.host.firstAction(of: "d").defaultRoutes.count == 2)
        }

        @Test func podmanTakesTheImageAsWell() throws {
            let scratch = try Scratch()
            let sandbox = try EngineSandbox(copies: ["/root/evenkeel.tar": KubernetesNode.image(in: scratch)])
            let said = try sandbox.run(
                """
                podman load --quiet -i /root/evenkeel.tar >/dev/null
                image=$(podman images --format '{{.Repository}}:{{.Tag}}')
                echo "$image"
                podman run --rm --network none --read-only --cap-drop all "$image" --version
                """
            ).text.split(separator: "\n")
            let version = said.first?.split(separator: ":").last ?? ""
            #expect(said == ["localhost/evenkeel:\(version)", "evenkeel-node \(version)"])
        }
    }
}

/// A node with containerd and the image.
final class KubernetesNode {
    let host: ContainerdHost
    /// Whether this containerd takes a plugin from a file beside a list.
    let readsDropIns: Bool
    /// The objects of the overlay that was started last.
    private var objects = ""

    init() throws {
        let scratch = try Scratch()
        let kubelet = ContainerdScript.client + "/kubelet.py"
        host = try ContainerdHost(
            networks: 2, isGuarded: false,
            copies: [
                "/root/evenkeel.tar": Self.image(in: scratch),
                kubelet: "\(Shell.packageFolder)/Tests/Engines/kubelet.py",
            ])
        // As systemd makes them, without which no mount of the host's appears in a container.
        try host.run(
            """
            mount --make-rshared /
            mount --make-rshared /run
            ctr -n k8s.io image import /root/evenkeel.tar
            rm /opt/cni/bin/evenkeel
            """)
        let version = try host.run("containerd --version").split(separator: " ")[2]
        readsDropIns = version.compare("2.1", options: .numeric) != .orderedAscending
    }

    /// Makes the image.
    static func image(in scratch: Scratch) throws -> String {
        let image = scratch.path + "/image.tar"
        try Shell.runSuccessfully(
            ["\(Shell.packageFolder)/install/image.sh", "--programs", Shell.programs, "--output", image])
        return image
    }

    /// What is on the node, beside what runs.
    func files() throws -> String {
        try host.run(
            "find /etc/cni /opt/cni -mindepth 1 ! -type d -exec sha256sum {} + | sort; find /etc/cni /opt/cni -type d | sort"
        )
    }

    func start(_ overlay: String) throws {
        objects = try Kubernetes.objects(of: overlay)
        try kubelet("start")
    }

    @discardableResult
    func kubelet(_ verb: String) throws -> String {
        try host.run(
            "/usr/bin/python3 \(ContainerdScript.client)/kubelet.py \(verb) || { tail -n 40 /run/pod-logs/* >&2; exit 1; }",
            input: objects)
    }
}

/// The manifests, and what reads them.
enum Kubernetes {
    static let canRead = (try? objects(of: "containerd")) != nil

    /// An overlay's objects, as a JSON array.
    static func objects(of overlay: String) throws -> String {
        let folder = "\(Shell.packageFolder)/install/kubernetes/overlays/\(overlay)"
        let yaml = try Shell.runSuccessfully(["kubectl", "kustomize", folder]).out
        let convert = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)"
        return try Shell.run(["/usr/bin/python3", "-c", convert], input: Data(yaml.utf8)).out
    }
}
