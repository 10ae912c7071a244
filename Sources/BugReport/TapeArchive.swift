import LinuxSystem

/// An archive of files in the format `ustar` of POSIX.1, which every `tar(1)` reads.
package struct TapeArchive: Sendable {
    /// The bytes of the archive, without its end.
    private var content: [UInt8] = []
    private let time: Int
    private static let block = 512

    /// `time`: when the files are said to have changed, in seconds since 1970.
    package init(time: Int) { self.time = time }

    /// Adds a file that its owner alone may read. `name` has at most 100 bytes.
    package mutating func add(_ name: String, _ file: [UInt8]) {
        content += header(name, size: file.count)
        content += file
        content += [UInt8](repeating: 0, count: (Self.block - file.count % Self.block) % Self.block)
    }

    /// All of it: two empty blocks are the end.
    package var bytes: [UInt8] { content + [UInt8](repeating: 0, count: 2 * Self.block) }

    private func header(_ name: String, size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: Self.block)
        func put(_ text: String, at place: Int, atMost most: Int) {
            for (offset, byte) in text.utf8.prefix(most).enumerated() { header[place + offset] = byte }
        }
        /// As digits of base 8 that end with NUL.
        func put(number: Int, at place: Int, width: Int) {
            let digits = String(max(number, 0), radix: 8)
            put(
                String(repeating: "0", count: max(width - 1 - digits.utf8.count, 0)) + digits, at: place,
                atMost: width - 1)
        }
        put(name, at: 0, atMost: 100)
        put(number: 0o600, at: 100, width: 8)
        put(number: 0, at: 108, width: 8)
        put(number: 0, at: 116, width: 8)
        put(number: size, at: 124, width: 12)
        put(number: time, at: 136, width: 12)
        // The sum is made as if its own place held blanks.
        put("        ", at: 148, atMost: 8)
        put("0", at: 156, atMost: 1)
        put("ustar", at: 257, atMost: 6)
        put("00", at: 263, atMost: 2)
        put(number: header.reduce(0) { $0 + Int($1) }, at: 148, width: 7)
        header[154] = 0
        return header
    }
}
