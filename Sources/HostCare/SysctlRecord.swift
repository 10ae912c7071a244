import Keel
import LinuxSystem
import LinuxTools

/// What the host's sysctls were before the first change of ours, until the next boot: `/run/evenkeel/sysctls`, where a line
/// is a path, the number before, the number that was set, and while a run is at it the number it replaces.
struct SysctlRecord: ~Copyable {
    private let state: StateDirectory
    private(set) var entries: [Entry]
    private static let name = "sysctls"

    /// Nobody else changes it until this value goes.
    init() throws(KernelError) {
        do throws(KernelError) {
            let state = try StateDirectory(Host.stateDirectory)
            try state.lock()
            let text = try state.text(of: Self.name)
            self.state = state
            entries = Self.entries(in: text ?? "")
        } catch { throw error.ofRecord }
    }

    /// As it stands, without waiting for anybody; empty where there is none.
    static func recorded() throws(KernelError) -> [Entry] {
        let path = "\(Host.stateDirectory)/\(name)"
        do {
            return entries(in: try FileDescriptor.text(of: path, limit: 1 << 16))
        } catch {
            if error.errno == .noEntry { return [] }
            throw error
        }
    }

    /// Forgets what is as it was, by whomever.
    static func forgetRestored() throws(KernelError) {
        guard try !recorded().isEmpty else { return }
        var record = try SysctlRecord()
        for entry in record.entries where entry.return(to: nil) == .needless { try record.forget(entry.sysctl) }
    }

    /// What is not a line of ours is left out.
    static func entries(in text: String) -> [Entry] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            let applied = words.dropFirst(2).compactMap { Int($0) }
            guard (3...4).contains(words.count), words[0].hasPrefix("/proc/sys/"), let before = Int(words[1]),
                applied.count == words.count - 2
            else { return nil }
            return Entry(sysctl: Sysctl(String(words[0].dropFirst(10))), before: before, applied: applied)
        }
    }

    func entry(of sysctl: Sysctl) -> Entry? { entries.first { $0.sysctl == sysctl } }

    /// Sets it, and remembers what it was before we first did; false where another run has raised it as far meanwhile.
    ///
    /// The record comes first: a run that is killed in between leaves one that says nothing wrong.
    mutating func set(_ sysctl: Sysctl, to value: Int) throws(KernelError) -> Bool {
        let present = try sysctl.read()
        if sysctl.isNeverLowered, present >= value || present == 0 { return false }
        let former = entry(of: sysctl)
        let ours = former.flatMap { $0.applied.contains(present) ? $0 : nil }
        // Somebody set it after us: then that is what it was.
        let before = ours?.before ?? present
        let isNew = ours == nil || present == value
        try replace(
            sysctl, with: Entry(sysctl: sysctl, before: before, applied: isNew ? [value] : [value, present]))
        do { try sysctl.write(value) } catch {
            try replace(sysctl, with: former)
            throw error
        }
        if !isNew { try replace(sysctl, with: Entry(sysctl: sysctl, before: before, applied: [value])) }
        return true
    }

    /// Sets what it was before, and forgets it; false where another run or somebody else was faster.
    mutating func restore(_ sysctl: Sysctl) throws(KernelError) -> Bool {
        guard let entry = entry(of: sysctl), entry.applied.contains(try sysctl.read()) else { return false }
        try sysctl.write(entry.before)
        try forget(sysctl)
        return true
    }

    mutating func forget(_ sysctl: Sysctl) throws(KernelError) {
        if entry(of: sysctl) != nil { try replace(sysctl, with: nil) }
    }

    private mutating func replace(_ sysctl: Sysctl, with entry: Entry?) throws(KernelError) {
        entries.removeAll { $0.sysctl == sysctl }
        if let entry { entries.append(entry) }
        try save()
    }

    private func save() throws(KernelError) {
        do throws(KernelError) {
            if entries.isEmpty { return try state.remove(Self.name) }
            let text = entries.map { entry in
                let numbers = [entry.before] + entry.applied
                return entry.sysctl.path + numbers.map { " \($0)" }.joined() + "\n"
            }
            try state.put(text.joined(), in: Self.name)
        } catch { throw error.ofRecord }
    }
}

extension SysctlRecord {
    /// One sysctl.
    struct Entry: Hashable {
        let sysctl: Sysctl
        let before: Int
        /// What was set last; behind it what a run that did not come to its end may have left in place.
        let applied: [Int]

        /// Whether it can become what it was.
        enum Return: Hashable {
            case needless
            case possible
            case impossible(String)
        }

        func `return`(to conntrack: ConntrackSnapshot?) -> Return {
            let present: Int
            do { present = try sysctl.read() } catch { return .impossible(error.description) }
            return `return`(from: present, conntrack)
        }

        func `return`(from present: Int, _ conntrack: ConntrackSnapshot?) -> Return {
            if present == before { return .needless }
            guard applied.contains(present) else {
                return .impossible(
                    "\(sysctl.name) stays \(present): it was set to \(applied[0]), and somebody changed it since")
            }
            if sysctl == .conntrackMax, let entries = conntrack?.entries, before > 0, entries > before {
                return .impossible(
                    "\(sysctl.name) stays \(present): there are \(entries) entries by now, more than the \(before) of before"
                )
            }
            return .possible
        }

        var restoration: Change {
            let remedy = sysctl == .beLiberal ? Remedy.invalid : .conntrack
            return Change(
                remedy, .restore, "\(sysctl.name) to \(before), as it was (it is \(applied[0]))", .set(sysctl, before))
        }
    }
}

extension Sysctl {
    fileprivate var isNeverLowered: Bool { self == .conntrackMax || self == .conntrackBuckets }
}

extension KernelError {
    /// Told with the file in question, where the attempt will be told as that of setting a sysctl.
    fileprivate var ofRecord: KernelError {
        let reason = explanation.map { ": \($0)" } ?? ""
        return KernelError(
            attempt, errno, explanation: "failed to \(attempt), where what sysctls were is remembered\(reason)")
    }
}
