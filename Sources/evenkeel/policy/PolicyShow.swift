import ArgumentParser
import Discovery
import JSON
import Keel
import LinuxSystem
import LinuxTools

/// `evenkeel policy show`: what holds, and where it comes from.
struct PolicyShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows each value of the policy, and where it comes from.",
        discussion: """
            A value comes from what is built in, or from one of the host's documents; the last that says something of the \
            key counts. With --container it also shows what that container's kernel remembers of its annotations and its \
            networks' configurations: `evenkeel apply`, the doctor and the watcher go by it.

            EXAMPLES
              evenkeel policy show
              sudo evenkeel policy show --container web
              evenkeel policy show --json | jq '.values[] | select(.origin != "built-in")'

            \(Answer.help("policy-show", PolicyVerdict.self))
              "values" is [{"key", "value", "origin": "built-in" | the path of a document |
              what the container's kernel remembers}].

            EXIT STATUS
              0   shown; a fault in a document is said on standard error
              1   it could not be shown; standard error says why
              64  the command line is wrong
            """)

    @Option(
        help: ArgumentHelp("The container with this name, id or beginning of an id.", valueName: "name"),
        completion: .containers)
    var container: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        if let container, container.isEmpty { throw ValidationError("--container takes a name or an id") }
    }

    func run() throws {
        do throws(Failure) { try show() } catch {
            say(error.description)
            if json { try Self.answer(.unknown, .null, [], [], error.description).write() }
            throw ExitCode(1)
        }
    }

    private func show() throws(Failure) {
        let host: HostPolicy
        let listing: PolicyListing
        do throws(PolicyError) {
            host = try HostPolicy.load()
            listing = try PolicyListing(host)
        } catch { throw Failure(error.description) }
        for line in host.warnings { say(line) }
        guard let container else { return try write(listing, of: nil, host.warnings) }
        for found in try Self.find(container).namespaces {
            var listing = listing
            try take(found, &listing)
            try write(listing, of: found, host.warnings)
        }
    }

    private static func find(_ name: String) throws(Failure) -> Survey {
        let survey: Survey
        do { survey = try Survey.all() } catch { throw Failure(error) }
        guard let named = survey.find(name) else { throw survey.absence(of: name) }
        if let hidden = named.hidden.first { throw Failure(hidden.error) }
        return named
    }

    private func take(_ found: ContainerNamespace, _ listing: inout PolicyListing) throws(Failure) {
        do throws(KernelError) {
            // First: it opens what is the host's own.
            let host = try Host()
            var container = try Container(try found.found.open(), of: host, .onlyLooking)
            let snapshot = try container.observe(from: host)
            if let mark = snapshot.mark {
                listing.take(mark)
            } else {
                say("\(found.path) has no mark: it was not started through evenkeel, so the host's policy counts")
            }
            let (chosen, preferred) = snapshot.rememberedPreferences
            listing.take(chosen: chosen, preferred: preferred)
        } catch { throw Failure(error) }
    }

    private func write(_ listing: PolicyListing, of found: ContainerNamespace?, _ faults: [String]) throws(Failure) {
        if json { return try Self.answer(listing, of: found, faults).write() }
        if let found { try evenkeel.write("\(found.title)\n") }
        try evenkeel.write(listing.text(width: Terminal.columns))
    }

    static func answer(_ listing: PolicyListing, of found: ContainerNamespace?, _ faults: [String]) -> Answer {
        let container = found.map { found in
            JSON.object([
                .init("name", JSON(found.containers.first?.name)), .init("namespace", .string(found.path)),
            ])
        }
        return answer(faults.isEmpty ? .good : .faults, container ?? .null, listing.values, faults, nil)
    }

    private static func answer(
        _ verdict: PolicyVerdict, _ container: JSON, _ values: [JSON], _ faults: [String], _ error: String?
    ) -> Answer {
        Answer(
            verdict,
            [.init("container", container), .init("values", .array(values)), .init("faults", JSON(faults))],
            error: error)
    }
}

extension PolicyListing {
    /// A table: key, value, origin. Where it has no room, each key is a line, with its origin below.
    func text(width: Int?) -> String {
        let cells = rows.map { [$0.value.key, printable($0.value.text), printable($0.origin)] }
        let widths = (0..<3).map { column in cells.map { $0[column].cells }.max() ?? 0 }
        if let width, widths.reduce(4, +) > width {
            return cells.map { "\($0[0])  \($0[1])\n    from \($0[2])\n" }.joined()
        }
        return cells.map { row in
            row[0].padded(to: widths[0] + 2) + row[1].padded(to: widths[1] + 2) + row[2] + "\n"
        }.joined()
    }

    fileprivate var values: [JSON] {
        rows.map { row in
            .object([
                .init("key", .string(row.value.key)), .init("value", row.value.value),
                .init("origin", .string(row.origin)),
            ])
        }
    }
}
