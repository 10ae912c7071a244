package import ContainerRuntimes
package import Diagnosis
import LinuxSystem

/// An engine or runtime that is installed, and how its containers run through Evenkeel.
package struct FoundEngine {
    package enum Kind: String, CaseIterable, Sendable {
        case podman
        case docker = "Docker"
        case containerd
        case crio = "CRI-O"
        case k3s
        case rke2 = "RKE2"
        case nerdctl

        /// Its program, which says whether it is installed.
        var program: String? {
            switch self {
            case .docker: "dockerd"
            case .crio: "crio"
            case .k3s, .rke2: nil
            default: rawValue
            }
        }

        /// What distributions and vendors call its package.
        var packages: [String] {
            switch self {
            case .docker: ["docker-ce", "docker.io", "moby-engine", "docker"]
            case .containerd: ["containerd.io", "containerd"]
            case .crio: ["cri-o"]
            default: [rawValue.lowercased()]
            }
        }
    }

    package let kind: Kind
    /// Nil if it is not known: nothing is executed to find out.
    package var version: String?
    /// The path of its program.
    package var program: String?
    /// What is known of the runtime that reads CNI lists; nil if it reads none, or runs no pods.
    package var lists: ContainerRuntime?
    /// Where it looks for OCI hooks; nil if it has none, or nothing tells.
    package var hookFolders: [String]?

    package init(_ kind: Kind, version: String? = nil, program: String? = nil) {
        (self.kind, self.version, self.program) = (kind, version, program)
    }

    /// The engines below `root`, which is empty for `/`: then a running daemon is asked, too.
    package static func installed(_ runtimes: [ContainerRuntime], _ hooks: HookInstallation?, root: String = "")
        -> [FoundEngine]
    {
        let packages = PackageDatabase(Set(Kind.allCases.flatMap(\.packages)), root: root)
        return Kind.allCases.compactMap { kind in
            let runtime = runtimes.first { $0.kind.rawValue == kind.rawValue }
            let program = kind.program.flatMap { ContainerRuntime.program($0, root) } ?? runtime?.program
            guard program != nil || runtime != nil else { return nil }
            var engine = FoundEngine(kind, version: packages.version(kind.packages), program: program)
            if kind == .docker, root.isEmpty, let version = DockerDaemon.version { engine.version = version }
            engine.lists = runtime
            engine.hookFolders = hooks?.readers.first { $0.engine.rawValue == kind.rawValue }?.directories
            return engine
        }
    }

    /// The first two numbers of its version.
    private var numbers: [Int] {
        // An epoch of Debian's goes before a colon.
        let text = version?.split(separator: ":").last ?? ""
        return text.split(separator: ".").prefix(2).compactMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
    }

    var major: Int? { numbers.first }

    var minor: Int? { numbers.dropFirst().first }
}
