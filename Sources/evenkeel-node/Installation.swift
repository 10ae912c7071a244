import ConfigurationLists
import LinuxSystem

/// Puts the programs on the node, and then guards its lists: a list that names a missing plugin keeps pods from starting.
struct Installation {
    private let node: Node
    private let lists: HostLists

    init(_ node: Node) {
        self.node = node
        lists = HostLists(directory: node.lists)
    }

    func run() throws(Refusal) {
        try copy()
        try guardAll(isAgain: false)
    }

    /// Every directory gets it: which of them the runtime looks into first is not known here.
    private func copy() throws(Refusal) {
        for directory in node.plugins { try HostProgram.plugin.install(from: node.programs, in: directory) }
        guard let libexec = node.libexec else { return }
        for program in HostProgram.besides { try program.install(from: node.programs, in: libexec) }
    }

    /// `isAgain`: only what is not guarded yet is touched or spoken of.
    ///
    /// - Throws: if a list is not guarded, after the others are.
    private func guardAll(isAgain: Bool) throws(Refusal) {
        let names = try lists.names()
        guard !names.isEmpty else {
            throw Refusal(
                "\(printable(node.lists)) holds no configuration list (*.conflist) yet: the cluster's network puts one "
                    + "there when it starts")
        }
        var refusals: [String] = []
        for name in names {
            do throws(Refusal) { try guardList(name, isAgain: isAgain) } catch {
                refusals.append(error.text(about: "\(node.lists)/\(name)"))
            }
        }
        guard refusals.isEmpty else { throw Refusal(refusals.joined(separator: "\nevenkeel-node: ")) }
    }

    private func guardList(_ name: String, isAgain: Bool) throws(Refusal) {
        guard let file = try lists.file(name) else { return }
        let path = printable("\(node.lists)/\(name)")
        do throws(Refusal) {
            let list = try ConfigurationList(file.content)
            try list.requireFitness()
            try requirePrograms(of: list)
            switch node.means {
            case .editing?:
                let change = try list.adding(prefer: false)
                if let text = change.text { try lists.replace(file, with: text) }
                if change.text != nil { say("\(change.done) \(path)") }
                if change.text == nil && !isAgain { say("unchanged: \(path) \(change.done)") }
            default: try dropIn(beside: list, path, isAgain: isAgain)
            }
        } catch {
            guard error == .multus else { throw error }
            if !isAgain { say("left alone: \(path): \(error.reason)") }
        }
    }

    private func dropIn(beside list: ConfigurationList, _ path: String, isAgain: Bool) throws(Refusal) {
        guard !list.pluginTypes.contains(ConfigurationList.ourType) else {
            if !isAgain { say("unchanged: \(path) already has it") }
            return
        }
        guard !list.loadsOnlyInlinedPlugins else {
            throw Refusal("it says \"loadOnlyInlinedPlugins\", so the runtime reads no drop-in; use --edit-lists")
        }
        let dropIn = try DropIn(network: list.name ?? "", in: node.lists)
        if isAgain, try dropIn.state() == .installed { return }
        switch try dropIn.install() {
        case .installed: say("installed \(printable(dropIn.path)) for \(path)")
        case .alreadyThere: say("unchanged: \(printable(dropIn.path)) for \(path)")
        }
    }

    /// Where the runtime finds the list's own plugins, it finds ours.
    private func requirePrograms(of list: ConfigurationList) throws(Refusal) {
        for type in list.pluginTypes where type != ConfigurationList.ourType {
            var isThere = false
            for directory in node.plugins where !isThere { isThere = try Self.isPlugin(type, in: directory) }
            guard isThere else {
                throw Refusal(
                    "its plugin \"\(printable(type))\" is not in \(printable(node.plugins.joined(separator: ", "))), so the "
                        + "runtime looks elsewhere, and would not find evenkeel; name the directory with --cni-dir")
            }
        }
    }

    /// A link counts: it may lead to what is not seen from here.
    private static func isPlugin(_ type: String, in directory: String) throws(Refusal) -> Bool {
        guard !type.utf8.contains(UInt8(ascii: "/")) else { return false }
        do throws(KernelError) {
            guard let status = try Folder(directory).status(of: type) else { return false }
            return status.isExecutable || status.isSymbolicLink
        } catch { throw Refusal(error) }
    }
}

extension Installation {
    /// How often it looks although it heard nothing: a list may be written in place.
    private static let interval: Int32 = 10_000
    /// A list is often changed in several steps.
    private static let pause: UInt32 = 500

    /// Installs, and guards what is new whenever the lists change, until it is told to end. A refusal is said once, and does not end
    /// it: a list may not be there yet.
    func keep() throws(Refusal) {
        try copy()
        let signals = try Signals.opened()
        let events: FolderEvents
        do throws(KernelError) { events = try FolderEvents() } catch { throw Refusal(error) }
        var last: String?
        var isAgain = false
        while true {
            _ = events.watch(node.lists)
            do throws(Refusal) {
                try guardAll(isAgain: isAgain)
                last = nil
            } catch {
                if error.reason != last { complain(error.reason) }
                last = error.reason
            }
            isAgain = true
            _ = Poll.wait([signals.descriptor, events.descriptor], milliseconds: Self.interval)
            while let signal = signals.next() { if signal == .end { return } }
            OwnProcess.sleep(milliseconds: Self.pause)
            _ = events.read()
        }
    }
}
