import LinuxSystem

/// What the host's sysctls were before the first change of ours, until the next boot: `/run/evenkeel/sysctls`, where a line
/// is a path, the number before, and the number that was set.
struct SysctlRecord: ~Copyable {
    private let state: StateDirectory
    private(set) var entries: [Entry]
    private static let name = "sysctls"

    /// Nobody else changes it until this value goes.
    init() throws(KernelError) {
        let state = try StateDirectory(Host.stateDirectory)
        try state.lock()
        let text = try state.text(of: Self.name)
        self.state = state
        entries = Self.entries(in: text ?? "")
    }

    /// As it stands, without waiting for anybody; empty where there is none.
    static func recorded() -> [Entry] {
        let path = "\(Host.stateDirectory)/\(name)"
        do {
            let text = try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: 1 << 16, name: path)
            return entries(in: String(decoding: text, as: UTF8.self))
        } catch { return [] }
    }

    /// Forgets what is as it was, by whomever.
    static func forgetRestored() throws(KernelError) {
        guard !recorded().isEmpty else { return }
        var record = try SysctlRecord()
        for entry in record.entries where entry.return(to: nil) == .needless { try record.forget(entry.sysctl) }
    }

    /// What is not a line of ours is left out.
    static func entries(in text: String) -> [Entry] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, words[0].hasPrefix("/proc/sys/"), let before = Int(words[1]),
                let applied = Int(words[2])
            else { return nil }
            return Entry(sysctl: Sysctl(String(words[0].dropFirst(10))), before: before, applied: applied)
        }
    }

    func entry(of sysctl: Sysctl) -> Entry? { entries.first { $0.sysctl == sysctl } }

    /// Sets it, and remembers what it was before we first did.
    ///
    /// The record comes first: a run that is killed in between leaves one that says nothing wrong.
    mutating func set(_ sysctl: Sysctl, to value: Int) throws(KernelError) {
        let present = try sysctl.read()
        let former = entry(of: sysctl)
        // Somebody set it after us: then that is what it was.
        let before = former.map { $0.applied == present ? $0.before : present } ?? present
        try replace(sysctl, with: Entry(sysctl: sysctl, before: before, applied: value))
        do { try sysctl.write(value) } catch {
            try replace(sysctl, with: former)
            throw error
        }
    }

    /// Sets what it was before, and forgets it.
    mutating func restore(_ sysctl: Sysctl) throws(KernelError) {
        guard let entry = entry(of: sysctl) else { return }
        try sysctl.write(entry.before)
        try forget(sysctl)
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
        if entries.isEmpty { return try state.remove(Self.name) }
        let text = entries.map { "\($0.sysctl.path) \($0.before) \($0.applied)\n" }
        try state.put(text.joined(), in: Self.name)
    }
}

extension SysctlRecord {
    /// One sysctl.
    struct Entry: Hashable {
        let sysctl: Sysctl
        let before: Int
        /// What was set last.
        let applied: Int

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
            guard present == applied else {
                return .impossible(
                    "\(sysctl.name) stays \(present): it was set to \(applied), and somebody changed it since")
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
                remedy, .restore, "\(sysctl.name) to \(before), as it was (it is \(applied))", .set(sysctl, before))
        }
    }
}
