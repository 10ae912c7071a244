import LinuxSystem

/// What reading a namespace may cost: whoever administers it can make any number of objects, and change them all the time.
package struct Budget {
    /// The most objects of a list.
    let mostListed: Int
    /// When reading ends, in milliseconds of `Timestamp.monotonic`.
    private let end: Int
    private var datagrams = 0

    /// No limit, for the host.
    init() {
        mostListed = .max
        end = .max
    }

    /// From now on.
    package init(milliseconds: Int, mostListed: Int) {
        self.mostListed = mostListed
        end = Timestamp.monotonic + milliseconds
    }

    /// Whether the time is over.
    package var isSpent: Bool { Timestamp.monotonic > end }

    /// Counts a datagram, and looks at the clock now and then: most runs receive fewer.
    ///
    /// - Throws: `ETIMEDOUT` once the time is over.
    @inline(never)
    mutating func spend(on attempt: Attempt) throws(KernelError) {
        datagrams += 1
        if datagrams % 16 == 0 && isSpent {
            throw KernelError(attempt.text, .timedOut, explanation: "it takes too long")
        }
    }

    /// - Throws: `EOVERFLOW` for a list that is too long.
    @inline(never)
    func allow(_ count: Int, _ attempt: Attempt) throws(KernelError) {
        guard count <= mostListed else {
            throw KernelError(attempt.text, .overflow, explanation: "there are more than \(mostListed)")
        }
    }
}
