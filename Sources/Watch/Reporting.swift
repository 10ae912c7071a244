import JSON
import Keel
import LinuxSystem
import Metrics
import Netlink

// What the watcher says: a line for people, and an object for each who listens at the socket.

extension Watcher {
    func say(_ severity: SystemLog.Severity, _ text: String) { report(text, event: "message", severity) }

    /// Of the host.
    func report(
        _ text: String, event: String, _ severity: SystemLog.Severity = .info, remedy: Remedy? = nil,
        nanoseconds: UInt64? = nil, about occurrence: Occurrence? = nil
    ) {
        journal.write(severity, text, occurrence ?? remedy.map { .change($0) } ?? .other)
        tell(event, text, entry: nil, remedy, nanoseconds)
    }

    /// Of a container.
    func report(
        _ entry: Watched, _ text: String, event: String, _ severity: SystemLog.Severity? = nil,
        about occurrence: Occurrence = .other
    ) {
        let severity = severity ?? (event == "note" ? .info : .debug)
        journal.write(severity, "\(entry.name): \(text)", occurrence, container: entry)
        tell(event, text, entry: entry, nil, nil)
    }

    func say(
        _ entry: Watched, _ text: @autoclosure () -> String, _ event: String, _ change: Change,
        nanoseconds: UInt64? = nil
    ) {
        journal.write(
            change.isDetail ? .debug : .info, "\(entry.name): \(text())", .change(change.remedy),
            container: entry)
        tell(event, text(), entry: entry, change.remedy, nanoseconds)
    }

    private func tell(
        _ event: String, _ text: @autoclosure () -> String, entry: Watched?, _ remedy: Remedy?, _ nanoseconds: UInt64?
    ) {
        guard subscribers?.areAnyListening == true else { return }
        var members: [JSON.Member] = [
            .init("time", .string(Timestamp.now())), .init("event", .string(event)),
        ]
        if let entry {
            members.append(.init("container", .string(entry.name)))
            members.append(.init("namespace", entry.found.map { .string($0.path) } ?? .null))
            members.append(.init("id", .integer(Int64(entry.id))))
        }
        if let remedy { members.append(.init("remedy", .string(remedy.rawValue))) }
        members.append(.init("text", .string(text())))
        if let nanoseconds { members.append(.init("microseconds", .integer(Int64(nanoseconds / 1000)))) }
        subscribers?.tell(JSON.object(members).text())
    }

    /// The kernel refused something, on the host or in a container.
    func report(failure error: KernelError, in entry: Watched? = nil) {
        counters.failures.count(error.errno.symbol)
        hasFailed = true
        if let entry {
            report(entry, error.description, event: "failure", .warning)
        } else {
            report(error.description, event: "failure", .warning)
        }
    }

    func answer(_ now: UInt64) {
        for question in subscribers?.attend(at: now) ?? [] {
            switch question.path {
            case "/metrics":
                let isOpen = Array(question.accepted.utf8).holds("application/openmetrics-text")
                let type =
                    isOpen
                    ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4"
                subscribers?.answer(question, type, metrics(isOpen ? .openMetrics : .prometheus))
            case "/status": subscribers?.answer(question, "application/json", status().text() + "\n")
            case "/events": subscribers?.follow(question)
            default: subscribers?.refuse(question)
            }
        }
    }

    func writeMetrics() {
        guard let file = options.metricsFile else { return }
        do throws(KernelError) { try FileDescriptor.replace(file, with: metrics(.prometheus)) } catch {
            say(.warning, error.description)
        }
    }
}

extension Change {
    /// Whether it only serves another change, as a rule or a copy in a table does.
    fileprivate var isDetail: Bool {
        switch action {
        case .addRoute(let route), .deleteRoute(let route):
            route.table != Route.mainTable && route.protocol != Ours.learntProtocol
        case .addRule, .deleteRule, .setGroup: true
        case .set, .commit: false
        }
    }
}
