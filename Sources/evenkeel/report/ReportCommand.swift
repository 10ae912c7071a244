import ArgumentParser
import BugReport
import LinuxSystem
import LinuxTools

/// `evenkeel report`: what a bug report needs, in one archive.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Packs what a bug report needs into one tar archive.",
        discussion: """
            The archive holds what `doctor`, `status`, `host status`, `check-system`, `policy show`, `watch status` and \
            `cni directories` say, links, addresses, rules and routes of the host and of each container, Evenkeel's \
            nftables tables with their counters and the names of others' chains, sysctls, and versions. A README.txt in it \
            says what each file is. What cannot be read is left out, and the file says why. Changes nothing on the host.

            Never in it: environments, command lines, labels and annotations of containers but for what they wish of \
            Evenkeel, what lists and registries are configured with beside names and types, and nobody's files. Names and \
            addresses of containers, networks and the \
            host are in it, unless --redact replaces them: the same name or address by the same replacement in all files, and \
            addresses of one network by addresses of one network. Look at it before you send it.

            The file is for its owner alone to read, and is there whole or not at all. "-" is standard output.

            EXAMPLES
              sudo evenkeel report evenkeel-report.tar
              sudo evenkeel report --redact evenkeel-report.tar && tar -tf evenkeel-report.tar
              sudo evenkeel report - | tar -xOf - evenkeel-report/doctor.txt

            EXIT STATUS
              0   the archive was written; standard error lists what is in it
              1   it was not; standard error says why
              64  the command line is wrong
            """)

    @Argument(
        help: ArgumentHelp("The archive to write; - for standard output.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Replace addresses and names, consistently.")
    var redact = false

    @Flag(help: "Replace the file if it is there.")
    var force = false

    func validate() throws {
        if file.isEmpty { throw ValidationError("name a file, or - for standard output") }
    }

    func run() throws {
        do throws(Failure) {
            try checkTarget()
            var contents = ReportContents()
            contents.collect()
            if redact { contents.redact() }
            let archive = contents.archive(time: Timestamp.seconds, isRedacted: redact)
            try put(archive)
            say(contents.summary(file: file == "-" ? nil : file, isRedacted: redact))
        } catch {
            say(error.description)
            throw ExitCode(1)
        }
    }

    /// Before the work, which takes a second.
    private func checkTarget() throws(Failure) {
        if file == "-" {
            if Terminal.isStandardOutput { throw Failure("an archive is nothing for a terminal: name a file") }
            return
        }
        let status: FileStatus?
        do { status = try FileStatus(at: file) } catch { return }
        guard let status else { return }
        guard status.isRegular else { throw Failure("\(file) is there, and is no regular file: name another") }
        if !force { throw Failure("\(file) is there already: name another, or replace it with --force") }
    }

    private func put(_ archive: [UInt8]) throws(Failure) {
        do throws(KernelError) {
            if file == "-" { return try FileDescriptor.writeStandardOutput(archive) }
            // A name alone is one in the working directory.
            let path = file.contains("/") ? file : "./\(file)"
            try AtomicFile.put(archive, at: path, mode: 0o600, replacing: force)
        } catch {
            throw error.errno == .exists
                ? Failure("\(file) is there already: name another, or replace it with --force") : Failure(error)
        }
    }
}
