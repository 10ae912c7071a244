import DockerEngine
import Discovery
import JSON
import Keel
import LinuxSystem
import LinuxTools

/// What Docker knows of its networks and containers, asked once for all namespaces of a run.
struct DockerQuestions {
    /// Nil if Docker was not asked.
    let knowledge: DockerKnowledge?
    /// Why Docker did not answer.
    let failure: String?

    /// Asks if any of the namespaces is Docker's and the policy has gateways learnt. Waits two seconds at most.
    init(for survey: Survey, _ policy: Policy) {
        let isWanted = policy.defaultRoute.learn != .nothing && policy.defaultRoute.mode != .keep
        guard isWanted, survey.namespaces.contains(where: { $0.engine == .docker }), DockerSocket.isThere else {
            (knowledge, failure) = (nil, nil)
            return
        }
        do throws(KernelError) { (knowledge, failure) = (try Self.ask(), nil) } catch {
            (knowledge, failure) = (nil, "no gateway is learnt from Docker: \(error.description)")
        }
    }

    private static func ask() throws(KernelError) -> DockerKnowledge {
        let start = Timestamp.monotonic
        var knowledge = DockerKnowledge()
        let networks = try body(of: .networks, seconds: UnixSocket.patience)
        let left = max(UnixSocket.patience - (Timestamp.monotonic - start) / 1000, 1)
        let containers = try body(of: .containers, seconds: left)
        do throws(JSONError) {
            knowledge.networks = try DockerNetwork.list(parsing: networks)
            knowledge.containers = try DockerContainer.list(parsing: containers)
        } catch { throw DockerReply.fault(error.description) }
        return knowledge
    }

    private static func body(of request: DockerRequest, seconds: Int) throws(KernelError) -> [UInt8] {
        // The head comes on top.
        let limit = DockerSocket.longestReply + 1 << 14
        var reply = DockerReply()
        try reply.take(try UnixSocket.ask(DockerSocket.path, request.text, limit: limit, seconds: seconds))
        guard reply.isBegun else { throw DockerReply.fault("it has hung up") }
        return reply.body
    }
}

/// What came of asking for one namespace.
final class DockerLesson {
    private let knowledge: DockerKnowledge
    private var learnings: [Learning] = []
    private var refusals: [String] = []

    /// Nil for a namespace that is not Docker's, or if Docker was not asked.
    init?(_ questions: DockerQuestions, for found: ContainerNamespace) {
        guard found.engine == .docker, let knowledge = questions.knowledge else { return nil }
        self.knowledge = knowledge
    }

    var learner: ContainerRun.Learner {
        { snapshot, attachments, policy, container, host in
            do throws(KernelError) {
                guard
                    let known = try self.knowledge.lesson(snapshot, attachments, policy, &container, &host)
                else { return [] }
                self.refusals = known.lesson.refusals.map { $0.text }
                self.learnings = known.lesson.learnings
            } catch { self.refusals = ["no gateway is learnt from Docker: \(error.description)"] }
            return self.learnings
        }
    }

    /// What a person should know of gateways that are not learnt.
    func notes(_ snapshot: NamespaceSnapshot) -> [String] {
        let silent = learnings.flatMap { $0.gateways }.filter { gateway in
            snapshot.doubtfulGateways.contains {
                $0.address == gateway.address && $0.interface == gateway.interface
            }
        }
        return refusals + silent.map { "\($0.source), \($0.address), is not learnt: it does not answer" }
    }
}
