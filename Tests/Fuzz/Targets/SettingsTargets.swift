import ConfigurationLists
import ContainerRuntimes
import JSON
import Keel

@testable import Diagnosis

extension FuzzTarget {
    static let policy = FuzzTarget(name: "policy", input: "a policy document", dictionary: "json") { text in
        for reach in [Policy.Reach.host, .container] {
            let before = Policy()
            var policy = before
            do throws(PolicyError) {
                try policy.overlay(text, from: "fuzz", of: reach)
            } catch {
                require(policy == before, "a refused document changed the policy")
                requirePlain(error.description)
                continue
            }
            let once = policy
            guard
                case .success = reading({ () throws(PolicyError) in
                    try policy.overlay(text, from: "fuzz", of: reach)
                })
            else { return require(false, "refused the second time") }
            require(policy == once, "laid over itself it changes the policy")
            require(reach == .host || policy.invalid == before.invalid, "a container changed what the host drops")
            require(reach == .host || policy.conntrack == before.conntrack, "a container changed the host's table")
        }
    }

    static let hostPolicy = FuzzTarget(
        name: "host-policy", input: "a policy document with faults", dictionary: "json"
    ) { text in
        var (policy, faults) = (Policy(), [PolicyError]())
        do throws(PolicyError) { try policy.overlay(text, from: "fuzz", &faults) } catch {
            require(policy == Policy(), "what is no document changed the policy")
            return requirePlain(error.description)
        }
        for fault in faults { requirePlain(fault.description) }
        // Without a fault both ways of reading agree.
        var strict = Policy()
        let isRefused: Bool
        do throws(PolicyError) {
            try strict.overlay(text, from: "fuzz")
            isRefused = false
        } catch { isRefused = true }
        require(isRefused == !faults.isEmpty, "a document is refused without a fault, or taken with one")
        require(isRefused || strict == policy, "the two ways of reading differ")
    }

    static let annotations = FuzzTarget(
        name: "annotations", input: "a container's annotations, a JSON object", dictionary: "json"
    ) { text in
        guard case .success(let document) = reading({ () throws(JSONError) in try JSON(parsing: text) }) else { return }
        requireHarmless(document.members ?? [])
    }

    /// A container's annotations change at most what is the container's.
    static func requireHarmless(_ members: [JSON.Member]) {
        var policy = Policy()
        for line in Annotations(members, over: &policy).warnings { requirePlain(line) }
        require(policy.invalid == Policy().invalid, "a container changed what the host drops")
        require(policy.conntrack == Policy().conntrack, "a container changed the host's table")
    }

    static let conflist = FuzzTarget(name: "conflist", input: "a CNI configuration list", dictionary: "json") { text in
        guard let list = list(text) else { return }
        for isPreferred in [false, true] {
            let had = list.plugins.contains { $0.type == ConfigurationList.ourType }
            guard let added = change({ () throws(Refusal) in try list.adding(prefer: isPreferred) })?.text else {
                continue
            }
            guard let chained = Self.list(added) else { return require(false, "with the plugin it is no list") }
            require(
                chained.plugins.contains { $0.type == ConfigurationList.ourType }, "the plugin is not in it")
            let again = change { () throws(Refusal) in try chained.adding(prefer: isPreferred) }
            require(again != nil && again?.text == nil, "adding it again changes the list")
            let removed = change { () throws(Refusal) in try chained.removing() }
            require(had || removed?.text == text, "removing it does not give the list of before")
        }
        guard let removed = change({ () throws(Refusal) in try list.removing() })?.text else { return }
        guard let rest = Self.list(removed) else { return require(false, "without the plugin it is no list") }
        require(!rest.plugins.contains { $0.type == ConfigurationList.ourType }, "the plugin is still in it")
        let others = list.plugins.map { $0.type }.filter { $0 != ConfigurationList.ourType }
        require(rest.plugins.map { $0.type } == others, "another plugin went")
    }

    private static func list(_ text: [UInt8]) -> ConfigurationList? {
        do throws(Refusal) { return try ConfigurationList(text) } catch {
            requirePlain(error.reason)
            return nil
        }
    }

    private static func change(_ body: () throws(Refusal) -> ListChange) -> ListChange? {
        do throws(Refusal) { return try body() } catch {
            requirePlain(error.reason)
            return nil
        }
    }

    static let toml = FuzzTarget(name: "toml", input: "an engine's file in TOML", dictionary: "toml") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let document = TOMLDocument(text)
        for entry in (document?.entries ?? []).prefix(16) {
            require(!entry.path.isEmpty, "an entry has no name")
            require(document?[entry.path] != nil, "an entry cannot be found")
        }
        require(
            document?[["engine", "hooks_dir", "none"]] == nil || document?.entries.isEmpty == false, "found in nothing")
        // A line's end is LF or CR LF, and both mean the same.
        guard !bytes.contains(0x0d) else { return }
        let windows = bytes.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] }
        let other = TOMLDocument(String(decoding: windows, as: UTF8.self))
        require(other?.entries == document?.entries, "CR LF means something else than LF")
    }

    static let texts = [json, jsonEdits, policy, hostPolicy, annotations, conflist, toml]
}
