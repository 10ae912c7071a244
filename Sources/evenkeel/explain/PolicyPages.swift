import Diagnosis
import Keel

extension Page {
    static let policyFaults = [
        Page(
            id: .policyFault, title: "the host's policy has a fault",
            symptom: """
                Containers start, but the policy seems to be ignored: a key has no effect, or nothing is done to any container.
                The system's log names the fault at each start. With "onError": "fail" no container starts.
                """,
            cause: """
                A key is misspelt, or a value is none of those allowed. Then that key is left out, and what an earlier document
                says of it, or what is built in, holds; all other keys count. A document that is no JSON, or that cannot be
                read, may have asked for anything: it counts as "keep" for everything, so that no opt-out is forgotten. The
                documents are \(Policy.path) and \(HostPolicy.folder)/*.json, at most 64 of 1 MB each.
                """,
            proof: """
                    evenkeel policy check                      # each fault with its line and column
                    evenkeel policy show                       # what holds, and where it comes from
                    jq . \(Policy.path)
                    journalctl -t evenkeel-hook -n 5           # what the hook said of it
                """,
            withEvenkeel: """
                Mend what evenkeel policy check names; it says what is allowed. Then sudo evenkeel apply --all for containers
                that run, and systemctl reload evenkeel-watch. An editor that reads the JSON schema which evenkeel policy
                schema prints finds such faults as they are typed.
                """,
            without: "Move the document away: without one, what is built in holds.",
            references: ["evenkeel policy --help", "https://www.rfc-editor.org/rfc/rfc8259"])
    ]
}
