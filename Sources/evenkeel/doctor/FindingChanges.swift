import Diagnosis

/// What is new and what is gone from one look to the next.
///
/// A finding is the same as before if its name, severity and place are; its figures may differ.
struct FindingChanges {
    let new: [Finding]
    let gone: [Finding]

    var isEmpty: Bool { new.isEmpty && gone.isEmpty }

    init(from former: [Finding], to present: [Finding]) {
        // One place may have several findings of one name, as for several bridges: pair equal summaries first.
        let (unlike, rest) = Self.pairedOff(present, former) { $0.isSame(as: $1) && $0.summary == $1.summary }
        (new, gone) = Self.pairedOff(unlike, rest) { $0.isSame(as: $1) }
    }

    /// Removes matching pairs and returns what is left of both.
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
