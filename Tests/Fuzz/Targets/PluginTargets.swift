@testable import NRI

extension FuzzTarget {
    static let nri = FuzzTarget(name: "nri", input: "what a container runtime sends to its plugin") { bytes in
        let (whole, fault) = messages([bytes])
        for message in whole {
            switch message {
            case .present(let pod), .start(_, let pod):
                let kept = pod.annotations.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
                // What is no UTF-8 becomes up to three times as long.
                require(kept <= 3 * NRIPod.most, "annotations of \(kept) bytes")
                require(pod.annotations.allSatisfy { isWanted($0.name) }, "an annotation that nobody wants")
                require(pod.namespace?.isEmpty != true, "a namespace without a path")
            default: break
            }
        }
        require(bytes.count >= 18 * whole.count { !$0.isPresent }, "\(whole.count) messages in \(bytes.count) bytes")
        if bytes.count > 4096 { return }
        let (pieces, other) = messages(bytes.map { [$0] })
        // A fault takes what arrived with it along.
        require(fault == other, "in pieces it has another fault")
        require(fault == nil ? pieces == whole : pieces.count >= whole.count, "in pieces it says something else")
    }

    private static func isWanted(_ name: String) -> Bool { name.hasPrefix("evenkeel") }

    private static func messages(_ pieces: [[UInt8]]) -> ([NRIMessage], NRIFault?) {
        var stream = NRIStream(isWanted: isWanted)
        var messages: [NRIMessage] = []
        do throws(NRIFault) { for piece in pieces { messages += try stream.take(piece) } } catch {
            return (messages, error)
        }
        return (messages, nil)
    }

    static let plugins = [nri]
}

extension NRIMessage {
    fileprivate var isPresent: Bool { if case .present = self { true } else { false } }
}
