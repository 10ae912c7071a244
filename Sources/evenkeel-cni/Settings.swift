import CNI
import JSON
import Keel

/// The settings of this run, from the host, the network's configuration and the runtime; later ones win.
struct Settings {
    private(set) var policy = Policy()
    /// What the policy says otherwise than the host's own, for later runs.
    private(set) var mark = Mark.kept
    /// Where this container is said to be left alone; nil if it is not.
    private var skip: String?
    /// What the host does not let the container say, and that it is left alone, a line each.
    private(set) var remarks: [String] = []
    /// Whether to leave this container alone.
    var isSkipped: Bool { skip != nil }
    /// The first error in the settings; the wrong part is ignored.
    private(set) var problem: CNIError?
    private var isPreferred = false
    /// What is wrong with the host's documents. `onError` decides whether it is a problem.
    private var hostFault: PolicyError?

    init(_ request: Request) {
        take { (_) throws(CNIError) in try LogSettings(request.configuration).validate() }
        take { (settings) throws(CNIError) in try settings.readHost() }
        let host = policy
        take { (settings) throws(CNIError) in try settings.readNetwork(request) }
        let annotations = readAnnotations(request)
        take { (settings) throws(CNIError) in
            for arguments in try request.containerArguments() { try settings.read(arguments) }
        }
        // A container cannot talk the host out of refusing.
        let hostFault = policy.onError == .fail || host.onError == .fail ? hostFault : nil
        if let fault = hostFault ?? annotations.refusal(by: policy) { problem = problem ?? CNIError(fault) }
        mark = Mark(policy, besides: host)
        if isPreferred { policy.defaultRoute.prefer(interface: request.interface) }
        if let skip { remarks.append("left alone, as \(skip) says") }
    }

    /// The settings if all of them are valid.
    static func complete(_ request: Request) throws(CNIError) -> Settings {
        let settings = Settings(request)
        if let problem = settings.problem { throw problem }
        return settings
    }

    private mutating func take(_ part: (inout Settings) throws(CNIError) -> Void) {
        do throws(CNIError) { try part(&self) } catch { problem = problem ?? error }
    }

    @inline(never)
    private mutating func readHost() throws(CNIError) {
        do throws(PolicyError) {
            let host = try HostPolicy.load()
            policy = host.policy
            remarks = host.warnings
            hostFault = host.faults.first
        } catch { throw CNIError(error) }
    }

    private mutating func readNetwork(_ request: Request) throws(CNIError) {
        if let preferred = request.configuration["prefer"] {
            isPreferred = try Self.boolean(preferred, "prefer in the network configuration")
        }
        if let document = request.policy {
            try overlay(document, from: "policy in the network configuration", of: .network)
        }
    }

    @inline(never)
    private mutating func readAnnotations(_ request: Request) -> Annotations {
        let annotations = Annotations(request.podAnnotations, over: &policy)
        remarks += annotations.warnings
        skip = annotations.skip.map { "annotation \($0)" }
        return annotations
    }

    private mutating func read(_ arguments: ContainerArguments) throws(CNIError) {
        let limits = policy.limits
        let settings = limits?.unlocked(arguments.settings, from: arguments.place, &remarks) ?? arguments.settings
        for member in settings.members ?? [] {
            let place = "\(arguments.place): \(member.name)"
            switch member.name {
            case "skip": skip = try Self.boolean(member.value, place) ? arguments.place : nil
            case "prefer":
                if let line = limits?.refusal(of: "prefer", in: "defaultRoute", from: arguments.place) {
                    remarks.append(line)
                } else {
                    isPreferred = try Self.boolean(member.value, place)
                }
            case "defaultRoute", "rpFilter": try overlay(.object([member]), from: arguments.place, of: .container)
            default:
                throw CNIError(
                    .invalidConfiguration, "\(place) cannot be set for one container",
                    details: "allowed: skip, prefer, defaultRoute, rpFilter")
            }
        }
    }

    private mutating func overlay(_ document: JSON, from place: String, of reach: Policy.Reach) throws(CNIError) {
        do throws(PolicyError) { remarks += try policy.overlay(document, from: place, of: reach) } catch {
            throw CNIError(error)
        }
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
        if error.isShortage {
            self.init(.kernel, "the policy cannot be read", details: error.description)
            return
        }
        self.init(
            error.place == "CNI_ARGS" ? .invalidEnvironment : .invalidConfiguration, "the policy is wrong",
            details: error.description)
    }
}
