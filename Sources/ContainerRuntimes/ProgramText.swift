import CLinux
import LinuxSystem

/// What an executable file holds.
enum ProgramText {
    /// The most that is read of a file, in bytes: more than the largest runtime has.
    private static let limit = 512 << 20
    private static let chunk = 1 << 20

    /// Whether a text stands somewhere in the file; false for a file that cannot be read.
    static func holds(_ text: String, _ path: String) -> Bool {
        let wanted = Array(text.utf8)
        do throws(KernelError) {
            let file = try FileDescriptor(opening: path, .readWithoutWaiting)
            guard try FileStatus(of: file, name: path).isRegular else { return false }
            // The text may lie across two chunks.
            var rest: [UInt8] = []
            var count = 0
            while count < limit {
                let next = try file.read(atMost: chunk, name: path)
                if next.isEmpty { return false }
                count += next.count
                let bytes = rest + next
                if memmem(bytes, bytes.count, wanted, wanted.count) != nil { return true }
                rest = Array(bytes.suffix(wanted.count - 1))
            }
        } catch {}
        return false
    }
}
