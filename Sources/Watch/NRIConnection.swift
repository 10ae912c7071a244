import LinuxSystem
import NRI

/// A connection to a container runtime's socket for plugins.
final class NRIConnection {
    private let descriptor: FileDescriptor
    private var stream: NRIStream
    /// The most bytes that are read at once. All pods in them have their turn before anything else.
    private static let most = 1 << 14

    /// The runtimes' default, which nothing here changes.
    static let (folder, socket) = ("/run/nri", "nri.sock")
    private static let path = "\(folder)/\(socket)"

    /// Whether something of root's is there that may be told things.
    static var isThere: Bool {
        do { return try FileStatus(path: path).isRootsSocket } catch { return false }
    }

    /// Connects, and registers. `isWanted`: whether an annotation of that name matters.
    init(isWanted: @escaping (String) -> Bool) throws(KernelError) {
        descriptor = try FileDescriptor(connectingNowTo: Self.path)
        stream = NRIStream(isWanted: isWanted)
        try send(NRIAnswer.registration)
    }

    var number: Int32 { descriptor.number }

    /// What has arrived; nil if nothing has.
    func receive() throws(KernelError) -> [NRIMessage]? {
        guard let bytes = descriptor.receiveNow(atMost: Self.most) else { return nil }
        if bytes.isEmpty { throw KernelError("listen at \(Self.path)", .connectionReset, explanation: "it has ended") }
        do throws(NRIFault) { return try stream.take(bytes) } catch { throw Self.fault("it sends \(error.text)") }
    }

    /// Answers are a few bytes, for which there always is room where somebody reads them.
    func send(_ bytes: [UInt8]) throws(KernelError) {
        guard descriptor.sendNow(bytes) == bytes.count else { throw KernelError("write to \(Self.path)", .current) }
    }

    static func fault(_ text: String) -> KernelError {
        KernelError("listen at \(path)", .badMessage, explanation: text)
    }

    static var silence: KernelError { KernelError("wait at \(path)", .timedOut) }
}
