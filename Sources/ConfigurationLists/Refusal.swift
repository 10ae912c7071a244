package import LinuxSystem

/// Why a file was not changed, and what to do.
package struct Refusal: Error, Equatable {
    package let reason: String
    /// Whether the reason already names the file.
    let namesFile: Bool

    package init(_ reason: String, namesFile: Bool = false) {
        self.reason = reason
        self.namesFile = namesFile
    }

    package init(_ error: KernelError, namesFile: Bool = false) {
        let advice: String? =
            switch error.errno {
            case .notPermitted, .accessDenied: "run it as root"
            case .readOnly: "the file system must be writable"
            default: nil
            }
        self.init(printable(error.description) + (advice.map { "; \($0)" } ?? ""), namesFile: namesFile)
    }

    /// The reason with the file's name.
    package func text(about path: String) -> String { namesFile ? reason : "\(printable(path)): \(reason)" }

    package static let multus = Refusal(
        "it is Multus' own configuration; put evenkeel into the lists of the networks that Multus delegates to")
}
