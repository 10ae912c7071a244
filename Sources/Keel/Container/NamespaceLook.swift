public import LinuxSystem
import Netlink

// Observes a container's network namespace.

extension Container {
    /// Observes the whole namespace. Read-only.
    public mutating func observe(from host: borrowing Host) throws(KernelError) -> NamespaceSnapshot {
        var snapshot = try observeLinksAndRules()
        snapshot.routes = try socket.defaultRoutes()
        snapshot.addresses = try socket.addresses()
        snapshot.routedByForeignRules = try socket.leftMain(snapshot.networksRoutedBySource)
        return snapshot
    }

    /// Observes what a plan needs. Most containers' addresses, and tables that mean nothing to the plan, are not read.
    mutating func observeForPlan(
        from host: borrowing Host, readingMarks: Bool = false, withAddresses: Bool = false
    ) throws(KernelError) -> NamespaceSnapshot {
        var snapshot = try observeLinksAndRules()
        snapshot.routes = try routes(RoutesForPlan(snapshot, withMarks: readingMarks), from: host)
        if withAddresses || snapshot.planNeedsAddresses { snapshot.addresses = try socket.addresses() }
        snapshot.routedByForeignRules = try socket.leftMain(snapshot.networksRoutedBySource)
        return snapshot
    }

    private mutating func observeLinksAndRules() throws(KernelError) -> NamespaceSnapshot {
        var snapshot = NamespaceSnapshot(links: try socket.links())
        for common in try socket.netconf() {
            switch common.scope {
            case .all: snapshot.reversePathFilterOfAll = common.reversePathFilter
            case .default: snapshot.reversePathFilterOfDefault = common.reversePathFilter
            }
        }
        snapshot.rules = try socket.rulesIfSupported()
        return snapshot
    }

    /// Beyond it only tables that matter are read: one at a time they cost more than a few routes, and less than many.
    private static let mostIPv4Routes = 512

    private mutating func routes(
        _ wanted: RoutesForPlan, from host: borrowing Host
    ) throws(KernelError) -> [Route] {
        if let routes = try socket.defaultRoutes(unlessMoreThan: Self.mostIPv4Routes, onlyUnicast: wanted.onlyUnicast) {
            return routes
        }
        var routes: [Route] = []
        for table in wanted.tables {
            try reopenSocket(from: host)
            routes += try socket.defaultRoutes(inIPv4Table: table)
        }
        try reopenSocket(from: host)
        return routes + (try socket.defaultRoutes(.v6))
    }
}

extension Socket {
    /// Nil if the kernel has no policy routing.
    mutating func rulesIfSupported() throws(KernelError) -> [PolicyRule]? {
        do { return try rules() } catch {
            if error.errno == .notSupported || error.errno == .familyNotSupported { return nil }
            throw error
        }
    }
}
