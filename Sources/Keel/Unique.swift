extension Array where Element: Equatable {
    /// Appends an element unless the array has it. Returns whether it did.
    ///
    /// The lists here are as long as a container has networks. A Set would link hashing and libm, which a program that starts
    /// with every container pays for in loading.
    package mutating func appendIfNew(_ element: Element) -> Bool {
        if contains(element) { return false }
        append(element)
        return true
    }

    /// The elements in their order, without repetitions.
    package var unique: [Element] {
        var result: [Element] = []
        for element in self { _ = result.appendIfNew(element) }
        return result
    }
}
