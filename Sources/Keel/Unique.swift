extension Array where Element: Equatable {
    /// Appends an element that is not in it yet; whether it did.
    ///
    /// The lists here are as long as a container has networks. A Set would draw in hashing, and libm with it, which a
    /// program that starts with every container pays for in loading.
    package mutating func appendIfNew(_ element: Element) -> Bool {
        if contains(element) { return false }
        append(element)
        return true
    }

    /// The elements in their order, each once.
    package var unique: [Element] {
        var result: [Element] = []
        for element in self { _ = result.appendIfNew(element) }
        return result
    }
}
