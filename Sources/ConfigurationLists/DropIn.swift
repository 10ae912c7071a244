import LinuxSystem

/// A file that chains our plugin into a network from outside its list: `NAME/50-evenkeel.conf` beside the lists, where `NAME` is
/// the network's. Runtimes with libcni 1.3 read it (containerd 2.1, CRI-O 1.33); earlier ones ignore it. Whoever writes the list
/// anew leaves it alone.
package struct DropIn {
    /// Runtimes take every `*.conf` in that folder, in the order of names.
    package static let file = "50-evenkeel.conf"
    private static func content(prefer: Bool) -> [UInt8] {
        Array("{\"type\": \"\(ConfigurationList.ourType)\"\(prefer ? ", \"prefer\": true" : "")}\n".utf8)
    }
    /// What it needs at most, with settings that somebody has added.
    private static let limit = 1 << 16
    private static let patience: UInt32 = 10_000

    private let network: String
    private let directory: String

    /// - Parameters:
    ///   - network: The "name" in the list.
    ///   - directory: Where the lists are.
    /// - Throws: A name that is no safe file name.
    package init(network: String, in directory: String) throws(Refusal) {
        let bytes = network.utf8
        // With what stands around it while it is built, no more than NAME_MAX.
        guard !bytes.isEmpty, bytes.first != UInt8(ascii: "."), bytes.count <= 250,
            !bytes.contains(UInt8(ascii: "/")), !bytes.contains(0)
        else { throw Refusal("the network's name \"\(printable(network))\" cannot be a folder's name") }
        (self.network, self.directory) = (network, directory)
    }

    /// The networks that have one, in a folder of lists; also those whose list is gone.
    package static func networks(in directory: String) throws(Refusal) -> [String] {
        do throws(KernelError) {
            return try Directory.names(in: directory).filter { name in
                !name.utf8.starts(with: ".".utf8) && FileStatus.exists("\(directory)/\(name)/\(file)")
            }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch { throw Refusal(error, namesFile: true) }
    }

    /// The drop-in's path.
    package var path: String { "\(directory)/\(network)/\(Self.file)" }

    package enum State: Equatable {
        case absent
        /// It names our plugin.
        case installed
        /// Something else is there, and why it does not count. With it, no pod of the network would start.
        case broken(String)
    }

    package enum Installation: Equatable {
        case installed
        /// It was there and is good; it stays as it is, with settings that somebody has added.
        case alreadyThere
    }

    package enum Removal: Equatable {
        case notThere
        case removed
        /// The folder stays, because there is more in it.
        case removedBesideOthers
    }
}

extension DropIn {
    /// What is there now. Changes nothing.
    package func state() throws(Refusal) -> State {
        try refusing { () throws(KernelError) in
            let lists = try Folder(directory)
            guard let folder = try Folder(network, in: lists) else { return .absent }
            return try state(in: folder)
        }
    }

    private func state(in folder: borrowing Folder) throws(KernelError) -> State {
        guard let status = try folder.status(of: Self.file) else { return .absent }
        guard status.isRegular else { return .broken("it is not a regular file") }
        guard let text = try folder.content(of: Self.file, limit: Self.limit) else { return .absent }
        do throws(Refusal) {
            let type = try ConfigurationList.singleType(text)
            return type == ConfigurationList.ourType
                ? .installed : .broken("it names the plugin \"\(printable(type))\"")
        } catch { return .broken(error.reason) }
    }

    /// Puts it there, and has the runtime read the folder. The plugin's program must be in place before: without it, no pod of the
    /// network starts or stops.
    ///
    /// - Parameter prefer: Whether this network's default route is to win. A file that is there gets that only if it is as this
    ///   program wrote it.
    package func install(prefer: Bool = false) throws(Refusal) -> Installation {
        try changing { lists throws(KernelError) in
            guard let folder = try Folder(network, in: lists) else {
                try build(prefer, in: lists)
                return .installed
            }
            var isComplete = try state(in: folder) == .installed
            if prefer, try folder.content(of: Self.file, limit: Self.limit) == Self.content(prefer: false) {
                isComplete = false
            }
            if isComplete {
                // An earlier run may have ended before it came to that.
                try Self.reload(lists)
                return .alreadyThere
            }
            // Another extension than .conf: a runtime that reads the folder now does not take half of it.
            let temporary = ".evenkeel.new"
            try folder.create(temporary, Self.content(prefer: prefer), mode: 0o644)
            try folder.rename(temporary, to: Self.file)
            try folder.sync()
            try Self.reload(lists)
            return .installed
        }
    }

    /// Takes it away, and has the runtime read the folder; only then may the plugin's program go.
    package func remove() throws(Refusal) -> Removal {
        try changing { lists throws(KernelError) in
            guard let folder = try Folder(network, in: lists) else { return .notThere }
            let isThere = try folder.remove(Self.file)
            try folder.sync()
            // It may have been there until a run that was killed.
            let isEmpty = try lists.removeFolder(network)
            if isEmpty { try lists.sync() } else { try Self.reload(lists) }
            guard isThere else { return .notThere }
            return isEmpty ? .removed : .removedBesideOthers
        }
    }
}

extension DropIn {
    /// Comes and goes, for the runtime to hear.
    private static let signal = ".evenkeel-reload"

    /// Where a folder is built that is not there yet. Runtimes look into folders that are called like a network.
    private var unfinished: String { ".\(network).new" }

    /// Builds a folder with the file and renames it: a runtime sees all of it at once, and reads the lists again because of it.
    private func build(_ prefer: Bool, in lists: borrowing Folder) throws(KernelError) {
        try lists.makeFolder(unfinished)
        guard let folder = try Folder(unfinished, in: lists) else {
            throw KernelError("open directory \(lists.path(of: unfinished))", .noEntry)
        }
        try folder.create(Self.file, Self.content(prefer: prefer), mode: 0o644)
        try folder.sync()
        try lists.rename(unfinished, to: network)
        try lists.sync()
    }

    /// Removes what a run has left that was killed.
    private func clean(_ lists: borrowing Folder) throws(KernelError) {
        try lists.remove(Self.signal)
        guard let status = try lists.status(of: unfinished) else { return }
        guard status.isDirectory, let folder = try Folder(unfinished, in: lists) else {
            try lists.remove(unfinished)
            return
        }
        try folder.remove(Self.file)
        _ = try lists.removeFolder(unfinished)
    }

    /// Has the runtime read the lists again. It watches their folder alone, not those in it, and a new or a touched file there is
    /// nothing to it; one that goes is.
    private static func reload(_ lists: borrowing Folder) throws(KernelError) {
        try lists.create(signal, [], mode: 0o600)
        try lists.remove(signal)
        try lists.sync()
    }

    private func changing<Result>(
        _ body: (borrowing Folder) throws(KernelError) -> Result
    ) throws(Refusal) -> Result {
        try refusing { () throws(KernelError) in
            let lists = try Folder(directory)
            guard lists.lock(milliseconds: Self.patience) else {
                throw KernelError("lock \(directory)", .busy, explanation: "another run changes it; try again")
            }
            try clean(lists)
            return try body(lists)
        }
    }

    private func refusing<Result>(_ body: () throws(KernelError) -> Result) throws(Refusal) -> Result {
        do throws(KernelError) { return try body() } catch {
            guard error.errno == .notDirectory else { throw Refusal(error, namesFile: true) }
            throw Refusal(
                "\(printable(error.description)): the drop-in's folder must be one, and no symbolic link",
                namesFile: true
            )
        }
    }
}
