import Keel
import LinuxSystem

/// Why a file was left as it is, and what to do.
struct Refusal: Error, Equatable {
    let reason: String
    /// Whether the reason says which file it is about.
    let namesFile: Bool

    init(_ reason: String, namesFile: Bool = false) {
        self.reason = reason
        self.namesFile = namesFile
    }

    init(_ error: KernelError, namesFile: Bool = false) {
        let advice: String? =
            switch error.errno {
            case .notPermitted, .accessDenied: "run it as root"
            case .readOnly: "the file system has to be writable"
            default: nil
            }
        self.init(printable(error.description) + (advice.map { "; \($0)" } ?? ""), namesFile: namesFile)
    }

    /// The reason as it stands alone.
    func text(about path: String) -> String { namesFile ? reason : "\(printable(path)): \(reason)" }

    static let multus = Refusal(
        "it is Multus' own configuration; evenkeel belongs into those of the networks that Multus delegates to")
}
