import BugReport
import JSON
import LinuxSystem
import LinuxTools

/// The files of a report, and the names that its redaction hides.
struct ReportContents {
    enum Content {
        case text(String)
        case json(JSON)
        /// A text that is laid out when it is known how each name and address in it is shown.
        case laidOut((_ shown: (String) -> String) -> String)
    }

    struct File {
        let name: String
        /// What it is, for the README.
        let about: String
        var content: Content
        /// Why it could not be had, or not all of it.
        var fault: String?
        var isAbsent = false

        /// What to say of that; nil if all is there.
        var remark: String? { fault.map { "\(isAbsent ? "could not be had" : "not all of it"): \(printable($0))" } }
    }

    private(set) var files: [File] = []
    private var redaction = Redaction()
    private static let folder = "evenkeel-report"
    /// The most bytes of a file.
    private static let most = 1 << 25

    /// Adds a file; if it cannot be had, one that says why.
    mutating func add(_ name: String, _ about: String, _ make: () throws(Failure) -> Content) {
        do throws(Failure) { add(name, about, try make()) } catch {
            let said = "could not be had: \(error.description)"
            let content: Content =
                name.hasSuffix(".json")
                ? .json(
                    .object([
                        .init("version", .integer(1)), .init("verdict", .string("unknown")),
                        .init("error", .string(said)),
                    ]))
                : .text(said + "\n")
            files.append(
                File(name: name, about: about, content: content, fault: error.description, isAbsent: true))
        }
    }

    mutating func add(_ name: String, _ about: String, _ content: Content, fault: String? = nil) {
        files.append(File(name: name, about: about, content: content, fault: fault))
    }

    mutating func hide(_ name: String, _ kind: Redaction.Kind) { redaction.hide(name, kind) }

    mutating func hide(id: String) { redaction.hide(id: id) }

    /// Replaces names and addresses in all files.
    mutating func redact() {
        for index in files.indices {
            switch files[index].content {
            case .text(let text): files[index].content = .text(redaction.redact(text))
            case .json(let json): files[index].content = .json(redaction.redact(json))
            case .laidOut(let layOut): files[index].content = .text(layOut { redaction.redact($0) })
            }
            files[index].fault = files[index].fault.map { redaction.redact($0) }
        }
    }

    func archive(time: Int, isRedacted: Bool) -> [UInt8] {
        var archive = TapeArchive(time: time)
        archive.add("\(Self.folder)/README.txt", Array(readme(isRedacted).utf8))
        for file in files { archive.add("\(Self.folder)/\(file.name)", file.bytes(atMost: Self.most)) }
        return archive.bytes
    }

    /// A row for each file: its name, what it is, and what it lacks.
    private var table: [String] {
        let width = (files.map(\.name.count).max() ?? 0) + 2
        return files.flatMap { file in
            let name = "  " + file.name + String(repeating: " ", count: width - file.name.count)
            let indent = String(repeating: " ", count: name.count)
            return wrapped(file.about, after: name, columns: nil)
                + (file.remark.map { wrapped($0, after: indent, columns: nil) } ?? [])
        }
    }

    private func readme(_ isRedacted: Bool) -> String {
        let redacted =
            isRedacted
            ? """
            Names and addresses are replaced, everywhere by the same. Addresses of one network stay in one network. What \
            tells nothing is as it was: loopback addresses, the first bits of private ranges, the last byte of IPv4 \
            addresses, interfaces that the kernel or an engine numbers.
            """
            : """
            Names and addresses are as they are. `evenkeel report --redact` replaces them.
            """
        return """
            A report of evenkeel \(Product.version), for the people who look after it.

            \(table.joined(separator: "\n"))

            \(wrapped(redacted, columns: nil).joined(separator: "\n"))

            Never in it: environments, command lines, labels and annotations of containers, but for what they wish of
            Evenkeel; what CNI lists and registries are configured with, beside names and types; the content of
            anybody's files.

            """
    }

    /// What was written, for the person who will send it.
    func summary(file: String?, isRedacted: Bool) -> String {
        let place = file.map { "\($0) holds, beside a README.txt:" } ?? "the archive holds, beside a README.txt:"
        let look =
            file.map { "Look at it before you send it: tar -xOf \($0) | less" } ?? "Look at it before you send it."
        return ([place] + table + [isRedacted ? look : look + "\n--redact replaces names and addresses."])
            .joined(separator: "\n")
    }
}

extension ReportContents.File {
    fileprivate func bytes(atMost most: Int) -> [UInt8] {
        let text =
            switch content {
            case .text(let text): printableLines(text)
            case .json(let json): json.text(pretty: true) + "\n"
            case .laidOut(let layOut): printableLines(layOut { $0 })
            }
        guard text.utf8.count > most else { return Array(text.utf8) }
        return Array(text.utf8.prefix(most)) + Array("\n(cut: it has \(text.utf8.count) bytes)\n".utf8)
    }
}
