import ConfigurationLists
import LinuxSystem

/// Takes the plugin out of the node's lists, and then the programs away.
struct Removal {
    private let node: Node
    private let lists: HostLists

    /// Runtimes read the lists within milliseconds, but do not say when they have.
    private static let pause: UInt32 = 1000

    init(_ node: Node) {
        self.node = node
        lists = HostLists(directory: node.lists)
    }

    /// - Throws: if something is still there; then the programs stay.
    func run() throws(Refusal) {
        let hasChanged = try removeDropIns()
        let hasEdited = try editLists()
        if hasChanged || hasEdited { OwnProcess.sleep(milliseconds: Self.pause) }
        if let other = try lists.othersDropIns().first {
            throw Refusal("\(printable(other)) names the plugin, so the programs stay: take it away, and try again")
        }
        for directory in node.plugins { try HostProgram.plugin.remove(from: directory) }
        guard let libexec = node.libexec else { return }
        for program in HostProgram.besides { try program.remove(from: libexec) }
    }

    private func removeDropIns() throws(Refusal) -> Bool {
        let dropIns = try lists.dropIns()
        for dropIn in dropIns {
            _ = try dropIn.remove()
            say("removed \(printable(dropIn.path))")
        }
        return !dropIns.isEmpty
    }

    /// Returns whether one was changed.
    private func editLists() throws(Refusal) -> Bool {
        var (hasChanged, refusals) = (false, [String]())
        for name in try lists.names() {
            let path = "\(node.lists)/\(name)"
            do throws(Refusal) {
                guard let file = try lists.file(name), file.content.holds("\"evenkeel\"") else { continue }
                let change = try ConfigurationList(file.content).removing()
                guard let text = change.text else { continue }
                try lists.replace(file, with: text)
                hasChanged = true
                say("\(change.done) \(printable(path))")
            } catch { refusals.append(error.text(about: path)) }
        }
        guard refusals.isEmpty else {
            refusals.append("the programs stay, because a list may need them")
            throw Refusal(refusals.joined(separator: "\nevenkeel-node: "))
        }
        return hasChanged
    }
}
