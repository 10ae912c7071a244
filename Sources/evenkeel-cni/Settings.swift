import CNI
import JSON
import Keel

/// What the host, the network's configuration and the runtime tell this run to do; the later wins.
struct Settings {
    private(set) var policy: Policy
    /// Whether this container is none of our business.
    private(set) var isSkipped = false
    private var isPreferred = false

    init(_ request: Request) throws(CNIError) {
        try LogSettings(request.configuration).validate()
        do throws(PolicyError) { policy = try Policy.host() } catch { throw CNIError(error) }
        if let document = request.policy { try overlay(document, from: "policy in the network configuration") }
        if let preferred = request.configuration["prefer"] {
            isPreferred = try Self.boolean(preferred, "prefer in the network configuration")
        }
        for arguments in try request.containerArguments() { try take(arguments) }
        if isPreferred { policy.defaultRoute.preferredInterface = request.interface }
    }

    private mutating func take(_ arguments: ContainerArguments) throws(CNIError) {
        for member in arguments.settings.members ?? [] {
            let place = "\(arguments.place): \(printable(member.name))"
            switch member.name {
            case "skip": isSkipped = try Self.boolean(member.value, place)
            case "prefer": isPreferred = try Self.boolean(member.value, place)
            case "defaultRoute", "rpFilter": try overlay(.object([member]), from: arguments.place)
            default:
                throw CNIError(
                    .invalidConfiguration, "\(place) cannot be set for one container",
                    details: "allowed: skip, prefer, defaultRoute, rpFilter")
            }
        }
    }

    private mutating func overlay(_ document: JSON, from place: String) throws(CNIError) {
        do throws(PolicyError) { try policy.overlay(document, from: place) } catch { throw CNIError(error) }
    }

    private static func boolean(_ value: JSON, _ place: String) throws(CNIError) -> Bool {
        guard let boolean = value.boolean else {
            throw CNIError(.invalidConfiguration, "\(place) is \(value.kind)", details: "allowed: true, false")
        }
        return boolean
    }
}

extension CNIError {
    fileprivate init(_ error: PolicyError) {
        self.init(
            error.place == "CNI_ARGS" ? .invalidEnvironment : .invalidConfiguration, "the policy is wrong",
            details: error.description)
    }
}
