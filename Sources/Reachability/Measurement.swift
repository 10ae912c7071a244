import ForeignRules
public import Keel
public import LinuxSystem
public import Netlink

/// A test of one container: what was sent, what was answered, and what was left out.
public struct Measurement: Sendable {
    public struct Options: Sendable {
        /// Targets that the user named.
        public var named: [IPAddress] = []
        /// The probes of a row.
        public var count = 10
        /// The port that is asked, by TCP and UDP: closed nearly everywhere, the first of traceroute(8).
        public var port: UInt16 = 33434

        public init() {}
    }

    public let judgement: Judgement
    public let omissions: [String]
    /// What may be lost another time, for people.
    public let warnings: [String]

    package init(_ judgement: Judgement, omissions: [String] = [], warnings: [String] = []) {
        self.judgement = judgement
        self.omissions = omissions
        self.warnings = warnings
    }

    /// Sends the probes from within the container, on the calling thread, which enters it and comes back.
    ///
    /// - Throws: `EINVAL` for the host's own namespace, or for a target that is the container's own address or a broadcast address
    ///   there.
    public init(
        _ namespace: consuming NetworkNamespace, on host: inout Host, _ options: Options,
        progress: (Int, Int) -> Void
    ) throws(KernelError) {
        guard !host.isOwn(namespace) else {
            throw KernelError(
                "test \(namespace.name) as a container's", .invalid,
                explanation: "it is the host's own network namespace")
        }
        var container = try Container(namespace, of: host, .onlyLooking)
        let snapshot = try container.observe(from: host)
        for target in options.named { try Self.refuse(target, of: snapshot) }
        // Inside a user namespace the kernel refuses the way back, and what is the host's would be opened in the container.
        guard host.isOwn(try NetworkNamespace.current()) else {
            throw KernelError(
                "return from network namespace \(container.namespace.name)", .notPermitted,
                explanation: "this user namespace may not")
        }
        let uplinks = try host.socket.defaultRoutes().filter { $0.table == Route.mainTable && $0.isUnicast }
        var scene = ProbeScene(
            snapshot, try host.attachments(of: container, snapshot), hostAddresses: try host.socket.addresses(),
            uplinks: uplinks.flatMap { $0.nextHops }.map { $0.interface })
        for question in scene.questions {
            let route = try container.socket.route(to: question.target, from: question.source)
            scene.answers[question] = route?.interface ?? 0
        }
        let plan = ProbePlan(scene, named: options.named, port: options.port)
        var firewall = try Socket(.netfilter)
        let ports = try firewall.publishedPorts(leadingTo: snapshot.addresses.map { $0.address })
        var published = ProbeRun(ProbePlan.published(ports, scene), count: options.count)
        let answers = try published.carryOut(progress: progress)
        var run = ProbeRun(plan.rows, count: options.count)
        let results = try container.namespace.run(returningTo: host.home) { () throws(KernelError) in
            try run.carryOut(progress: progress)
        }
        judgement = Judgement(results + answers, isWhole: plan.isWhole)
        omissions = plan.omissions
        warnings = IPVersion.allCases.compactMap { Self.warning(snapshot, $0) }
    }

    /// The kernel stays with a gateway that it knows to be reachable, and alternates once it does not.
    private static func warning(_ container: NamespaceSnapshot, _ version: IPVersion) -> String? {
        let rivals = container.competingDefaults(version, Policy().defaultRoute).map { $0.interface }
        guard rivals.count > 1 else { return nil }
        return
            "\(version): default routes by \(rivals.joined(separator: ", ")) compete, so what is answered now may be lost later"
    }

    private static func refuse(_ target: IPAddress, of container: NamespaceSnapshot) throws(KernelError) {
        for own in container.addresses {
            let explanation =
                own.address == target
                ? "it is the container's own address"
                : target.isBroadcast(of: own) ? "it is a broadcast address of the container's network" : nil
            if let explanation { throw KernelError("send to \(target)", .invalid, explanation: explanation) }
        }
    }
}
