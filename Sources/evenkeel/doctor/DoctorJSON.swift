import Diagnosis
import Discovery
import JSON
import WatchClient

extension DoctorReport {
    /// The whole answer. Its `version` rises when a key changes its meaning or is removed.
    var json: JSON { .object(members) }

    var members: [JSON.Member] {
        [
            .init("version", .integer(1)), .init("verdict", .string(verdictWord)),
            .init("complete", .boolean(isComplete)), .init("findings", .array(findings.map { $0.json })),
            .init("looked", looked),
            .init("missed", .array(missed.map { $0.json })),
            .init(
                "skipped",
                .array(
                    skipped.map {
                        .object([.init("namespace", .string($0.path)), .init("reason", .string($0.reason))])
                    })),
            .init("watcher", watcher.map { $0.short } ?? .null),
            .init("error", absence.map { .string($0) } ?? .null),
        ]
    }

    /// The answer if nothing could be done at all.
    static func json(failure: String) -> JSON { .object(members(failure: failure)) }

    static func members(failure: String) -> [JSON.Member] {
        [
            .init("version", .integer(1)), .init("verdict", .string("unknown")), .init("complete", .boolean(false)),
            .init("findings", .array([])),
            .init("looked", .object([.init("host", .boolean(false)), .init("containers", .array([]))])),
            .init("missed", .array([])), .init("skipped", .array([])), .init("watcher", .null),
            .init("error", .string(failure)),
        ]
    }

    private var verdictWord: String {
        switch status {
        case 0: "healthy"
        case 1: "findings"
        default: "unknown"
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
            .init("engine", text(namespace.engine?.rawValue)),
            .init(
                "containers",
                .array(
                    namespace.containers.map { container in
                        .object([
                            .init("id", .string(container.id)), .init("name", text(container.name)),
                            .init("engine", text(container.engine?.rawValue)),
                            .init("pid", container.pid.map { .integer(Int64($0)) } ?? .null),
                        ])
                    })),
        ])
    }

    private func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
}

extension Diagnosis.Missed {
    fileprivate var json: JSON {
        .object([
            .init("what", .string(what)), .init("reason", .string(reason)),
            .init("advice", advice.map { .string($0) } ?? .null),
        ])
    }
}
