/// A container that a process is said to be of, and who says so.
struct Claim {
    var container: ContainerIdentity
    /// Root's word counts for every namespace, an ordinary user's only for namespaces of that user.
    let user: UInt32

    /// A user id that nobody has: of claims that count for no namespace.
    static let nobody = UInt32.max
}
