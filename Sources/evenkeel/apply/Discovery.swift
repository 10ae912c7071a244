import Keel
import LinuxSystem

/// The network namespaces of this host, told apart by whether an engine's evidence ties them to a container.
struct Discovery {
    struct Namespace: Equatable {
        let path: String
        /// What ties it to a container.
        let evidence: String
    }

    struct Skipped: Equatable {
        let path: String
        let reason: String
    }

    var namespaces: [Namespace] = []
    var skipped: [Skipped] = []
    private var seen: Set<NetworkNamespace.Identity> = []

    init(namespaces: [Namespace], skipped: [Skipped]) {
        self.namespaces = namespaces
        self.skipped = skipped
    }

    /// Looks at bind mounts first, whose names say more, then at processes. Each namespace is listed once.
    static func all() throws(KernelError) -> Discovery {
        var discovery = Discovery(namespaces: [], skipped: [])
        discovery.seen.insert(try NetworkNamespace.current().identity)
        if let identity = NetworkNamespace.identityOfInit() { discovery.seen.insert(identity) }
        let mounts = try mounted("/run/netns", engineOfRunNetns) + mounted("/run/docker/netns", engineOfDocker)
        let processes = try processes()
        // A namespace that an engine vouches for is not skipped for its other name. But one that somebody named stays
        // theirs, whatever containers work in it, as OpenStack's agents do in its routers.
        for candidates in [mounts, processes] {
            for candidate in candidates where candidate.evidence != nil { discovery.take(candidate) }
            for candidate in candidates where candidate.evidence == nil { discovery.take(candidate) }
        }
        return discovery
    }

    private struct Candidate {
        let path: String
        let evidence: String?
    }

    private mutating func take(_ candidate: Candidate) {
        // One that has gone, or that we may not look at, is no finding.
        guard let identity = Self.identity(candidate.path), seen.insert(identity).inserted else { return }
        if let evidence = candidate.evidence {
            namespaces.append(Namespace(path: candidate.path, evidence: evidence))
        } else {
            skipped.append(Skipped(path: candidate.path, reason: "no container engine's; name it with --netns"))
        }
    }

    private static func identity(_ path: String) -> NetworkNamespace.Identity? {
        do { return try NetworkNamespace(path: path).identity } catch { return nil }
    }

    private static func mounted(
        _ directory: String, _ engine: (String) -> String?
    ) throws(KernelError) -> [Candidate] {
        try Directory.names(in: directory).sorted(by: isNaturallyOrdered)
            .map { Candidate(path: "\(directory)/\($0)", evidence: engine($0)) }
    }

    /// podman's and containerd's names there.
    static func engineOfRunNetns(_ name: String) -> String? {
        if name.hasPrefix("cni-") { return "CNI" }
        return name.hasPrefix("netns-") ? "podman" : nil
    }

    /// Docker names a container's after twelve digits of the sandbox's id; others there are its overlay networks'.
    static func engineOfDocker(_ name: String) -> String? {
        name.utf8.count == 12 && name.utf8.allSatisfy(isHexadecimal) ? "Docker" : nil
    }

    private static func processes() throws(KernelError) -> [Candidate] {
        try Directory.names(in: "/proc").compactMap { Int32($0) }.sorted().map { pid in
            Candidate(
                path: "/proc/\(pid)/ns/net", evidence: containerID(ofCgroup: cgroup(of: pid)).map { "container \($0)" })
        }
    }

    private static func cgroup(of pid: Int32) -> String {
        let path = "/proc/\(pid)/cgroup"
        do {
            let content = try FileDescriptor(opening: path, .read).readAll(limit: 1 << 16, name: path)
            return String(decoding: content, as: UTF8.self)
        } catch { return "" }
    }

    /// The first twelve digits of the container's id in a cgroup's path: every engine's is a run of 64 hexadecimal digits,
    /// behind `libpod-`, `docker-`, `cri-containerd-`, `crio-` or alone. The last run is the container's; those before it
    /// are its pod's, or of the container it runs in.
    static func containerID(ofCgroup text: String) -> String? {
        var run: [UInt8] = []
        var last: String?
        for byte in text.utf8 + [0] {
            if isHexadecimal(byte) {
                run.append(byte)
            } else {
                if run.count == 64 { last = String(decoding: run.prefix(12), as: UTF8.self) }
                run = []
            }
        }
        return last
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
