/// What every program says of itself.
public enum Product {
    /// As semver.org has it. The newest heading of .github/CHANGELOG.md is the same; .ci/check-style sees to it.
    public static let version: StaticString = "0.2.0"
}
