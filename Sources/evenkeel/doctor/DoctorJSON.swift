import Diagnosis
import Discovery
import JSON
import WatchClient

extension DoctorReport {
    enum Verdict: String {
        case healthy
        case findings
        case unknown
    }

    /// The whole answer. A line of `--watch` has the time, and what is new and gone since the previous line.
    func answer(at time: String? = nil, new: [Finding] = [], gone: [Finding] = []) -> Answer {
        let members: [JSON.Member] = [
            .init("complete", .boolean(isComplete)), .init("findings", .array(findings.map { $0.json })),
            .init("looked", looked), .init("missed", .array(missed.map { $0.json })),
            .init(
                "skipped",
                .array(
                    skipped.map {
                        .object([.init("namespace", .string($0.path)), .init("reason", .string($0.reason))])
                    })),
            .init("watcher", watcher.map { $0.short } ?? .null),
        ]
        return Answer(verdictWord, members + Self.watchMembers(time, new, gone), error: absence)
    }

    /// The answer if nothing could be done at all, and the line with which a watch ends.
    static func answer(failure: String, at time: String? = nil) -> Answer {
        let members: [JSON.Member] = [
            .init("complete", .boolean(false)), .init("findings", .array([])),
            .init("looked", .object([.init("host", .boolean(false)), .init("containers", .array([]))])),
            .init("missed", .array([])), .init("skipped", .array([])), .init("watcher", .null),
        ]
        return Answer(Verdict.unknown, members + watchMembers(time, [], []), error: failure)
    }

    private static func watchMembers(_ time: String?, _ new: [Finding], _ gone: [Finding]) -> [JSON.Member] {
        guard let time else { return [] }
        return [
            .init("time", .string(time)), .init("new", .array(new.map { $0.json })),
            .init("gone", .array(gone.map { $0.json })),
        ]
    }

    private var verdictWord: Verdict {
        switch status {
        case 0: .healthy
        case 1: .findings
        default: .unknown
        }
    }

    private var looked: JSON {
        .object([
            .init("host", .boolean(isHostComplete)),
            .init("containers", .array(containers.map { Finding.Place.container($0).json })),
        ])
    }
}

extension WatcherStatus {
    fileprivate var short: JSON {
        .object([
            .init("pid", .integer(Int64(processID))), .init("kept", .integer(Int64(kept))),
            .init("dryRun", .boolean(isDry)), .init("declined", .array(host.declined.map { .string($0) })),
        ])
    }
}

extension Finding {
    var json: JSON {
        .object([
            .init("id", .string(id.rawValue)), .init("severity", .string(severity.rawValue)),
            .init("place", place.json),
            .init("summary", .string(summary)), .init("evidence", .array(evidence.map { .string($0) })),
            .init("consequence", .string(consequence)), .init("remedy", .string(remedy)),
        ])
    }
}

extension Finding.Place {
    fileprivate var json: JSON {
        guard case .container(let namespace) = self else { return .object([.init("kind", .string("host"))]) }
        return .object([
            .init("kind", .string("container")), .init("namespace", .string(namespace.path)),
            .init("engine", JSON(namespace.engine?.rawValue)),
            .init(
                "containers",
                .array(
                    namespace.containers.map { container in
                        .object([
                            .init("id", .string(container.id)), .init("name", JSON(container.name)),
                            .init("engine", JSON(container.engine?.rawValue)),
                            .init("pid", JSON(container.pid.map(Int.init))),
                        ])
                    })),
        ])
    }
}

extension Diagnosis.Missed {
    fileprivate var json: JSON {
        .object([
            .init("what", .string(what)), .init("reason", .string(reason)),
            .init("advice", JSON(advice)),
        ])
    }
}
