import ArgumentParser
import Diagnosis
import LinuxSystem
import LinuxTools

/// How the program ends but by a command's success: with help, with what is wrong with the command line, or with an exit status alone.
struct Ending {
    private let error: any Error
    private let arguments: [String]

    init(_ error: any Error, _ arguments: [String]) { (self.error, self.arguments) = (error, arguments) }

    /// Prints what there is to say, and ends the process.
    func end() -> Never {
        let status = Evenkeel.exitCode(for: error).rawValue
        let columns = status == 0 ? Terminal.columns : Terminal.errorColumns
        let text = columns.flatMap { isForPeople || status != 0 ? filled($0) : nil } ?? message
        guard !text.isEmpty else { exitProcess(status) }
        if status == 0 {
            do { try FileDescriptor.writeStandardOutput(text + "\n") } catch { exitProcess(1) }
        } else {
            FileDescriptor.writeStandardError(text + "\n")
        }
        exitProcess(status)
    }

    /// Help, and neither a shell's completions nor a list for programs.
    private var isForPeople: Bool {
        let message = Evenkeel.fullMessage(for: error)
        return message.hasPrefix("OVERVIEW: ") || message.hasPrefix("USAGE: ")
    }

    /// The parser's words, with what was probably meant.
    private var message: String { suggesting(Evenkeel.fullMessage(for: error)) }

    /// The same in lines of at most so many columns. The parser fills only what is longer than a line, and never breaks a word.
    private func filled(_ columns: Int) -> String {
        // Wide enough, a paragraph is a line.
        let text = suggesting(Evenkeel.fullMessage(for: error, columns: 2000))
        var isExamples = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            let line = String(line)
            if line.first != " " { isExamples = line.hasPrefix("EXAMPLE") }
            let command = String(line.drop { $0 == " " })
            let margin = String(repeating: " ", count: line.count - command.count)
            return isExamples && !command.isEmpty
                ? wrappedCommand(command, after: margin, then: margin + "    ", columns: columns)
                : [fitted(line, columns: columns, hang: margin.isEmpty && !Self.isUsage(line) ? 0 : 4)]
        }
        return Terminal.shown(printableLines(lines.joined(separator: "\n")))
    }

    private static func isUsage(_ line: String) -> Bool { line.lowercased().hasPrefix("usage: ") }

    private func suggesting(_ text: String) -> String {
        if let name = bareName, text.hasPrefix("Error: Unexpected argument") || text.hasPrefix("Error: name one of ") {
            let line = text.prefix { $0 != "\n" }
            return "\(line); did you mean --container \(printable(name))?" + text.dropFirst(line.count)
        }
        guard text.hasPrefix("Error: Unexpected argument"), let word = unknownWord else { return text }
        let rest = text.drop { $0 != "\n" }
        return "Error: no command is called \(printable(word.text))"
            + (word.suggestion.map { "; did you mean \($0)?" } ?? "") + rest
    }

    /// A word where a container's name stands in the commands of others.
    private var bareName: String? {
        guard arguments.count > 1, ["apply", "doctor", "map", "test"].contains(arguments[0]) else { return nil }
        return arguments[1].hasPrefix("-") ? nil : arguments[1]
    }

    /// The first word that stands where a command should, and what was probably meant.
    private var unknownWord: (text: String, suggestion: String?)? {
        var command: any ParsableCommand.Type = Evenkeel.self
        var path = ["evenkeel"]
        for word in arguments where !word.hasPrefix("-") {
            let inner = command.configuration.subcommands
            if inner.isEmpty { return nil }
            if let next = inner.first(where: { $0.name == word }) {
                command = next
                path.append(word)
                continue
            }
            if FindingID(rawValue: word) != nil { return (word, "evenkeel explain \(word)") }
            let near = nearest(to: word, among: inner.map { $0.name })
            return (word, near.map { (path + [$0]).joined(separator: " ") })
        }
        return nil
    }
}

extension ParsableCommand {
    fileprivate static var name: String { configuration.commandName ?? "\(self)".lowercased() }
}
