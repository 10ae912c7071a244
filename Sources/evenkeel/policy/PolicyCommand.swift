import ArgumentParser
import Keel

/// `evenkeel policy`: the documents that say what is done.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Checks the policy's documents, shows what holds, and prints their schema.",
        discussion: """
            The later wins, key by key: what is built in, \(policyPath), \(HostPolicy.folder)/*.json in the byte order of \
            their names, "policy" in a network's CNI configuration, and a container's annotations. All documents have the \
            same keys.

            A faulty key of the host's documents is left out, and all others hold. A document that cannot be understood as \
            a whole counts as "keep" for everything, so that no opt-out is forgotten. With "onError": "fail" either keeps \
            containers from starting.

            A CONTAINER'S ANNOTATIONS
              dev.evenkeel.skip           "true": leave the container alone
              dev.evenkeel.default-route  who wins, best first: "eth1 10.89.3.0/24"
              dev.evenkeel.mode           defaultRoute.mode
              dev.evenkeel.rp-filter      rpFilter
              dev.evenkeel.on-error       onError
              dev.evenkeel.policy         {"defaultRoute": ..., "rpFilter": ..., "onError": ...}
            Each may also be spelled evenkeel.dev/NAME, as Kubernetes wants it, or evenkeel.NAME; if a container has several \
            spellings of one name, the first in this order counts. The single keys win over the document. A wrong value is \
            ignored, with a line in the system's log; with "onError": "fail" it keeps that container from starting.
            """,
        subcommands: [PolicyCheck.self, PolicyShow.self, PolicySchemaCommand.self])
}
