/// What a container runtime says to a plugin by NRI, the Node Resource Interface: as much of it as matters here.
package enum NRIMessage: Equatable, Sendable {
    /// The answer to the registration; nil if it is accepted.
    case registered(refusal: String?)
    /// A question that tells who asks.
    case configure(stream: UInt32, runtime: String, version: String)
    /// A pod that was there before. More of them may come, and then `synchronize`.
    case present(NRIPod)
    /// The question that ends the pods, or, if more follow, this part of them.
    case synchronize(stream: UInt32, isLast: Bool)
    /// A pod has its network, and none of its containers has begun.
    case start(stream: UInt32, NRIPod)
    /// A question of which nothing matters but that it is answered.
    case other(stream: UInt32)
}

/// A pod, as far as it is wanted.
package struct NRIPod: Equatable, Sendable {
    package struct Annotation: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    /// Where its network namespace is mounted; nil if it is the host's.
    package internal(set) var namespace: String?
    package internal(set) var annotations: [Annotation] = []
    /// The wanted annotations that there was no room for.
    package internal(set) var tooLong: [String] = []

    /// The most bytes of annotations that are kept.
    static let most = 1 << 16
}

/// Why a stream cannot be understood. Nothing that follows it can.
package struct NRIFault: Error, Equatable {
    package let text: String

    init(_ text: String) { self.text = text }
}
