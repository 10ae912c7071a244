import Foundation
package import Netlink

/// Bytes as a socket would have received them, right before memory that must not be touched: reading on ends the test.
package final class Datagram {
    package let bytes: UnsafeRawBufferPointer
    private let pages: UnsafeMutableRawPointer
    private static let page = sysconf(Int32(_SC_PAGESIZE))
    private static let room = 4

    package init(_ content: [UInt8]) {
        let size = Self.page * (Self.room + 1)
        guard let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            pages != MAP_FAILED,
            content.count <= Self.page * Self.room
        else { preconditionFailure("no memory for \(content.count) bytes") }
        mprotect(pages + Self.page * Self.room, Self.page, PROT_NONE)
        self.pages = pages
        // Netlink aligns messages to four bytes, so up to three may lie between the last and the forbidden page.
        let start = pages + Self.page * Self.room - (content.count + 3) & ~3
        start.copyMemory(from: content, byteCount: content.count)
        bytes = UnsafeRawBufferPointer(start: start, count: content.count)
    }

    package convenience init(hex: String) { self.init([UInt8](hex: hex)) }

    deinit { munmap(pages, Self.page * (Self.room + 1)) }

    package var messages: [Message] { Array(Messages(bytes)) }

    /// What `body` makes of the first message, which is readable for as long as the datagram is there.
    package func parse<Result>(_ body: (Message) throws -> Result) throws -> Result {
        try withExtendedLifetime(self) {
            guard let message = messages.first else { preconditionFailure("a datagram without a message") }
            return try body(message)
        }
    }
}

extension [UInt8] {
    package init(hex: String) {
        self = []
        var high: UInt8?
        for digit in hex.utf8 {
            guard let value = UInt8(String(UnicodeScalar(digit)), radix: 16) else {
                preconditionFailure("no hexadecimal: \(hex)")
            }
            if let first = high {
                append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
    }

    /// With a 16-bit number in host byte order at `offset`.
    package func with(_ value: UInt16, at offset: Int) -> [UInt8] {
        var copy = self
        Swift.withUnsafeBytes(of: value) { copy.replaceSubrange(offset..<offset + 2, with: $0) }
        return copy
    }

    /// With a 32-bit number in host byte order at `offset`.
    package func with(_ value: UInt32, at offset: Int) -> [UInt8] {
        var copy = self
        Swift.withUnsafeBytes(of: value) { copy.replaceSubrange(offset..<offset + 4, with: $0) }
        return copy
    }
}
