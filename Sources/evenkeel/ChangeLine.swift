import JSON
import Keel

/// One change in words: what is proposed, or what came of it.
struct ChangeLine {
    enum Status: String {
        case done
        case proposed
        case failed
        case skipped
    }

    let change: Change
    let status: Status
    let error: String?

    /// What would be done.
    init(_ change: Change) {
        self.change = change
        status = .proposed
        error = nil
    }

    init(_ step: Step) {
        switch step {
        case .done(let change): (self.change, status, error) = (change, .done, nil)
        case .failed(let change, let error):
            // An explained error needs no general advice, which may not fit it.
            let words = error.explanation == nil ? Failure(error).description : error.description
            (self.change, status, self.error) = (change, .failed, words)
        case .skipped(let change): (self.change, status, error) = (change, .skipped, nil)
        }
    }

    var text: String {
        switch status {
        case .done: change.done
        case .proposed: change.proposed
        case .failed: error ?? change.attempt
        case .skipped: "left out, since what it builds on failed: \(change.attempt)"
        }
    }

    /// `interfaces` are the names of the container's interfaces by their indexes.
    func json(_ interfaces: [UInt32: String] = [:]) -> JSON {
        .object(
            [.init("remedy", .string(change.remedy.rawValue)), .init("status", .string(status.rawValue))]
                + ChangeDetails(change, interfaces).members
                + [.init("text", .string(text)), .init("error", JSON(error))])
    }
}
