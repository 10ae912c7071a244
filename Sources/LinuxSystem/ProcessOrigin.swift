import CLinux

/// The program that a process runs, and for whom. A process chooses its name and its arguments; these it does not choose.
public struct ProcessOrigin: Hashable, Sendable {
    /// The name of the executable file, for a file that was replaced the former one. It is the user's choice if `user` is not root.
    public let program: String
    /// The user with whose ids it runs; nil if they differ, as a set-user-ID program's do.
    public let user: UInt32?
    /// Whether root alone may write to the executable file.
    private let isRootsFile: Bool

    /// - Throws: `EACCES` if this user may not look, `ENOENT` or `ESRCH` if the process has ended.
    public init(of process: borrowing ProcessHandle) throws(KernelError) {
        user = Self.user(try process.read("status", atMost: 1024))
        program = Self.program(try process.executable())
        // The file of an ordinary user may be on a file system that never answers.
        if user == 0 {
            let status = try process.executableStatus()
            // In a user namespace root is that user, and the real root's files have no owner that is known there.
            isRootsFile = !status.isWritableByOthers && (status.owner == 0 || UserNamespace.outerUser() != nil)
        } else {
            isRootsFile = false
        }
    }

    /// Whether what the process says of something counts: root's word, or that of the owner of the thing.
    public func speaks(for owner: UInt32) -> Bool { user == 0 ? isRootsFile : user == owner }

    /// Whether a process is root's and runs the program of this name. Who may not look at its executable file has to believe the
    /// name that the process has given itself.
    public static func isRoots(_ id: Int32, program: String) -> Bool {
        do {
            let process = try ProcessHandle(id)
            do {
                let origin = try ProcessOrigin(of: process)
                return origin.program == program && origin.speaks(for: 0)
            } catch {
                guard error.errno == .accessDenied else { return false }
                return try process.read("comm", atMost: 64) == Array("\(program)\n".utf8)
            }
        } catch { return false }
    }

    /// The real, effective, saved and file system's user id, `proc_pid_status(5)`.
    private static func user(_ status: [UInt8]) -> UInt32? {
        for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Uid:".utf8) {
            let ids = line.split(separator: UInt8(ascii: "\t")).dropFirst().map { String(decoding: $0, as: UTF8.self) }
            return ids.count == 4 && ids.allSatisfy { $0 == ids[ids.startIndex] }
                ? ids.first.flatMap { UInt32($0) } : nil
        }
        return nil
    }

    /// The base name, without what the kernel appends to the path of a file that was removed, and without what nixpkgs' wrappers
    /// make of a name: `.conmon-wrapped`.
    static func program(_ path: String) -> String {
        var name = path.utf8.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
        name.removeEnd(" (deleted)")
        if name.first == UInt8(ascii: "."), name.removeEnd("-wrapped") { name.removeFirst() }
        return String(decoding: name, as: UTF8.self)
    }
}

extension [UInt8] {
    @discardableResult
    fileprivate mutating func removeEnd(_ end: String) -> Bool {
        guard suffix(end.utf8.count).elementsEqual(end.utf8) else { return false }
        removeLast(end.utf8.count)
        return true
    }
}
