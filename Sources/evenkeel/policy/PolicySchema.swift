import ArgumentParser
import JSON
import Keel

/// `evenkeel policy schema`
struct PolicySchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON schema of a policy document.",
        discussion: """
            The schema (JSON Schema, draft 2020-12) has every key with its default and what it means. Editors complete and \
            check a document by it, and so do jsonschema and its like. install.sh puts the same text into \
            PREFIX/share/evenkeel/policy.schema.json.

            EXAMPLES
              evenkeel policy schema >policy.schema.json
              python3 -m jsonschema -i policy.json policy.schema.json
            """)

    func run() throws {
        do { try write(data: PolicySchema.document.text(pretty: true) + "\n") } catch {
            say(error.description)
            throw ExitCode(1)
        }
    }
}

/// The JSON schema of a policy document. Its words are those of the code; Tests/CommandLine holds that it accepts what the code
/// accepts.
enum PolicySchema {
    static let document: JSON = .object(
        [
            .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            .init("title", .string("Evenkeel's policy")),
        ]
            + section(
                "What is done to containers' networks and to the host.",
                [
                    .init("defaultRoute", .object(defaultRoute)), .init("rpFilter", rpFilter),
                    .init("invalid", .object(invalid)), .init("conntrack", .object(conntrack)),
                    .init("onError", onError), .init("annotations", .object(annotations)),
                    .init("watch", .object(watch)),
                ]))

    private static let defaultRoute = section(
        "Default routes in containers on several networks.",
        [
            .init(
                "mode",
                choice(
                    Policy.DefaultRoute.Mode.self, Policy().defaultRoute.mode,
                    "distinct: of default routes that the kernel cannot tell apart, one stays in main. one: one network's stays "
                        + "there, whatever the metrics. ranked: all stay, each with a metric of its own. keep: changes nothing."
                )),
            .init(
                "prefer",
                list(
                    ["type": .string("string"), "minLength": .integer(1)], most: 256,
                    "Who wins, best first: the name of a network or an interface, a glob, the gateway or a prefix that holds it."
                )),
            .init(
                "sourceRules",
                boolean(
                    true, "Packets from another network's address, or of a socket bound to its device, leave by it.")),
            .init(
                "restoreAfterFlap",
                boolean(
                    true, "The watcher puts back a default route that the kernel flushed because its link went down.")),
            .init(
                "learn",
                choice(
                    Policy.DefaultRoute.Learn.self, Policy().defaultRoute.learn,
                    "For which of Docker's networks a way back is learnt. bridges: for bridges, and for macvlan and ipvlan where "
                        + "their way back is broken. all: for all. none: for none.")),
        ])

    private static let rpFilter = choice(
        Policy.ReversePathFilter.self, Policy().rpFilter,
        "The reverse path filter in containers. loose: 2 on every interface. relax: 2 only where it is strict. keep: changes "
            + "nothing.")

    private static let invalid = section(
        "INVALID TCP segments, which the host must not answer with a reset.",
        [
            .init(
                "mode",
                choice(
                    Policy.Invalid.Mode.self, Policy().invalid.mode,
                    "drop: drops the host's bare resets that answer such segments. input: drops the segments themselves. liberal: "
                        + "delivers them, by nf_conntrack_tcp_be_liberal. keep: changes nothing.")),
            .init("forward", boolean(true, "Also drop INVALID segments from guarded containers.")),
            .init(
                "where",
                choice(
                    Policy.Invalid.Place.self, Policy().invalid.place,
                    "translated: only in families whose addresses are translated or tracked. always: in both.")),
        ])

    private static let conntrack = section(
        "The connection tracking table, which evenkeel host apply sizes.",
        [
            .init(
                "max",
                .object([
                    .init(
                        "description", .string("The limit, never lowered. auto: by the machine's size. keep: as it is.")
                    ),
                    .init("default", .string("auto")),
                    .init(
                        "anyOf",
                        .array([
                            .object([.init("enum", .array([.string("auto"), .string("keep")]))]), .object(positive),
                        ])),
                ])),
            .init("tcpEstablishedTimeout", .object(positive + about("Seconds; without it, it stays as it is."))),
            .init("genericTimeout", .object(positive + about("Seconds; without it, it stays as it is."))),
            .init(
                "warnAt",
                .object(
                    [
                        .init("type", .string("number")), .init("exclusiveMinimum", .integer(0)),
                        .init("maximum", .integer(1)), .init("default", Policy().conntrack.share),
                    ] + about("How full the table may be before container starts warn."))),
        ])

    private static let onError = choice(
        Policy.OnError.self, Policy().onError,
        "What the hook and the runtime do if the kernel refuses, or if the policy or an annotation is faulty. warn: let the "
            + "container start. fail: refuse the start.")

    private static let annotations = section(
        "What containers may say for themselves. Only the host's documents may have it.",
        [
            .init(
                "allow",
                list(
                    ["enum": .array(Annotations.names.map { .string($0) })], most: nil,
                    "The annotations that count, in any of their spellings; without it, all.")),
            .init(
                "locked",
                list(
                    ["enum": .array(ContainerLimits.keys.map { .string($0) })], most: nil,
                    "The keys that no container overrides.")),
        ])

    private static let watch = section(
        "The watcher. Only the host's documents may have it.",
        [
            .init(
                "group",
                .object(
                    [.init("type", .string("string")), .init("minLength", .integer(1))]
                        + about("The group, by name or number, whose members may ask the watcher beside root.")))
        ])
}
