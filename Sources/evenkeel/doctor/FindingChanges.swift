import Diagnosis

/// What has come and what has gone from one look to the next.
///
/// A finding is the same as before when its name, severity and place are: its numbers may have gone on.
struct FindingChanges {
    let new: [Finding]
    let gone: [Finding]

    var isEmpty: Bool { new.isEmpty && gone.isEmpty }

    init(from former: [Finding], to present: [Finding]) {
        // Of several of one name in one place, as of several bridges, those that read the same are the same.
        let (unlike, rest) = Self.pairedOff(present, former) { $0.isSame(as: $1) && $0.summary == $1.summary }
        (new, gone) = Self.pairedOff(unlike, rest) { $0.isSame(as: $1) }
    }

    /// What is left of either when all that match have been taken out, one for one.
    private static func pairedOff(
        _ present: [Finding], _ former: [Finding], _ match: (Finding, Finding) -> Bool
    ) -> ([Finding], [Finding]) {
        var rest = former
        let unmatched = present.filter { finding in
            guard let place = rest.firstIndex(where: { match($0, finding) }) else { return true }
            rest.remove(at: place)
            return false
        }
        return (unmatched, rest)
    }
}

extension Finding {
    fileprivate func isSame(as other: Finding) -> Bool {
        id == other.id && severity == other.severity && place.isSame(as: other.place)
    }
}

extension Finding.Place {
    func isSame(as other: Finding.Place) -> Bool {
        switch (self, other) {
        case (.host, .host): true
        case (.container(let own), .container(let others)): own.lastingName == others.lastingName
        default: false
        }
    }
}
