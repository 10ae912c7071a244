public import JSON

/// A route of a result: CNI specification 1.1.0, "ADD Success".
public struct ResultRoute: Sendable {
    /// A prefix as text.
    public let destination: String
    /// An address as text; nil means the gateway of the attachment's addresses.
    public let gateway: String?
}

extension Request {
    /// The answer to ADD: the plugins' result as it came, without the routes in table main for which `isLeft` is true.
    public func result(leavingOut isLeft: (ResultRoute) -> Bool) -> JSON? {
        guard let members = previousResult?.members else { return previousResult }
        var result = members.map { member in
            guard member.name == "routes", let routes = member.value.elements else { return member }
            return JSON.Member("routes", .array(routes.filter { !($0.routeInMain.map(isLeft) ?? false) }))
        }
        // Adds what libcni assumes for a result without one, since other readers may not assume it.
        if previousResult?["cniVersion"] == nil { result.insert(.init("cniVersion", .string(version)), at: 0) }
        return .object(result)
    }
}

extension JSON {
    /// Table main's number. A route without a table is in it.
    private static let mainTable: Int64 = 254

    fileprivate var routeInMain: ResultRoute? {
        guard let destination = self["dst"]?.string else { return nil }
        guard let table = self["table"], table != .null, table != .integer(Self.mainTable) else {
            return ResultRoute(destination: destination, gateway: self["gw"]?.string)
        }
        return nil
    }
}
