import ArgumentParser
import Diagnosis
import Discovery
import Keel
import LinuxSystem
import LinuxTools
import NetworkMap

/// `evenkeel map`: a picture of the host's container networks.
struct MapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Draws the host, its bridges, the networks and the containers, and by what each leaves.",
        discussion: """
            Three columns: the host with its uplinks and bridges, the networks by name, the containers with their interfaces \
            and addresses. A thick line is a container's default way out, a dashed one a default route that stands by. \
            Red is what the kernel chooses by chance, and what is dropped, with its counter. A text "from PREFIX" is a rule: \
            packets with such a source leave by that interface. Changes nothing and sends nothing.

            FORMATS
              svg   for browsers and documents; light and dark, with text that can be searched
              html  a page with that picture; it loads nothing
              dot   for Graphviz: evenkeel map --format dot | dot -Tpng >map.png
              json  for scripts

            EXAMPLES
              sudo evenkeel map --output map.svg
              sudo evenkeel map --container web --container db --output map.html
              sudo evenkeel map --format json | jq -r '.containers[] | .title'

            JSON
              {"version": 1, "verdict": "clear" | "troubled" | "incomplete" | "unknown",
               "host": {"uplinks": [{"interface", "addresses", "gateways"}], "drops": [drops]},
               "networks": [{"name", "bridge": null | {"interface", "addresses",
                             "guarded": [families]}, "kind", "prefixes"}],
               "containers": [{"title", "namespace", "engine", "ids", "state",
                 "interfaces": [{"interface", "network", "kind", "hostEnd", "addresses",
                                 "ipv4", "ipv6", "sources"}],
                 "drops": [drops], "troubles", "notes"}],
               "missed": [lines], "error": null | what kept it from looking}
              "network" is a place in "networks", from 0. "ipv4" and "ipv6" are null,
              "default", "alternates", "by flow", "first to answer" or "stands by".
              Drops are {"what", "packets", "inForce"}. "troubled": something is red.
              PREFIX/share/evenkeel/schemas/map.schema.json describes every key.

            EXIT STATUS
              0   the picture is made
              1   something could not be read or written; standard error says what. What could
                  be read is drawn all the same
              64  the command line is wrong
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case svg
        case dot
        case html
        case json

        /// By the ending of a file's name; nil for another.
        init?(ofFile path: String) {
            let name = path.split(separator: "/").last ?? ""
            switch name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() {
            case "svg": self = .svg
            case "dot", "gv": self = .dot
            case "html", "htm": self = .html
            case "json": self = .json
            default: return nil
            }
        }
    }

    @Option(help: "svg, dot, html or json. By default what FILE ends in, or svg.")
    var format: Format?

    @Option(
        help: ArgumentHelp(
            "Only the container with this name, id or beginning of an id; may be given again.", valueName: "name"),
        completion: .containers)
    var container: [String] = []

    @Option(
        help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp("The policy document to use instead of \(policyPath).", valueName: "file"),
        completion: .file())
    var policy: String?

    func validate() throws {
        if container.contains("") { throw ValidationError("--container takes a name or an id") }
        guard let output else { return }
        if output.isEmpty { throw ValidationError("--output takes a file") }
        if format == nil && Format(ofFile: output) == nil {
            throw ValidationError("\(printable(output)) ends in none of .svg, .dot, .html and .json; add --format")
        }
    }

    func run() throws {
        do throws(Failure) {
            let map: NetworkMap
            do throws(Failure) {
                map = try look()
            } catch {
                if chosen == .json {
                    Answer(NetworkMap.Verdict.unknown, NetworkMap.noMembers, error: error.description)
                        .writeAfterFailure()
                }
                throw error
            }
            try put(text(of: map))
            for problem in map.problems { say(problem) }
            if let failure = failure(of: map) { throw Failure(failure) }
        } catch {
            say(error.description)
            throw ExitCode(1)
        }
    }

    private func failure(of map: NetworkMap) -> String? {
        map.problems.isEmpty ? nil : "the map may be incomplete; run it as root"
    }

    private var chosen: Format { format ?? output.flatMap { Format(ofFile: $0) } ?? .svg }

    private func text(of map: NetworkMap) -> String {
        switch chosen {
        case .svg: map.svg
        case .dot: map.graphviz
        case .html: map.html
        case .json: Answer(map.verdict, map.members, error: failure(of: map)).text()
        }
    }

    private func look() throws(Failure) -> NetworkMap {
        let policy = try HostPolicy.named(policy, isOnlyLooking: true)
        let all: Survey
        var examination: Examination
        do throws(KernelError) {
            all = try .all()
            examination = try Examination(policy, from: self.policy)
        } catch { throw Failure(error) }
        return NetworkMap(examination.overview(try chosen(of: all), counting: true))
    }

    /// All containers, or those that are named, each of which must be there.
    private func chosen(of all: Survey) throws(Failure) -> Survey {
        if container.isEmpty { return all }
        for name in container where all.find(name) == nil { throw all.absence(of: name) }
        return all.called(any: container)
    }

    /// Prints the text, or writes it to the file.
    private func put(_ text: String) throws(Failure) {
        guard let output else { return try write(data: text) }
        do throws(KernelError) { try AtomicFile.put(text, at: output) } catch { throw Failure(error) }
    }
}
